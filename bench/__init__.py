"""Benchmarks: how fast govsocial is beside what it is compared with. Each side runs in turns, within one run."""
