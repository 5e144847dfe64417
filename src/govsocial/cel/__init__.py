"""The expression language: CEL text, checked against the models, as a tree of our own with one exact meaning."""
