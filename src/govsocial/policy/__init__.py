"""Policies: what their files may say, how they are read, and how they become rules that run."""
