"""What is remembered of rows that were made, and what goes first."""

import numpy as np

from selector.backbones.embeddings import Embeddings


def row(*numbers: float) -> np.ndarray:
    return np.array(numbers, np.float32)


def test_the_last_so_many_are_remembered() -> None:
    """Beyond the bound whichever was not asked for longest goes."""
    made = Embeddings(2)
    made.keep({"a": row(1), "b": row(2)})
    assert list(made.find(["a", "x"])) == ["a"]
    made.keep({"c": row(3)})

    assert sorted(made.find("abc")) == ["a", "c"]
    assert len(made) == 2


def test_what_is_no_number_is_not_remembered() -> None:
    """A row that came out broken is made again when it is asked for again."""
    made = Embeddings(9)
    made.keep({"a": row(1, np.nan), "b": row(np.inf, 1), "c": row(0, 0)})

    assert list(made.find("abc")) == ["c"]
