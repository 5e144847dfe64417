"""How plainly a text is written, which expressions cannot count: in Python for a draft, in columns for an archive."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from govsocial import Post

WORD = r"[^ \t\n]+"
ANOTHER = r"[.!?][ \t\n]+[^ \t\n]"
"""Where another sentence begins. Both patterns mean the same to Python and to Polars, as ``\\s`` and ``$`` do not."""


def words_per_sentence(post: Post) -> int | None:
    """Return how many words a sentence of *post* has on average, rounded down; unknown where its text is."""
    if post.text is None:
        return None
    return len(re.findall(WORD, post.text)) // (len(re.findall(ANOTHER, post.text)) + 1)


def words_per_sentence_in_columns(post: Any) -> Any:  # noqa: ANN401 - its fields are Polars expressions
    """Return the same for each row; what is null, unknown, stays so."""
    import polars as pl  # noqa: PLC0415 - only audits have it

    words, others = (post.text.str.count_matches(pattern) for pattern in (WORD, ANOTHER))
    return (words // (others + 1)).cast(pl.Int64())
