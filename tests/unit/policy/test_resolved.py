"""A policy goes by the calibrated file that lies beside it, and means what both say."""

import pytest

from calibrated import calibration, cut, written
from selector.errors import CalibrationError
from selector.policy.policy import Policy
from selector.policy.resolved import file_of, meaning_hash

CLIPPED = "filters.clipping.shadows"
POLICY = Policy.load({
    "name": "p", "version": 1, "gates": [{"on": CLIPPED, "accept_below": "calibrated"}],
    "method": {"weighted_sum": [{"of": "filters.blank.structure"}]},
})  # fmt: skip


@pytest.fixture
def made():
    return calibration(POLICY, cuts=[cut(CLIPPED, "accept_below", 0.25)])


def test_a_file_is_found_by_the_name_of_the_policy(tmp_path, monkeypatch, made):
    """With its text as it lies there; without one there is none."""
    monkeypatch.chdir(tmp_path)
    assert file_of(POLICY) is None
    written(made, tmp_path)
    found = file_of(POLICY)
    assert (found.calibration, found.text) == (made, made.text)
    assert found.origin == "policies/calibrated/p.yaml"
    assert file_of(POLICY, None) is None


def test_a_calibration_that_is_given_goes_before_what_lies_there(tmp_path, monkeypatch, made):
    """Whoever calibrates plans with what is not written yet."""
    monkeypatch.chdir(tmp_path)
    written(made, tmp_path).write_text("not one")
    assert file_of(POLICY, made).calibration == made
    with pytest.raises(CalibrationError):
        file_of(POLICY)


def test_a_policy_that_asks_nothing_has_no_file(tmp_path, monkeypatch, made):
    """Its numbers are its own."""
    monkeypatch.chdir(tmp_path)
    written(made, tmp_path)
    assert file_of(POLICY.having(gates=[])) is None
    assert file_of(POLICY.having(gates=[]), made) is None


def test_a_meaning_follows_from_both(made):
    """It is the policy's own without a calibration, and another with each."""
    other = calibration(POLICY, cuts=[cut(CLIPPED, "accept_below", 0.5)])
    changed = POLICY.having(on_empty="regenerate")
    pairs = [(POLICY, None), (POLICY, made), (POLICY, other), (changed, made), (changed, None)]
    hashes = [meaning_hash(*pair) for pair in pairs]
    assert hashes[0] == POLICY.hash
    assert len({*hashes}) == len(pairs)
