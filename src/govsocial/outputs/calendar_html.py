"""The months of institutions as one page to print: no script, nothing from elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from jinja2 import Environment, StrictUndefined

from govsocial.messages import say
from govsocial.outputs.calendar import KINDS, WEEKDAYS, heading, remarks
from govsocial.validation import HOME

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from govsocial.calendar.month import Item, Month

_PAGE: Final = """\
<!doctype html>
<html lang="{{ language }}">
<head>
<meta charset="utf-8">
<title>{{ title }}</title>
<style>
@page { size: A4 landscape; margin: 12mm }
body { font: 11pt/1.3 sans-serif; color: #111; margin: 1em }
section + section { break-before: page }
table { border-collapse: collapse; width: 100%; table-layout: fixed }
th, td { border: 1px solid #767676; padding: 3px; vertical-align: top; text-align: left; overflow-wrap: anywhere }
td { height: 5em }
td.other { background: #eee }
ul { list-style: none; margin: 0; padding: 0 }
.closure, .holiday { font-style: italic }
.event { font-weight: bold }
</style>
</head>
<body>
{% for month in months %}
<section>
<h1>{{ month.heading }}</h1>
<table>
<thead><tr>{% for day in weekdays %}<th scope="col">{{ day }}</th>{% endfor %}</tr></thead>
<tbody>
{% for week in month.weeks %}
<tr>
{% for day in week %}
<td{% if day.other %} class="other"{% endif %}><time datetime="{{ day.date }}">{{ day.number }}</time>
{% if day.said %}
<ul>{% for item in day.said %}<li class="{{ item.kind }}">{{ item.text }}</li>{% endfor %}</ul>
{% endif %}
</td>
{% endfor %}
</tr>
{% endfor %}
</tbody>
</table>
{% if month.remarks %}<ul>{% for text in month.remarks %}<li>! {{ text }}</li>{% endfor %}</ul>{% endif %}
</section>
{% endfor %}
</body>
</html>
"""


def render(months: Sequence[Month], language: str) -> str:
    """Return *months* as an HTML page in *language*, each on a sheet of its own."""
    page = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True).from_string(_PAGE)
    return page.render(
        language=language,
        title=say("Publication calendar").render(language),
        weekdays=[day.render(language) for day in WEEKDAYS],
        months=[_month(one, language) for one in months],
    )


def _month(month: Month, language: str) -> dict[str, Any]:
    return {
        "heading": heading(month).render(language),
        "weeks": [[_day(day, month, language) for day in week] for week in month.weeks],
        "remarks": [text.render(language) for text in remarks(month)],
    }


def _day(day: date, month: Month, language: str) -> dict[str, Any]:
    said = [{"kind": item.kind, "text": _said(item, day, language)} for item in month.on(day)]
    return {"date": day.isoformat(), "number": day.day, "other": day.month != month.month, "said": said}


def _said(item: Item, day: date, language: str) -> str:
    start = item.start.astimezone(HOME)
    hour = f"{start:%H:%M} " if start.date() == day and not item.whole_days else ""
    detail = f" ({item.detail})" if item.detail else ""
    return f"{hour}{KINDS[item.kind].render(language)} {item.name.render(language)}{detail}"
