"""
Which posts spread one information, found by their texts: from notes of posts to an ``info`` for each. Pure.

Nothing here depends on the order of the posts: they are sorted first, by what is in them.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from hashlib import blake2b
from typing import TYPE_CHECKING, Final

import polars as pl

from govsocial.audit.copies import BANDS, REJECTED, alike

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    Texts = Callable[[pl.DataFrame], pl.DataFrame]

ROW: Final = "row"
PREFIX: Final = "copy:"
"""What the found ids begin with, followed by a digest of the id of the earliest post."""
MOST: Final = 500
"""How many posts, or texts, may be alike: what stands in more of them is boilerplate."""
WINDOW: Final = timedelta(days=30)
"""How long after the one before a copy may come: what returns each year is news each year."""
INFOS: Final = ("id", "info", "source_institution")
"""What is found out of a post."""
_AHEAD: Final = 16
"""With how many of the next ones a text is compared among those that it meets: with all, it would take for ever."""
_BESIDE: Final = ("start", "institution", "spell")


@dataclass(frozen=True, slots=True)
class Found:
    """
    The *infos* of posts by their ids, sorted; how many *groups* they make, *exact* ones among them; who is out.

    Beside each stands the ``source_institution``: the first to publish it, null where two were.
    """

    infos: pl.DataFrame
    groups: int
    exact: int
    rejected: Counter[str]

    def to_dict(self, rejected: Mapping[str, int]) -> dict[str, object]:
        """Return this as the manifest tells it, with what was *rejected* before."""
        out = self.rejected + Counter(rejected)
        return {
            "groups": self.groups,
            "posts": self.infos.height,
            "exact": self.exact,
            "near": self.groups - self.exact,
            "rejected": {name: out[name] for name in REJECTED},
        }


def found_in(
    posts: pl.DataFrame,
    band: Callable[[int], pl.DataFrame],
    texts: Texts,
) -> Found:
    """
    Return which of *posts*, notes with the number of their ``row``, are copies of one another.

    *band* gives the values of one band of the signatures by row, *texts* the texts of a frame of rows.
    """
    rejected: Counter[str] = Counter()
    single = _without(posts.unique(list(posts.columns[1:])), pl.len().over("id") > 1, "repeated", rejected)
    usual = _without(single, pl.len().over("digest") > MOST, "boilerplate", rejected)
    told = _spells(usual)
    spells = told.group_by("spell", maintain_order=True).agg(
        pl.col(ROW).min(),
        pl.col("date").min().alias("start"),
        pl.col("date").max().alias("end"),
        _only("institution"),
    )
    pairs, crowded = _candidates(spells, band)
    roots = _roots(_confirmed(pairs, spells, texts))
    root = pl.col("spell").replace(roots) if roots else pl.col("spell")
    return _named(told.with_columns(root.alias("group")), crowded, rejected)


def _without(posts: pl.DataFrame, out: pl.Expr, name: str, rejected: Counter[str]) -> pl.DataFrame:
    """Return *posts* but for those that are *out*, and count these by the *name* of the reason."""
    kept = posts.filter(~out)
    rejected[name] += posts.height - kept.height
    return kept


def _spells(posts: pl.DataFrame) -> pl.DataFrame:
    """Return *posts* with the number of their ``spell``: one text, in which nobody waits longer than the window."""
    ordered = posts.sort("digest", "date", "id")
    same, near = pl.col("digest") == pl.col("digest").shift(), pl.col("date") - pl.col("date").shift() <= WINDOW
    return ordered.with_columns((~(same & near)).fill_null(value=True).cum_sum().alias("spell"))


def _only(name: str) -> pl.Expr:
    """Return what is the same in all rows of a group, null where there are several."""
    return _only_in(pl.col(name)).alias(name)


def _only_in(values: pl.Expr) -> pl.Expr:
    return pl.when(values.n_unique() == 1).then(values.first())


def _candidates(spells: pl.DataFrame, band: Callable[[int], pl.DataFrame]) -> tuple[pl.DataFrame, pl.Series]:
    """Return the pairs of *spells* that meet in a band, and those that met too many others."""
    pairs = pl.DataFrame(schema={"spell": spells["spell"].dtype, "other": spells["spell"].dtype})
    crowded = spells["spell"].clear()
    for number in range(BANDS):
        values = band(number)
        keys = [name for name in values.columns if name != ROW]
        meeting = spells.join(values, on=ROW).sort(*keys, "start", "spell").with_columns(pl.len().over(keys).alias("n"))
        crowded = pl.concat([crowded, meeting.filter(pl.col("n") > MOST)["spell"]]).unique()
        usual = meeting.filter(pl.col("n").is_between(2, MOST))
        far = min(_AHEAD, usual.select(pl.col("n").max()).item() or 1)  # nothing stands further on
        pairs = pl.concat([pairs, *(_ahead(usual, keys, step) for step in range(1, far + 1))]).unique()
    return pairs, crowded


def _ahead(meeting: pl.DataFrame, keys: list[str], step: int) -> pl.DataFrame:
    """Return the pairs with what stands a *step* further on, of another institution and not long after."""
    start, institution, spell = (pl.col(name).shift(-step) for name in _BESIDE)
    here = pl.all_horizontal(pl.col(name) == pl.col(name).shift(-step) for name in keys)
    theirs = (pl.col("institution") != institution).fill_null(value=True)
    found = meeting.with_columns(
        spell.alias("other"), (here & theirs & (start - pl.col("end") <= WINDOW)).alias("near")
    )
    return found.filter("near").select("spell", "other")


def _confirmed(pairs: pl.DataFrame, spells: pl.DataFrame, texts: Texts) -> Iterator[tuple[int, int]]:
    """Yield those of *pairs* whose texts are alike."""
    asked = pl.concat([pairs["spell"], pairs["other"]]).unique()
    rows = spells.filter(pl.col("spell").is_in(asked.implode())).select("spell", ROW)
    said = rows.join(texts(rows.select(ROW)), on=ROW).select("spell", "text")
    both = pairs.join(said, on="spell").join(said.select(other="spell", theirs="text"), on="other")
    for one, other, text, theirs in both.select("spell", "other", "text", "theirs").iter_rows():
        if alike(text.split(), theirs.split()):
            yield one, other


def _roots(pairs: Iterable[tuple[int, int]]) -> dict[int, int]:
    """Return the least number that each of those in *pairs* is joined with, over however many others."""
    above: dict[int, int] = {}

    def root(one: int) -> int:
        while (up := above.get(one, one)) != one:
            above[one] = above.get(up, up)
            one = above[one]
        return one

    for one, other in pairs:
        low, high = sorted((root(one), root(other)))
        above[high] = low
    return {one: root(one) for one in above}


def _named(told: pl.DataFrame, crowded: pl.Series, rejected: Counter[str]) -> Found:
    """Return what groups of *told* are copies, over two institutions at least, and the information of each."""
    groups = told.group_by("group").agg(
        pl.len().alias("n"),
        pl.col("institution").n_unique(),
        pl.col("digest").n_unique().alias("texts"),
        pl.col("info").filter(pl.col("info") != "").unique().alias("given"),
        pl.col("id").sort_by("date", "id").first().alias("first"),
        _only_in(pl.col("institution").filter(pl.col("date") == pl.col("date").min())).alias("source_institution"),
    )
    shared = groups.filter(pl.col("institution") > 1)
    copied = shared.filter(pl.col("n") <= MOST)
    hot = pl.col("spell").is_in(crowded.implode()) & ~pl.col("group").is_in(shared["group"].implode())
    vast = pl.col("group").is_in(shared.filter(pl.col("n") > MOST)["group"].implode())
    rejected["boilerplate"] += told.filter(hot | vast).height
    names = [_name(given, first) for given, first in copied.select("given", "first").iter_rows()]
    named = copied.select("group", "texts", "source_institution", pl.Series("name", names, dtype=pl.String))
    filled = told.filter(pl.col("info") == "").join(named, on="group")
    rejected["disputed"] += filled.filter(pl.col("name") == "").height
    filled = filled.filter(pl.col("name") != "")
    infos = filled.select("id", "source_institution", info="name").select(list(INFOS)).sort("id")
    return Found(infos, filled["group"].n_unique(), filled.filter(pl.col("texts") == 1)["group"].n_unique(), rejected)


def _name(given: list[str], first: str) -> str:
    """Return the information that was *given* where it is one only, one of its own where there is none; else empty."""
    if not given:
        return f"{PREFIX}{blake2b(first.encode(), digest_size=8).hexdigest()}"
    return given[0] if len(given) == 1 else ""
