"""Requests as rows of a matrix."""

import numpy as np
import pytest

from selector.calibration.grid import grid, judgements, places

GROUPS = np.array([0, 1, 0, 1, 1])


def test_rows_are_requests_and_candidates_keep_their_order():
    """Candidates of one request need not lie together; what is not there is nan."""
    made = grid(np.array([1.0, 2.0, 3.0, 4.0, 5.0]), GROUPS)
    np.testing.assert_array_equal([[1, 3, np.nan], [2, 4, 5]], made)
    assert places(GROUPS).tolist() == [0, 0, 1, 1, 2]


def test_nothing_makes_an_empty_matrix():
    """No candidates are no error."""
    assert grid(np.array([]), np.array([], dtype=int)).shape == (0, 0)


def test_a_rater_has_one_column_in_a_request():
    """Whoever judged several candidates of a request is compared with himself."""
    said = [{"bob": 1.0, "ann": 2.0}, {"bob": 5.0}, {"ann": 3.0, "bob": 4.0}, {"bob": 6.0}, {}]
    made = judgements(said, GROUPS)
    assert made.shape == (2, 3, 2)
    np.testing.assert_array_equal([[2, 1], [3, 4], [np.nan, np.nan]], made[0])
    np.testing.assert_array_equal([5, 6, np.nan], made[1, :, 0])


def test_in_a_crowd_a_column_is_one_judgement_of_each_candidate():
    """Where nobody judges whole requests, the first judgements stand together, then the second."""
    said = [{f"w{at}{place}": float(place) for place in range(2)} for at in range(5)]
    made = judgements(said, GROUPS)
    assert made.shape == (2, 3, 2)
    np.testing.assert_array_equal([0, 0, 0], made[1, :, 0])
    np.testing.assert_array_equal([1, 1, 1], made[1, :, 1])


@pytest.mark.parametrize("said", [[{}] * 5, []])
def test_without_judgements_there_are_no_columns(said):
    """Comparisons leave no judgement of one candidate."""
    groups = GROUPS[: len(said)]
    assert judgements(said, groups).shape[2] == 0
