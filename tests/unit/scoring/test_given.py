"""What a caller gives is checked before anything is measured, and told in words."""

import math

import pytest

from selector import Candidate, RequestError, score
from selector.scoring import Scoring
from selector.scoring.given import asked, deadline

READS = {"prompt": "scorers.x", "source": "scorers.x"}


@pytest.mark.parametrize(
    ("prompts", "images", "said"),
    [
        (["a", "b"], ["1.png"] * 3, "prompts: one for all images or one each (got 2 for 3)."),
        ([], ["1.png"], "prompts: there are none (got an empty list)."),
        (["a"], [], "images: there are none (got an empty list)."),
        ("a", "1.png", "images: expected a list (got str). Put it into a list."),
        ("a", {"1.png"}, "images: it has no order (got set), so nobody could tell which"),
        ("a", {"1.png": 1}, "images: it has no order (got dict)"),
        ({"a"}, ["1.png"], "prompts: it has no order (got set)"),
        (3, ["1.png"], "prompts: expected a list (got int)."),
        (["a", 3], ["1.png"] * 2, "prompt 2: expected text (got int)."),
        ("\ud800", ["1.png"], "prompt 1: not valid Unicode (got a lone surrogate)."),
        (None, ["1.png"], "prompts: scorers.x reads them (got none)."),
        (["a", " ", None], ["1.png"] * 3, "prompts: scorers.x reads them (got none for image 2, 3)."),
        ([None, *[""] * 19, "a"], ["1.png"] * 21, "for image 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, …)."),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_told(prompts, images, said):
    """Which thing it is, what is wrong with it, and both numbers where two do not match."""
    with pytest.raises(RequestError) as caught:
        asked(READS, prompts, images, "source.png")
    assert said in str(caught.value)


def test_a_missing_source_is_told():
    """A measure of edits can't do without; as many as images are needed."""
    with pytest.raises(RequestError, match=r"sources: scorers\.x reads them \(got none\)"):
        asked(READS, "a", ["1.png"], None)
    with pytest.raises(
        RequestError, match=r"sources: one for all images or one each \(got 2 for 1"
    ):
        asked(READS, "a", ["1.png"], ["a.png", "b.png"])


def test_what_is_not_read_may_be_missing():
    """Filters need no prompt; one that is given all the same is kept with the image."""
    assert [item.prompt for item in asked({}, None, ["1.png"], None).items] == [None]
    assert [item.prompt for item in asked({}, "", ["1.png"], None).items] == [""]


def test_sources_of_one_name_are_one_and_of_two_are_two():
    """A path is itself wherever it stands; two pictures of the same id are told apart."""
    first, second = Candidate(b"1", "same"), Candidate(b"2", "same")
    given = asked({}, None, ["i.png"] * 5, ["a.png", first, second, "a.png", None])
    names = [item.source for item in given.items]
    assert names == ["a.png", "same", "same (3)", "a.png", None]
    assert given.sources == {"a.png": "a.png", "same": b"1", "same (3)": b"2"}


def test_names_can_be_written_whatever_their_bytes():
    """A file's name that is no Unicode is told in escapes."""
    (item,) = asked({}, None, [b"caf\xe9.png".decode("utf-8", "surrogateescape")], None).items
    assert item.name == "caf\\udce9.png"


@pytest.mark.parametrize("seconds", [0, -1, math.nan, math.inf, True, "5"])
def test_a_timeout_is_a_finite_number_above_0(seconds):
    """Anything else is told, and nothing is measured."""
    with pytest.raises(RequestError, match="timeout_s: expected finite seconds above 0"):
        score("filters.blank", None, ["gone.png"], timeout_s=seconds)


def test_limits_that_are_none_are_told_at_once():
    """Before the first image is read, also where nothing would have been."""
    with pytest.raises(RequestError, match=r"limits: expected selector\.Limits \(got int\)"):
        Scoring("filters.blank", limits=0)


def test_a_very_long_timeout_is_one_that_can_be_waited_for():
    """More than a thread can wait for is cut to what it can."""
    assert deadline(None) is None
    assert deadline(1e300) < deadline(10**400) < math.inf
