"""The program speaks nl, fr, de and en: every sentence is translated, and the reader's language is found."""

from __future__ import annotations

import ast
import gettext
import os
import subprocess
import sys
from pathlib import Path
from string import Formatter
from typing import TYPE_CHECKING

import pytest

import catalogues
from govsocial.cli.words import ERRORS, by_locale, retold, spoken
from govsocial.messages import LANGUAGES, LOCALE, Text, count, number, say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from babel.messages.catalog import Message

COLLECTED = catalogues.collected()
CATALOGUES = {language: catalogues.read(language) for language in catalogues.TRANSLATED}
EVERY = pytest.mark.parametrize("language", catalogues.TRANSLATED)


def forms(text: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    """Return the singular and the plural of *text*, or the one form that it has."""
    return (text or "",) if isinstance(text, str | None) else tuple(text)


def messages(language: str) -> list[Message]:
    """Return what is translated into *language*."""
    return [one for one in CATALOGUES[language] if one.id and all(forms(one.string))]


def named(template: str) -> list[str]:
    return sorted({f"{name}!{kind}" for _, name, _, kind in Formatter().parse(template) if name is not None})


@EVERY
def test_every_sentence_of_the_program_is_translated(language: str) -> None:
    translated = {one.id for one in messages(language)}

    assert [one.id for one in COLLECTED if one.id and one.id not in translated] == [], "run 'just messages'"


@EVERY
def test_no_translation_is_of_a_sentence_that_is_gone(language: str) -> None:
    known = {one.id for one in COLLECTED}

    assert [one.id for one in messages(language) if one.id not in known] == [], "run 'just messages'"


@EVERY
def test_no_translation_is_a_guess(language: str) -> None:
    assert [one.id for one in messages(language) if one.fuzzy] == []


@EVERY
def test_a_translation_fills_the_places_of_its_sentence(language: str) -> None:
    found = [(one.id, form) for one in messages(language) for form in forms(one.string)]

    assert [form for text, form in found if named(form) != named(forms(text)[0])] == []


@EVERY
def test_a_translation_ends_as_its_sentence_does(language: str) -> None:
    ends = [(forms(one.id)[-1][-1], forms(one.string)[-1][-1], one.id) for one in messages(language)]

    assert [text for end, translated, text in ends if end != translated and {end, translated} & set(".:")] == []


@EVERY
def test_what_is_compiled_is_what_is_written(language: str) -> None:
    with (catalogues.folder(language) / "govsocial.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for one in messages(language):
        singular, *plural = forms(one.id)
        told = [compiled.ngettext(singular, plural[0], n) for n in (1, 2)] if plural else [compiled.gettext(singular)]

        assert told == list(forms(one.string)), "run 'just messages'"


def calls() -> Iterator[tuple[Path, ast.Call]]:
    for path in sorted(catalogues.SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in catalogues.KEYWORDS:
                yield path, node


def test_every_sentence_can_be_collected() -> None:
    computed = [
        f"{path.relative_to(catalogues.SOURCE)}:{call.lineno}"
        for path, call in calls()
        for text in call.args[: 2 if getattr(call.func, "id", "") == "count" else 1]
        if not isinstance(text, ast.Constant)
    ]

    assert computed == []


def test_the_program_says_something() -> None:
    assert len(list(calls())) > 100
    assert len(set(catalogues.help_texts())) > 30


@pytest.mark.parametrize(
    ("language", "zero", "one", "two"),
    [
        ("nl", "0 fouten", "1 fout", "2 fouten"),
        ("fr", "0 erreur", "1 erreur", "2 erreurs"),
        ("de", "0 Fehler", "1 Fehler", "2 Fehler"),
        ("en", "0 errors", "1 error", "2 errors"),
    ],
)
def test_each_language_counts_in_its_own_way(language: str, zero: str, one: str, two: str) -> None:
    told = [count("{n} error", "{n} errors", n=n).render(language) for n in (0, 1, 2)]

    assert told == [zero, one, two]


def test_a_sentence_within_a_sentence_is_in_the_same_language() -> None:
    text = say("expected {expected}, found {found}", expected=say("a table"), found="x")

    assert text.render("nl") == "een tabel verwacht, x gevonden"


def test_a_sentence_without_translation_is_told_in_english() -> None:
    assert Text("Nobody ever translated this.", {}).render("nl") == "Nobody ever translated this."


@pytest.mark.parametrize(
    ("value", "language", "told"),
    [
        (21300, "nl", "21.300"),
        (21300, "de", "21.300"),
        (21300, "fr", "21\u202f300"),
        (21300, "en", "21,300"),
        (-1234567, "en", "-1,234,567"),
        (2026, "nl", "2026"),
        (9999, "en", "9999"),
        (1.5, "nl", "1,5"),
        (1.5, "en", "1.5"),
        (30.0, "fr", "30"),
    ],
)
def test_a_number_is_written_as_the_reader_writes_it(value: float, language: str, told: str) -> None:
    assert number(value, language) == told


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({"LANG": "nl_BE.UTF-8"}, "nl"),
        ({"LANG": "nl_BE.UTF-8", "LC_MESSAGES": "fr_BE"}, "fr"),
        ({"LANG": "nl_BE.UTF-8", "LC_ALL": "de"}, "de"),
        ({"LANG": "en_GB.UTF-8", "LANGUAGE": "fr"}, "fr"),
        ({"LANGUAGE": "ja:de_AT:nl"}, "de"),
        ({"LANG": "C.UTF-8", "LANGUAGE": "fr"}, "en"),
        ({"LANG": "POSIX"}, "en"),
        ({"LANG": "ja_JP.UTF-8"}, "en"),
        ({"LANG": "de@euro"}, "de"),
        ({}, "en"),
    ],
)
def test_the_locale_tells_the_language(environment: dict[str, str], language: str) -> None:
    assert by_locale(environment) == language


@pytest.mark.parametrize(
    ("arguments", "language"),
    [
        (["check", "--lang", "nl"], "nl"),
        (["check", "--lang=de", "x"], "de"),
        (["check", "--lang", "nl", "--lang=fr"], "fr"),
        (["check", "--lang=fr", "--lang", "nl"], "nl"),
        (["check", "--lang", "ja"], "de"),
        (["check", "--lang"], "de"),
        (["check"], "de"),
        ([], "de"),
    ],
)
def test_an_option_wins_over_the_configuration_and_that_over_the_locale(
    arguments: list[str], language: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "govsocial.toml").write_text('lang = "de"\n', encoding="utf-8")
    monkeypatch.setenv("LC_ALL", "fr_BE.UTF-8")

    assert spoken(arguments, tmp_path) == language


def test_a_configuration_that_cannot_be_read_leaves_the_language_to_the_locale(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "govsocial.toml").write_text("lang = 7\n", encoding="utf-8")
    monkeypatch.setenv("LC_ALL", "fr_BE.UTF-8")

    assert spoken([], tmp_path) == "fr"


class Command:
    """The command in a process of its own: it speaks one language from its beginning."""

    def __init__(self, *arguments: str, **environment: str) -> None:
        neutral = {"LC_ALL": "", "LC_MESSAGES": "", "LANG": "C", "LANGUAGE": "", "COLUMNS": "300", "NO_COLOR": "1"}
        run = subprocess.run(
            [Path(sys.executable).with_name("govsocial"), *arguments],
            env={**os.environ, **neutral, **environment},
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
        self.code, self.out, self.err = run.returncode, run.stdout, run.stderr


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("nl", ("Gebruik: govsocial check [OPTIES]", "Volgens welke regels", "Toon deze hulp", "[standaard: error]")),
        ("fr", ("Utilisation : govsocial check", "Selon quelles règles", "Affiche cette aide", "[par défaut : error]")),
        ("de", ("Verwendung: govsocial check", "Nach welchen Regeln", "Zeigt diese Hilfe", "[Vorgabe: error]")),
        ("en", ("Usage: govsocial check [OPTIONS]", "By which rules", "Show this message", "[default: error]")),
    ],
)  # fmt: skip
def test_help_speaks_the_language_of_the_reader(language: str, words: tuple[str, ...]) -> None:
    told = Command("check", "--help", LANG=f"{language}.UTF-8").out

    assert [one for one in words if one not in told] == []


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("chek", "--lang", "nl"), "Het commando 'chek' bestaat niet. Bedoelt u 'check'?"),
        (("check", "--lang", "fr", "--foo"), "L’option --foo n’existe pas"),
        (("check", "--lang=de", "--format", "x"), "Ungültiger Wert für '--format': 'x' ist keiner der Werte"),
        (("policy", "show", "--lang", "nl"), "Het argument 'ID' ontbreekt."),
    ],
)
def test_wrong_use_is_told_in_the_language_of_the_reader(arguments: tuple[str, ...], complaint: str) -> None:
    run = Command(*arguments)

    assert run.code == 2
    assert complaint in run.err


def test_a_broken_configuration_is_told_in_the_language_that_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "govsocial.toml").write_text("langg = 7\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    run = Command("check", "x.toml", "--lang", "de")

    assert run.code == 2
    assert "unbekannter Schlüssel 'langg'; meinen Sie 'lang'?" in run.err


@pytest.mark.parametrize("text", ERRORS, ids=lambda text: text.template)
def test_what_typer_complains_of_is_recognised(text: Text) -> None:
    complaint = text.template.format_map({name: "'x'" for _, name, _, _ in Formatter().parse(text.template) if name})

    assert retold(complaint, "en") == complaint
    assert retold(complaint, "nl") != complaint


def test_the_languages_are_those_that_have_a_catalogue() -> None:
    assert sorted(path.name for path in LOCALE.iterdir() if path.is_dir()) == sorted(set(LANGUAGES) - {"en"})
