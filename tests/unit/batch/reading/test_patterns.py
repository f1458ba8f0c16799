"""Patterns that stand for several files."""

import pytest

from selector import RequestError
from selector.batch.reading import patterns


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("{000..002}", ["000", "001", "002"]),
        ("{2..0}", ["2", "1", "0"]),
        ("{a,b}-{0..1}", ["a-0", "a-1", "b-0", "b-1"]),
        ("{a}", ["a"]),
    ],
    ids=["range", "down", "two", "one"],
)
def test_braces(pattern, names):
    """As WebDataset and the shell write them; each name is looked for, whether it is there or not."""
    assert patterns.matching(f"/x/{pattern}.tar") == [f"/x/{name}.tar" for name in names]


def test_stars(tmp_path):
    """Files that are there, by name."""
    for name in ("b.tar", "a.tar", "c.txt"):
        (tmp_path / name).touch()
    assert patterns.matching(f"{tmp_path}/*.tar") == [f"{tmp_path}/a.tar", f"{tmp_path}/b.tar"]


def test_what_is_there_is_no_pattern(tmp_path):
    """A file may be called like one."""
    (tmp_path / "{a,b}.tar").touch()
    assert not patterns.is_pattern(f"{tmp_path}/{{a,b}}.tar")
    assert patterns.is_pattern(f"{tmp_path}/{{a,c}}.tar")
    assert not patterns.is_pattern("https://host/m.jsonl?key=1")
    assert patterns.is_pattern("s3://b/*.tar")


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("*.tar", "no file is called so"),
        ("{0..999999999}.tar", "stand for more than 100,000 names"),
    ],
    ids=["none", "too-many"],
)
def test_patterns_for_nothing_or_everything_are_told(tmp_path, pattern, said):
    """At once."""
    with pytest.raises(RequestError, match=said):
        patterns.matching(f"{tmp_path}/{pattern}")
