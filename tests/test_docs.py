"""What the documentation shows works as it stands there, and what is made from the policies is up to date."""

from __future__ import annotations

import re
import shlex
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from govsocial.authoring.norms import coverage_page, parse_norms, unlisted
from govsocial.authoring.tests import cases, run
from govsocial.defaults import assemble, under_test
from govsocial.errors import InputError
from govsocial.messages import LANGUAGES
from govsocial.outputs.guide import MARK, guide
from govsocial.outputs.lines import View
from govsocial.policy.load import parse_policy
from govsocial.validation import HOME
from running import Run

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
AUTHORS = (DOCS / "authors.md").read_text(encoding="utf-8")
HOUSE = ROOT / "examples/house/house.toml"
AS_OF = datetime(2026, 11, 24, tzinfo=HOME)
"""The day of the guide in docs/; 'just docs' names it too."""
SETUP = assemble(others=False)  # a plugin that happens to be installed here has no page
ITEMS = [
    *(f"R{number:02}" for number in range(1, 21)),
    *(
        f"{letter}{number}"
        for letter, last in (("D", 6), ("O", 3), ("L", 4), ("F", 2))
        for number in range(1, last + 1)
    ),
]
"""The items of the recommendations: rules, duties, opportunities, live options, facts."""


def norms(text: str = (DOCS / "coverage.toml").read_text(encoding="utf-8")) -> str:
    return coverage_page(parse_norms(text), SETUP.engine.policies, MARK)


# the page for authors


def steps(page: str) -> Iterator[tuple[str, str]]:
    yield from re.findall(r"^```(toml|console)\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)


def commands(block: str) -> Iterator[tuple[str, list[str]]]:
    """Yield each command of a block with the lines that are shown below it."""
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, *shown = part.splitlines()
        yield command, [line.strip() for line in shown if line.strip()]


def test_what_the_page_for_authors_shows_works_from_top_to_bottom(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = 0
    for kind, block in steps(AUTHORS):
        if kind == "toml":
            name = re.match(r"# (\S+\.toml)\n", block)
            assert name, f"say in which file this stands: {block}"
            with Path(name[1]).open("a", encoding="utf-8") as file:
                file.write(block.removeprefix(name[0]) + "\n")
            continue
        for command, shown in commands(block):
            program, *arguments = shlex.split(command)
            run_ = Run(*arguments)
            told = " ".join((run_.out + run_.err).split())
            assert program == "govsocial"
            assert [line for line in shown if line not in told] == [], told
            ran += 1

    assert ran >= 6


@pytest.mark.parametrize("link", re.findall(r"\]\((?!https?:)([^)#]+)\)", AUTHORS))
def test_a_link_of_the_page_for_authors_leads_somewhere(link: str) -> None:
    assert (DOCS / link).exists()


# the house policy


def test_the_house_policy_holds_its_own_cases() -> None:
    tested = under_test([HOUSE], SETUP)
    faults = {case.name: run(case, tested.engine) for policy in tested.policies for case in cases(policy)}

    assert {name: fault.render() for name, fault in faults.items() if fault} == {}
    assert tested.notes == ()


def test_the_house_policy_has_five_rules_with_cases_of_both_kinds_in_fewer_than_80_lines() -> None:
    text = HOUSE.read_text(encoding="utf-8")
    rules = parse_policy(text).document.rule

    assert len(text.splitlines()) < 80
    assert len(rules) == 5
    assert all(rule.passes and rule.fails for rule in rules)


# the table of the norm


def test_each_item_of_the_recommendations_has_one_row() -> None:
    listed = [item.id for item in parse_norms((DOCS / "coverage.toml").read_text(encoding="utf-8")).items()]

    assert len(set(listed)) == len(listed)
    assert set(ITEMS) - set(listed) == set()


def test_each_built_in_rule_is_in_the_table() -> None:
    assert unlisted(parse_norms((DOCS / "coverage.toml").read_text(encoding="utf-8")), SETUP.engine.policies) == ()


def test_the_table_is_up_to_date() -> None:
    assert (DOCS / "coverage.md").read_text(encoding="utf-8") == norms(), "run: just docs"


ITEM = """
title = "A norm"
[[part]]
title = "First"
[[part.item]]
id = "R01"
place = "1"
asks = "one hashtag"
machine = "all"
sees = "it"
person = "nothing"
"""


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('rules = ["twitter/hashtags-mx"]', "R01: there is no rule 'twitter/hashtags-mx'; did you mean"),
        ('params = ["twitter/max_hashtag"]', "R01: there is no param 'twitter/max_hashtag'; did you mean"),
        ('rule = ["twitter/hashtags-max"]', "unknown key 'rule'; did you mean 'rules'?"),
    ],
)
def test_an_item_that_names_what_does_not_exist_is_refused(line: str, problem: str) -> None:
    with pytest.raises(InputError, match=re.escape(problem)):
        norms(ITEM + line)


