"""Checklists are read whatever their order, and only marks that exist count."""

import json
from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

import goldens
from answers import HEAVY, accepted, garbled, golden, said, seconds
from selector.dialogue.checklist import HIERARCHY, Dimension, read, total
from selector.dialogue.unreadable import UnreadableError

DOCUMENT = goldens.document("qwen_image_bench")


def marked(level1, mark):
    """Return an answer that gives every facet of a dimension the same mark."""
    parts = HIERARCHY[level1].items()
    return {part: {facet: {"score": mark} for facet in facets} for part, facets in parts}


def quality(answer):
    """Return what a JSON answer says of the quality."""
    return read(json.dumps(answer), "Quality")


def test_the_hierarchy_is_that_of_the_reference():
    """5 dimensions, 23 parts, 56 facets."""
    ours = {
        one: {part: [*facets] for part, facets in two.items()} for one, two in HIERARCHY.items()
    }
    assert ours == DOCUMENT["hierarchy"]


@pytest.mark.parametrize("case", golden("qwen_image_bench", ""))
def test_golden_answers(case):
    """Each is read as the reference does, or is unreadable."""
    found = said(read, case["inputs"]["raw_answer"], case["inputs"]["level1"])
    assert (found and asdict(found)) in accepted(case)


@pytest.mark.parametrize("case", DOCUMENT["totals"], ids=lambda case: case["id"])
def test_golden_totals(case):
    """What can't be read is left out of the mean; nothing left is no score."""
    answers = case["inputs"]["answers"]
    found = {level1: said(read, text, level1) for level1, text in answers.items()}
    scores = {level1: one and one.level1_score for level1, one in found.items()}
    assert scores == case["expected"]["level1"]
    assert total(one for one in found.values() if one) == case["expected"]["total"]


@pytest.mark.parametrize("level1", HIERARCHY)
@pytest.mark.parametrize(("mark", "score"), [(0, 0), (1, 60), (2, 100), ("N/A", None)])
def test_equal_marks_are_that_score(level1, mark, score):
    """At every level; where nothing applies there is none, and none is not 0."""
    found = read(json.dumps(marked(level1, mark)), level1)
    assert found.level1_score == score
    assert {*found.level2_scores.values()} == {score}
    assert total([found, Dimension(None, {}, {})]) == score


@pytest.mark.parametrize("mark", [2, "2", " 2 ", 2.0, {"score": 2}, {"score": "2", "why": "x"}])
def test_marks_in_other_forms(mark):
    """As text, as a decimal, without their name."""
    assert quality({"Detail": {"Noise": mark}}).level1_score == 100


@pytest.mark.parametrize(
    "mark",
    [3, -1, 1.9, True, False, None, "two", "1e0", "", "n/a", [], [2], {}, {"mark": 2}, 1e300],
)
def test_other_marks_do_not_count(mark):
    """They are as if the facet did not apply; none is rounded, or made a number."""
    found = quality({"Detail": {"Noise": mark, "Naturalness": 1}})
    assert found.level3_scores == {"Detail": {"Noise": None, "Naturalness": 60}}
    assert found.level1_score == 60


@pytest.mark.parametrize(
    "mark",
    ["Fail - clear defect", "2 (excel)", 1.9, True, None, "02", {"Score": 2}, {}, 3, "", "N/A (2)"],
)
def test_marks_that_nobody_knows_are_not_that_nothing_applies(mark):
    """A judge that says "Fail" to everything has not said that there is nothing to judge."""
    for beside in ("N/A", mark):
        assert (
            said(read, json.dumps({"Detail": {"Noise": mark, "Clarity": beside}}), "Quality")
            is None
        )


@pytest.mark.parametrize("mark", ["N/A", "n/a", " NA ", "Not applicable"])
def test_nothing_applies(mark):
    """Where all marks say so, however they spell it, it is no score and nothing unreadable."""
    assert quality({"Detail": {"Noise": mark}}).level1_score is None


def test_names_that_nobody_knows():
    """In a known part they count there; elsewhere they are no part of the dimension."""
    found = quality({"Detail": {"Grain": 2, "Noise": 0}, "Overall": {"Overall": {"score": 2}}})
    assert found.level2_scores == {"Detail": 50}


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "null",
        '"{}"',
        '{"Overall": {"score": 2}}',
        '{"Aesthetics": {"Composition": {"score": 2}}}',
        '{"Resolution": 2}',
        '[{"Detail": {"Noise": 2}}]',
        '{"Realism": {"score": 2, "Physical Logic": {"score": 0}}}',
        '{"Noise": {"Edge Clarity": 0, "score": 2}}',
        '{"Detail": {"Noise": 1}, "Detail": {"Noise": 2}}',
        '{"Detail": {"Noise": 1}, "Realism": {"Noise": 2}}',
        'A draft {"Detail": {"Noise": 1}} and the end {"Detail": {"Noise": 2}}',
        "{'Detail': {'Noise': 1}}",
        '{"Detail": {"Noise": ' + "9" * 5000 + "}}",
    ],
)
def test_nothing_is_guessed(text):
    """No known name, one twice, a part and a facet of it, a list, two answers, broken JSON."""
    with pytest.raises(UnreadableError):
        read(text, "Quality")


def test_a_total_of_nothing_is_none():
    """Never 0, which would be the worst image there is."""
    assert total([]) is None
    assert total([Dimension(None, {}, {})]) is None


MARKS = st.sampled_from([0, 1, 2, "N/A", 3, "1", None, 1.5])
FACETS = [facet for facets in HIERARCHY["Quality"].values() for facet in facets]


@given(st.dictionaries(st.sampled_from(FACETS), MARKS, min_size=1), st.randoms())
def test_the_order_does_not_matter(marks, random):
    """Facets are the same flat, and in whatever part, and in whatever order."""
    parts = [*HIERARCHY["Quality"], "Elsewhere"]
    scattered = {}
    for facet in random.sample([*marks], len(marks)):
        scattered.setdefault(random.choice(parts), {})[facet] = {"score": marks[facet]}
    flat = {facet: {"score": mark} for facet, mark in marks.items()}
    one, other = said(quality, flat), said(quality, scattered)
    assert (one is None) == (other is None)
    if one and other:
        assert one.level3_scores == other.level3_scores
        assert one.level1_score == pytest.approx(other.level1_score)


@given(garbled('{"Detail": ', '{"Noise": ', '{"score": ', "}}}", '"N/A"', '"Realism": '))
def test_no_text_gives_a_score_out_of_range(text):
    """And none anything but a dimension or "unreadable"."""
    found = said(read, text, "Quality")
    assert found is None or found.level1_score is None or 0 <= found.level1_score <= 100


@pytest.mark.parametrize("text", HEAVY.values(), ids=HEAVY)
def test_long_answers_take_no_time(text):
    """A megabyte is read once."""
    assert seconds(read, text, "Quality") < 3
