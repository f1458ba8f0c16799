"""What fits each key, and which lines cross."""

import itertools

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from selector.errors import PolicyError
from selector.policy import grammar
from selector.policy.policy import Policy

TERM = {"of": "filters.blank.structure"}
BY_SCORE = {"weighted_sum": [TERM]}


def load(**entries) -> Policy:
    return Policy.load({"name": "p", "version": 1, "method": BY_SCORE} | entries)


def refusals(**entries) -> tuple[str, ...]:
    with pytest.raises(PolicyError) as caught:
        load(**entries)
    return caught.value.problems


def gate(**lines) -> dict:
    return {"on": "filters.blank.structure", **lines}


LINES = ("reject_below", "accept_above", "at_least", "accept_below", "reject_above")
few = st.sampled_from([0.0, 0.25, 0.5, 1.0])


@given(st.dictionaries(st.sampled_from(LINES), few, min_size=1))
@example({"reject_below": 0.5, "accept_above": 0.5, "accept_below": 0.5, "reject_above": 0.5})
def test_lines_are_refused_exactly_where_they_cross(lines):
    """Bands are not negative, and some number passes; lines that are equal leave one."""
    top = min(lines.get("accept_below", 2), lines.get("reject_above", 2))
    bottom = max(lines.get(name, -1) for name in ("reject_below", "accept_above", "at_least"))
    sound = (
        bottom <= top
        and lines.get("reject_below", -1) <= lines.get("accept_above", 2)
        and lines.get("accept_below", -1) <= lines.get("reject_above", 2)
    )
    if sound:
        assert load(gates=[gate(**lines)]).gates[0].model_dump(include=set(lines)) == lines
    else:
        (said,) = refusals(gates=[gate(**lines)])
        assert "lines cross: " in said


@pytest.mark.parametrize(("low", "high"), list(itertools.combinations(LINES, 2)))
def test_each_pair_that_crosses_is_named(low, high):
    """The message names the two lines and their numbers, and what to do."""
    if (low, high) in {("accept_above", "at_least"), ("reject_below", "at_least")}:
        assert load(gates=[gate(**{low: 3, high: 2})])  # two lower bounds: the stricter counts
        return
    (said,) = refusals(gates=[gate(**{low: 3, high: 2})])
    assert said == f"policy: gates[0]: lines cross: {low} 3 is over {high} 2; move one of them."


def test_a_line_that_waits_for_calibration_crosses_nothing():
    """`calibrated` is no number yet."""
    assert load(gates=[gate(reject_below=0.5, accept_above="calibrated")])
    assert load(cut={"of": "quality", "reject_below": 1, "accept_above": "calibrated"})


def test_crossing_lines_of_a_cut_and_of_a_constraint():
    """Cuts and constraints are held to what gates are."""
    assert refusals(cut={"of": "quality", "reject_below": 0.6, "accept_above": 0.5}) == (
        "policy: cut: lines cross: reject_below 0.6 is over accept_above 0.5; move one of them.",
    )
    crossing = {"objective": [TERM], "constraints": [gate(reject_below=1, reject_above=0)]}
    (said,) = refusals(method={"constrained": crossing})
    assert said.startswith("policy: method.constrained.constraints[0]: lines cross:")
    assert load(cut={"of": "quality", "reject_below": 0.5, "accept_above": 0.5})


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ({}, "a gate without a bound refuses nothing; give it one, or drop it."),
        ({"on_failure": "reject"}, "a gate without a bound refuses nothing; give it one, or drop it."),
        ({"equals": 1, "reject_above": 2}, "'equals' leaves no room for another bound; keep one of them."),
        ({"equals": "expect.faces", "at_least": 1}, "'equals' leaves no room for another bound; keep one of them."),
    ],
)  # fmt: skip
def test_a_gate_has_bounds_that_go_together(lines, said):
    """A gate bounds something, and `equals` stands alone."""
    assert refusals(gates=[gate(**lines)]) == (f"policy: gates[0]: {said}",)


def test_limits_belong_to_what_fits():
    """Nothing and everything are distances and shares; what is promised lies between them."""
    distinct = {"by": "filters.near_duplicates", "within": 0}
    for share in (0, 1):
        cut = {"of": "quality", "reject_below": share}
        assert load(cut=cut, distinct=distinct, cascade={"audit": share})
        assert refusals(target={"bad_delivered": share, "confidence": share})
    assert load(method={"lexicographic": [TERM | {"eps": 0}]})
    assert load(deliver=10**9, version=10**9, review_at_most=1)
    assert refusals(deliver=10**9 + 1)
    assert load(timeout_s=1e-300)


def test_a_policy_can_not_be_changed():
    """Parts are frozen and lists are tuples: what was checked stays so."""
    policy = load(gates=[gate(equals=1)])
    assert isinstance(policy.gates, tuple)
    assert isinstance(policy.method.weighted_sum, tuple)
    with pytest.raises(ValueError, match="frozen"):
        policy.gates[0].equals = 2
    with pytest.raises(ValueError, match="frozen"):
        policy.deliver = 2
    with pytest.raises(ValueError, match="frozen"):
        load(measures={"a": {"use": "filters.blank"}}).measures["a"].use = "filters.clipping"


def test_minus_nothing_is_nothing():
    """-0.0 means 0, and makes no other policy."""
    assert load(gates=[gate(equals=-0.0)]).hash == load(gates=[gate(equals=0)]).hash


def test_parts_can_be_made_in_python():
    """A policy built of its parts, without a text, is the same policy."""
    made = Policy(
        name="p",
        version=1,
        gates=(grammar.Gate(on="filters.blank.structure", equals=1),),
        method=grammar.Method(weighted_sum=(grammar.Term(of="filters.blank.structure"),)),
    )
    assert made.hash == load(gates=[gate(equals=1)]).hash
    assert made.where("gates", 0, "on") == "policy: gates[0]"
