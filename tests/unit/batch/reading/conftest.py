"""Reading an input to its end, with all that is said on the way."""

from typing import NamedTuple

import pytest

from selector.batch.listed import Listed
from selector.batch.reading.read import read


class Found(NamedTuple):
    """What reading an input came to; texts without the folder of the test and signs of direction."""

    requests: list[Listed]
    problems: list[str]
    warnings: list[str]

    @property
    def ids(self) -> list[str]:
        """The requests' ids, in their order."""
        return [one.id for one in self.requests]

    @property
    def candidates(self) -> list[list[str]]:
        """The ids of each one's candidates."""
        return [[one.id for one in request.candidates] for request in self.requests]

    @property
    def paths(self) -> list[list[str]]:
        """Where each one's pictures lie."""
        return [[one.picture.path for one in request.candidates] for request in self.requests]


@pytest.fixture
def found(tmp_path):
    """Read an input; return all that was found."""

    def reading(source):
        said = ([], [])
        requests = list(read(str(source), tell=said[0].append, warn=said[1].append))
        return Found(requests, *([_short(text, tmp_path) for text in texts] for texts in said))

    return reading


@pytest.fixture
def problems(found):
    """Read an input; return what is wrong with it."""
    return lambda source: found(source).problems


@pytest.fixture
def lines(tmp_path):
    """Write a manifest of lines, given as text; return its path."""

    def write(*texts, name="m.jsonl"):
        path = tmp_path / name
        path.write_bytes(
            b"\n".join(one if isinstance(one, bytes) else one.encode() for one in texts)
        )
        return path

    return write


def _short(text, folder):
    return text.replace(f"{folder}/", "")
