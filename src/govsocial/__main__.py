"""``python -m govsocial``: the command."""

from __future__ import annotations

from govsocial.cli import main

if __name__ == "__main__":
    main()