def test_a_rule_that_no_item_names_is_told() -> None:
    listed = parse_norms(ITEM + 'rules = ["twitter/hashtags-max"]')

    assert "twitter/hashtags-ideal" in unlisted(listed, SETUP.engine.policies)
    assert "twitter/hashtags-max" not in unlisted(listed, SETUP.engine.policies)


def test_the_snapchat_figure_stands_with_its_date() -> None:
    assert "`snapchat/under_25_percent` = 71 since 01/01/2016" in norms()


# the guide


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_guide_is_up_to_date(language: str) -> None:
    written = {file.name: file.read_text(encoding="utf-8") for file in (DOCS / "guide" / language).iterdir()}

    assert written == guide(SETUP.engine, View(language), AS_OF), "run: just docs"


def page(name: str, language: str = "en", as_of: datetime = AS_OF) -> str:
    return guide(SETUP.engine, View(language), as_of)[name]


def test_the_overview_leads_to_a_page_for_each_network_and_to_nothing_else() -> None:
    pages = guide(SETUP.engine, View("nl"), AS_OF)
    linked = re.findall(r"\]\((\S+\.md)\)", pages["index.md"])

    assert {f"{network}.md" for network in SETUP.engine.networks.by_id} <= set(linked)
    assert sorted([*linked, "index.md"]) == sorted(pages)


def test_a_rule_is_told_with_the_numbers_and_the_texts_of_its_cases() -> None:
    told = page("twitter.md")

    assert "### This post has 4 hashtags; use at most 3 on X (Twitter).\n\n**Required.** Remove 1 " in told
    assert "* Good: Plan uw rit vooraf.\n" in told
    assert "* Better not: Fiets, trein, tram of bus? #fiets #trein #tram #bus\n" in told


def test_a_dated_value_is_told_with_its_days_and_its_source() -> None:
    told = page("instagram.md")

    assert re.search(r"\| 30 \| until 18/12/2025 \| medium \| .*30 hashtags", told)
    assert re.search(r"\| 5 \| from 18/12/2025 \| medium \| .*December 2025", told)


def test_the_guide_of_another_day_has_what_held_then() -> None:
    before = datetime(2018, 5, 1, tzinfo=HOME)

    assert "livestream/periscope" in page("livestream.md", as_of=before)
    assert "livestream/periscope" not in page("livestream.md")
    assert "Instagram accepts at most 30." in page("instagram.md", as_of=before)
    assert "Instagram accepts at most 5." in page("instagram.md")


def test_a_house_rule_has_a_page_in_the_guide_and_its_own_words() -> None:
    setup = assemble([HOUSE], others=False)
    told = guide(setup.engine, View("fr"), AS_OF)["house.md"]

    assert "# Règles internes" in told
    assert "### Renvoie hors de .be : https://example.com/be." in told


def test_what_markdown_would_take_for_a_sign_is_shown_as_it_stands(tmp_path: Path) -> None:
    house = HOUSE.read_text(encoding="utf-8").replace(
        "Alle uren: https://example.com/be", "[a](b) *c* d_e <f> https://g.org/_h_"
    )
    (tmp_path / "house.toml").write_text(house, encoding="utf-8")
    setup = assemble([tmp_path / "house.toml"], others=False)

    assert r"\[a\](b) \*c\* d_e \<f> https://g.org/_h_" in guide(setup.engine, View("nl"), AS_OF)["house.md"]


# the command


def test_the_command_writes_the_guide_and_may_write_it_again(tmp_path: Path) -> None:
    arguments = ("policy", "docs", str(tmp_path / "new/guide"), "--lang", "de", "--as-of", "2026-11-24")
    first, second = Run(*arguments), Run(*arguments)

    assert (first.code, second.code) == (0, 0), first.err + second.err
    assert (tmp_path / "new/guide/twitter.md").read_text(encoding="utf-8") == page("twitter.md", "de")


def test_the_command_writes_the_table_of_a_norm(tmp_path: Path) -> None:
    run_ = Run("policy", "docs", str(tmp_path), "--coverage", str(DOCS / "coverage.toml"))

    assert run_.code == 0, run_.err
    assert [file.name for file in tmp_path.iterdir()] == ["coverage.md"]


def test_a_page_of_somebodys_own_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "index.md").write_text("# Mine\n", encoding="utf-8")
    run_ = Run("policy", "docs", str(tmp_path))

    assert run_.code == 2
    assert "index.md: this page was not made by 'govsocial policy docs'" in run_.err
    assert [file.name for file in tmp_path.iterdir()] == ["index.md"]


def test_a_norm_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    run_ = Run("policy", "docs", str(tmp_path), "--coverage", str(tmp_path / "none.toml"))

    assert run_.code == 2
    assert run_.err.startswith("--coverage: ")
