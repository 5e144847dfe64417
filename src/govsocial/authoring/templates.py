"""The texts that govsocial writes into files: templates that lie beside the code, filled in. Writes no files."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

import tomli_w

if TYPE_CHECKING:
    from jinja2 import Environment

_SPECIAL: Final = re.compile(r"(https?://\S+)|[\\`*\[\]<|]|(?<!\w)_|_(?!\w)|&(?=#?\w+;)|#+(?=\s|$)")
"""What Markdown would take for a sign of its own, and addresses, where it does not."""


def fill(template: str, **values: object) -> str:
    """Return the *template* of that name with *values*; it knows the filters ``toml`` and ``markdown``."""
    return _environment().get_template(f"{template}.jinja").render(**values)


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape  # noqa: PLC0415 - for few commands

    environment = Environment(
        loader=PackageLoader("govsocial"),
        autoescape=select_autoescape(["html.jinja"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"toml": toml, "markdown": markdown}
    return environment


def toml(value: object) -> str:
    """Return *value* as TOML writes it behind ``key =``."""
    return tomli_w.dumps({"x": value}).removeprefix("x = ").rstrip()


def markdown(text: str) -> str:
    """Return *text* so that Markdown shows it as it is, behind other words of its line; a web address stays whole."""
    return _SPECIAL.sub(lambda found: found[1] or f"\\{found[0]}", " ".join(text.split()))
