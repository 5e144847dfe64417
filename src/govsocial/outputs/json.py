"""A report as JSON: stable keys, for programs."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from govsocial.outputs.lines import View
    from govsocial.report import Report


def render(report: Report, view: View) -> str:
    """Return *report* as JSON; numbers that JSON cannot carry become their names, such as ``"inf"``."""
    data = report.to_dict(view.language)
    try:
        return json.dumps(data, ensure_ascii=False, indent=2, allow_nan=False) + "\n"
    except ValueError:
        return json.dumps(_finite(data), ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def _finite(value: object) -> object:
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_finite(item) for item in value]
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value
