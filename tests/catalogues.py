"""What has to stand in the catalogues of the program's own sentences; run it to bring them up to date."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

import govsocial
from govsocial.cli import app
from govsocial.cli.words import paragraphs, texts
from govsocial.messages import LANGUAGES, LOCALE

if TYPE_CHECKING:
    from collections.abc import Iterator

SOURCE: Final = Path(govsocial.__file__).parent
TRANSLATED: Final = tuple(language for language in LANGUAGES if language != "en")
KEYWORDS: Final = {"say": None, "count": (1, 2)}


def collected() -> Catalog:
    """Return what the source says through ``say`` and ``count``, and what the commands say of themselves."""
    catalog = Catalog(project="govsocial")
    for _, _, message, _, _ in extract_from_dir(SOURCE, [("**.py", "python")], keywords=KEYWORDS):
        if message:
            catalog.add(message)
    for text in help_texts():
        catalog.add(text)
    return catalog


def help_texts() -> Iterator[str]:
    """Yield the help texts of all commands and options, by paragraph."""
    for owner, name in texts(typer.main.get_command(app)):
        yield from paragraphs(getattr(owner, name))


def folder(language: str) -> Path:
    """Return where the catalogue of *language* is."""
    return LOCALE / language / "LC_MESSAGES"


def read(language: str) -> Catalog:
    """Return the catalogue of *language* as its translators see it, an empty one where there is none yet."""
    path = folder(language) / "govsocial.po"
    catalog = Catalog(language)
    if path.exists():
        with path.open("rb") as file:
            catalog = read_po(file, language)
    catalog.header_comment, catalog.fuzzy = (
        "# The program's own sentences; 'just messages' brings them up to date.",
        False,
    )
    catalog.project, catalog.version = "govsocial", ""
    catalog.msgid_bugs_address = catalog.last_translator = catalog.language_team = ""
    return catalog


def update(language: str, template: Catalog) -> None:
    """Write the catalogue of *language* with all sentences of *template*, new ones untranslated, and compile it."""
    catalog = read(language)
    catalog.update(template, no_fuzzy_matching=True, update_header_comment=False, update_creation_date=False)
    folder(language).mkdir(parents=True, exist_ok=True)
    with (folder(language) / "govsocial.po").open("wb") as file:
        write_po(file, catalog, sort_output=True, ignore_obsolete=True, no_location=True, width=0)
    with (folder(language) / "govsocial.mo").open("wb") as file:
        write_mo(file, catalog)


if __name__ == "__main__":
    found = collected()
    for one in TRANSLATED:
        update(one, found)
