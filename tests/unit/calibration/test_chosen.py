"""How a policy ranks labelled candidates: by its quality, or by its place in the ranking."""

import numpy as np
import pytest
import yaml

from selector.calibration.chosen import by_outcomes, by_table, lower_is_better
from selector.calibration.sample import Sample
from selector.errors import CalibrationError
from selector.planning import planned
from selector.types import Candidate, NotApplicable, Outcomes, Score

SHARP, DARK = "filters.sharpness.sharpest", "filters.clipping.shadows"
GATE = {"on": "filters.blank.structure", "reject_below": 0.001}
SUM = {"weighted_sum": [
    {"of": SHARP, "scale": {"ends": [0, 0.2]}}, {"of": DARK, "weight": 3}
]}  # fmt: skip
STEPS = {"lexicographic": [{"of": DARK, "eps": 0.05}, {"of": SHARP, "scale": {"ends": [0, 0.2]}}]}


def plan(method):
    """Return the plan of a policy with a gate and this method."""
    text = yaml.safe_dump({"name": "mine", "version": 1, "gates": [GATE], "method": method})
    return planned(text.encode()).plan


def sample(sharp, dark):
    """Return one request of candidates with these outputs."""
    names = tuple("abcdefgh"[: len(sharp)])
    return Sample(
        requests=("p",) * len(names),
        candidates=names,
        scores={SHARP: np.array(sharp), DARK: np.array(dark)},
        worth=np.zeros(len(names)),
    )


def test_a_sum_scores_by_its_quality():
    """What the gate would need is not asked for: who passed it is ranked."""
    found = by_table(plan(SUM), sample([0.1, 0.2], [0.0, 0.4]))
    assert found.tolist() == pytest.approx([(0.5 + 3) / 4, (1 + 3 * 0.6) / 4])


def test_steps_score_by_their_place():
    """Whatever ranks without a number is told by who comes first."""
    found = by_table(plan(STEPS), sample([0.1, 0.2, 0.15], [0.02, 0.01, 0.5]))
    assert np.argsort(-found).tolist() == [1, 0, 2]


def test_a_missing_score_counts_at_its_worst():
    """As it does when the policy decides."""
    found = by_table(plan(SUM), sample([np.nan, 0.0], [0.1, 0.1]))
    assert found[0] == found[1]


def test_what_is_absent_counts_as_the_policy_says():
    """Outcomes of a journal know what is not applicable."""
    method = {"weighted_sum": [{"of": SHARP, "scale": {"ends": [0, 0.2]}, "if_absent": 0.2}]}
    outcomes = Outcomes(
        (Candidate(id="a"), Candidate(id="b"), Candidate(id="refused")),
        {"a": {SHARP: NotApplicable("flat")}, "b": {SHARP: Score(0.1)}, "refused": {}},
    )
    found = by_outcomes(plan(method), sample([np.nan, 0.1], [0, 0]), {"p": outcomes})
    assert found.tolist() == [1, 0.5]


def test_a_column_that_ranking_needs_is_asked_for():
    """By the name of the measure that lacks one."""
    made = sample([0.1, 0.2], [0.0, 0.4])
    lacking = Sample(made.requests, made.candidates, {DARK: made.scores[DARK]}, made.worth)
    with pytest.raises(CalibrationError, match=r"filters\.sharpness"):
        by_table(plan(SUM), lacking)


def test_outputs_know_which_end_is_better():
    """Less shadow is better; what has no better end is not named."""
    found = lower_is_better(plan(SUM))
    assert DARK in found
    assert SHARP not in found
