"""What of a post is compared with others to find copies, and when two texts are alike. Pure."""

from __future__ import annotations

from collections import Counter
from hashlib import blake2b
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final
from unicodedata import normalize

import polars as pl

from govsocial.readers import parquet
from govsocial.text import hashtags, links, mentions, normalise, words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from govsocial.text import TextProfile

EXTRA: Final = "copies"
EDITION: Final = 1
"""Goes up when other posts are taken for copies."""
SHORTEST: Final = 8
"""How many words a text has at least that is compared: «Happy new year to all of you» is no copy of another."""
ALIKE: Final = 85.0
"""
How much of two texts is the same, in per cent of their words and in the same order, where one is a copy of the other.

By letters it would be too lenient: «live: the minister speaks in Ghent» is alike to each other such line.
"""
BANDS: Final = 20
ROWS: Final = 3
"""Two texts are compared where the ROWS smallest values of one of the BANDS of their signatures are the same."""
_SHINGLE: Final = 3
_SEED: Final = 1
_CHUNK: Final = 8192
_ANSWERS: Final = ("reply", "message")
REJECTED: Final = ("share", "answer", "no_institution", "undated", "short", "repeated", "boilerplate", "disputed")
"""Why posts are not compared, or are not copies though others are like them; the first reason that holds counts."""
_READ: Final = ("id", "institution", "date", "info")
_OWN: Final = {"id": pl.String(), "institution": pl.String(), "date": pl.Datetime("us", "UTC"), "info": pl.String()}
_TEXT: Final = {"digest": pl.Binary(), "text": pl.String()}
_VALUES: Final = {f"{band}.{row}": pl.UInt32() for band in range(BANDS) for row in range(ROWS)}
NOTES: Final = pl.Schema({**_OWN, **_TEXT, **_VALUES})
"""What is noted of a post that is compared: its words, a digest of them, and the signature by which like ones meet."""


def library(name: str) -> Any:  # noqa: ANN401 - a module
    """
    Return the library *name* of the extra.

    Raises:
        InputError: where it is not installed.
    """
    try:
        return import_module(name)
    except ImportError:
        raise parquet.not_installed(EXTRA) from None


def own_words(text: str, profile: TextProfile) -> list[str]:
    """Return the words of *text* without its links, tags and mentions, in small letters and plain forms."""
    text = normalise(text)
    tokens = [*links(text), *hashtags(text, profile), *mentions(text, profile)]
    parts, at = [], 0
    for token in sorted(tokens, key=lambda one: one.start):
        parts.append(text[at : token.start])
        at = max(at, token.end)
    return words(normalize("NFKC", " ".join([*parts, text[at:]])))


def alike(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether a text of these words is a copy of the *other*: another number is another day, sum or place."""
    if _numbers(one) != _numbers(other):
        return False
    return bool(library("rapidfuzz.fuzz").ratio(one, other, score_cutoff=ALIKE))


def _numbers(text: Sequence[str]) -> list[str]:
    return sorted(word for word in text if any(map(str.isdigit, word)))


def noted(frame: pl.DataFrame, profile: Callable[[str], TextProfile]) -> tuple[pl.DataFrame, Counter[str]]:
    """
    Return the ``NOTES`` of those posts in *frame* that are compared, and how many are not, by reason.

    *profile* tells how a network reads text. Shares are no copies, nor are answers, which are no publications.
    """
    marked = frame.select(*_READ, "network", "text", _reason())
    rejected = Counter(marked["reason"].drop_nulls().to_list())
    kept = marked.filter(pl.col("reason").is_null()).with_columns(pl.col("info").fill_null(""))
    every = [own_words(text, profile(network)) for network, text in kept.select("network", "text").iter_rows()]
    long = pl.Series([len(one) >= SHORTEST for one in every], dtype=pl.Boolean)
    texts = [one for one in every if len(one) >= SHORTEST]
    rejected["short"] += len(every) - len(texts)
    return _signed(kept.filter(long), texts), rejected


def _reason() -> pl.Expr:
    """Return why a post is not compared, null where it may be."""
    shared = (pl.col("kind") == "repost") | (pl.col("shared_from") != "")
    reasons = {
        "share": shared,
        "answer": pl.col("kind").is_in(_ANSWERS),
        "no_institution": pl.col("institution").fill_null("") == "",
        "undated": pl.col("date").is_null(),
        "short": pl.col("text").fill_null("") == "",
    }
    told = [pl.when(holds).then(pl.lit(name)) for name, holds in reasons.items()]
    return pl.coalesce(told).alias("reason")


def _signed(frame: pl.DataFrame, texts: Sequence[Sequence[str]]) -> pl.DataFrame:
    """Return the notes of *frame*, whose posts have the words *texts*."""
    joined = [" ".join(one) for one in texts]
    digests = [blake2b(one.encode(), digest_size=16).digest() for one in joined]
    given = frame.select(_READ).with_columns(
        pl.Series("digest", digests, dtype=pl.Binary), pl.Series("text", joined, dtype=pl.String)
    )
    return pl.concat([given, _signatures(texts)], how="horizontal").cast(dict(NOTES))  # type: ignore[arg-type]


def _signatures(texts: Sequence[Sequence[str]]) -> pl.DataFrame:
    """Return the signatures of *texts*, some at a time: shingles take much more room than texts."""
    sign = library("rensa").RMinHash.digest_matrix_from_token_sets
    parts = [pl.DataFrame(schema=_VALUES)]
    for first in range(0, len(texts), _CHUNK):
        shingles = [_shingles(one) for one in texts[first : first + _CHUNK]]
        parts.append(pl.DataFrame(sign(shingles, BANDS * ROWS, _SEED).to_rows(), schema=_VALUES, orient="row"))
    return pl.concat(parts)


def _shingles(text: Sequence[str]) -> list[str]:
    return [" ".join(text[at : at + _SHINGLE]) for at in range(len(text) - _SHINGLE + 1)]
