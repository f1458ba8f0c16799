"""What is said of all images: means, intervals that know prompts, counts, and back from JSON."""

import json

import pytest

from pictures import noise
from selector import RequestError, score
from selector.scoring import Row, Scores
from selector.scoring.scores import summarised
from selector.statistics import mean_interval
from selector.types import Failure, NotApplicable, Score


def rows(*found):
    """Return a row for each prompt and value; what is no number is an outcome."""
    return [
        Row(f"{at}.png", prompt, None, {"x": Score(value) if isinstance(value, float) else value})
        for at, (prompt, value) in enumerate(found)
    ]


def test_the_interval_is_over_prompts():
    """Images of one prompt are one group, whatever order they come in."""
    given = rows(("a", 1.0), ("b", 4.0), ("a", 2.0), ("c", 6.0), ("b", Failure("broken")))
    summary = summarised("x", given, sets=False)
    assert (summary.over, summary.groups, summary.mean) == ("prompts", 3, 3.25)
    assert summary.interval == mean_interval([[1.0, 2.0], [4.0], [6.0]])


@pytest.mark.parametrize("prompt", ["a", None])
def test_of_one_prompt_it_is_over_images_and_says_so(prompt):
    """There is nothing else to draw; nor is there where nobody said which prompts there are."""
    summary = summarised("x", rows((prompt, 1.0), (prompt, 2.0), (prompt, 4.0)), sets=False)
    assert (summary.over, summary.groups) == ("images", 3)
    assert summary.interval == mean_interval([[1.0], [2.0], [4.0]])


def test_numbers_of_one_set_give_no_interval():
    """Each depends on the others, so that one set is one observation."""
    summary = summarised("x", rows(("a", 1.0), ("a", 2.0)), sets=True)
    assert (summary.mean, summary.interval, summary.over, summary.groups) == (
        1.5,
        None,
        "prompts",
        1,
    )


@pytest.mark.parametrize("found", [[], [("a", 1.0)], [("a", 1.0), ("b", 1.0), ("c", 1.0)]])
def test_too_little_gives_no_interval(found):
    """Of one number, and of equal ones: what was not seen may be there all the same."""
    given = rows(*found, ("d", Failure("broken")), ("d", NotApplicable("none there")))
    summary = summarised("x", given, sets=False)
    assert summary.interval is None
    assert (summary.evaluated, summary.failed, summary.not_applicable) == (len(found), 1, 1)
    assert summary.mean == (1.0 if found else None)


def test_a_mean_of_the_largest_numbers_is_finite():
    """No sum overflows."""
    assert summarised("x", rows(("a", 1.7e308), ("b", 1.7e308)), sets=False).mean == 1.7e308


def test_scores_read_back_from_json():
    """Everything, failures and evidence too, without a NaN."""
    scores = score("filters.near_duplicates", "p", [noise(40, 40), noise(40, 40, seed=1), "gone"])
    text = scores.to_json()
    json.loads(text, parse_constant=pytest.fail)
    assert Scores.from_dict(json.loads(text)) == scores


def test_an_output_is_named_where_there_are_several():
    """A measure of one need not be asked for it by name."""
    scores = score("filters.blank", None, [noise(40, 40)])
    assert scores.summary("spread").mean == scores.values("spread")[0]
    for given in (None, "sprad"):
        with pytest.raises(RequestError, match="Name one of structure, spread"):
            scores.values(given)


def test_scores_tell_in_short_what_they_are():
    """In a console: the measure, each mean, and of how many."""
    scores = score("filters.resolution", None, [noise(40, 30), "gone.png"])
    assert "<Scores filters.resolution: short_side 30 (1 of 2), width 40 (" in repr(scores)
    assert "none (0 of 1)" in repr(score("filters.blank", None, ["gone.png"]))
