"""What a request of which all is known was worth, and what another decision loses."""

from dataclasses import replace

import pytest

import worlds
from populations import NOTHING
from selector.policy import plan as p
from selector.predicting import loss, whole
from selector.predicting.whole import again, alike, lost
from selector.types import NOT_EVALUATED, Decision, Failure, Score, Selection
from worlds import UP, candidate, instance, outcomes, plan, ref

TERMS = (p.Term(ref("cheap"), 0.5, UP), p.Term(ref("dear"), 0.5, UP))
INSTANCES = [instance("cheap", cost=0.01), instance("dear", cost=1.0)]
PLAN = plan(p.WeightedSum(TERMS), instances=INSTANCES)
ROWS = {
    "a": {"cheap": 0.9, "dear": 0.9},
    "b": {"cheap": 0.6, "dear": 0.8},
    "c": {"cheap": 0.5, "dear": 0.1},
}


def request(rows=ROWS, **rest) -> Selection:
    given = outcomes(rows, **rest)
    made = Selection("r", "2026", "p", "test@1", "h", given.candidates, given.table, NOTHING)
    return replace(made, audited=True)


def accepting(*names, answer="complete", verdict="accept") -> Decision:
    verdicts = {name: verdict if name in names else "reject" for name in ROWS}
    return replace(NOTHING, verdicts=verdicts, answer=answer, ranking=tuple(ROWS))


def test_it_holds_what_is_exact():
    """The exact decision, what each candidate is worth, and of what that is made."""
    one = whole(PLAN, request())
    assert one.decision.verdicts == {"a": "accept", "b": "reject", "c": "reject"}
    assert one.quality == pytest.approx({"a": 0.9, "b": 0.7, "c": 0.3})
    assert one.shares["b"] == pytest.approx((0.3, 0.4))


def test_a_prediction_does_not_matter_to_what_is_exact():
    """It is left out, whatever the plan says."""
    line = p.Prediction("dear", -9.0, (0.0, 0.0), 0.1, 0.0, 0.1, 0.1, 1, 9, (), "basis")
    assert whole(replace(PLAN, prediction=line), request()) == whole(PLAN, request())


@pytest.mark.parametrize("lacking", [{"cheap": 0.5}, {"cheap": 0.5, "dear": NOT_EVALUATED}])
def test_a_request_that_lacks_an_outcome_is_not_whole(lacking):
    """Laziness left it out: what it would have been nobody knows."""
    assert whole(PLAN, request(ROWS | {"d": lacking})) is None


def test_copies_and_what_could_not_be_read_lack_nothing():
    """They are never measured."""
    others = (candidate("d", "a"), candidate("e", error="truncated"))
    candidates = (*(candidate(name) for name in ROWS), *others)
    assert whole(PLAN, request(candidates=candidates)).quality.keys() == ROWS.keys()


def test_whom_a_set_left_out_lacks_nothing():
    """A set is made of who is not refused before; the others have no outcome of it."""
    near = instance("near", scope="set")
    gates = (p.Gate(ref("ok"), reject_below=0.5),)
    distinct = p.Distinct(p.Ref("near", "nearest"), 1.0)
    made = [instance("ok", "filter"), *INSTANCES, near]
    a_plan = plan(p.WeightedSum(TERMS), instances=made, gates=gates, distinct=distinct)
    keys = {f"{name}.value": Score(0.5) for name in ("cheap", "dear")}
    truth = {name: {**keys, "ok.value": Score(float(name != "c"))} for name in "abc"}
    world = worlds.World(a_plan, tuple(map(candidate, "abc")), truth, {"a": 0, "b": 9, "c": 5})
    table = world.exhaustive().table
    assert not any(key.startswith("near") for key in table["c"])
    made = Selection("r", "2026", "p", "test@1", "h", world.candidates, table, NOTHING)
    one = whole(a_plan, made)
    assert one.quality.keys() == {"a", "b"}
    assert again(a_plan, one).decision.verdicts == one.decision.verdicts


def test_what_failed_teaches_nothing():
    """It counts at its worst in the quality, and has no shares to learn from."""
    one = whole(PLAN, request(ROWS | {"d": {"cheap": 0.5, "dear": Failure("broken")}}))
    assert one.quality["d"] == 0.25
    assert one.shares.keys() == {"a", "b", "c"}


def test_who_is_refused_does_not_stand():
    """Neither worth nor shares are told of it."""
    gated = replace(PLAN, gates=(p.Gate(ref("cheap"), reject_below=0.55),))
    one = whole(gated, request())
    assert one.quality.keys() == one.shares.keys() == {"a", "b"}


def test_deciding_again_asks_as_a_request_would():
    """The recorded outcomes are revealed one ask after the other, the rest stays unasked."""
    found = again(PLAN, whole(PLAN, request()))
    assert found.decision.verdicts["a"] == "accept"
    assert "dear.value" not in found.table["c"]


@pytest.mark.parametrize(
    ("decision", "lost"),
    [
        (accepting("a"), 0.0),
        (accepting("b"), 0.5),  # 0.2 of a gain of 0.4
        (accepting("c"), 1.0),  # 0.6 of 0.4, which is more than all
        (accepting("a", answer="short"), 1.0),
        (accepting("a", "b"), 1.0),
        (accepting("a", verdict="review", answer="review"), 1.0),
    ],
)
def test_the_loss_is_a_share_of_the_gain(decision, lost):
    """What is delivered counts; another answer, or another number, loses all."""
    assert loss(whole(PLAN, request()), decision, 0.4) == pytest.approx(lost)


def test_several_share_the_loss():
    """Who lost half the gain on one of two lost a quarter."""
    one = whole(replace(PLAN, deliver=2), request())
    assert loss(one, accepting("a", "c"), 0.8) == pytest.approx(0.25)


def test_where_nobody_is_accepted_a_persons_choice_counts():
    """What is in review is what is delivered to the person."""
    cut = replace(PLAN, cut=p.Cut("quality", 0.1, 0.99), review_at_most=1)
    one = whole(cut, request())
    assert one.decision.verdicts["a"] == "review"
    assert loss(one, accepting("b", verdict="review", answer="review"), 0.4) == pytest.approx(0.5)


def test_where_nothing_is_delivered_nothing_is_lost():
    """An empty answer is worth as much as another."""
    cut = replace(PLAN, cut=p.Cut("quality", 0.95))
    assert loss(whole(cut, request()), accepting(answer="empty"), 0.4) == 0.0


def test_more_than_the_best_is_no_gain():
    """What the exact decision did not deliver for another reason than its worth earns nothing."""
    one = whole(PLAN, request())
    better = replace(one, quality={**one.quality, "b": 0.95})
    assert loss(better, accepting("b"), 0.4) == 0.0


def test_only_what_the_same_measures_measured_counts():
    """Another policy, or another fingerprint, tells nothing of this one."""
    other = replace(PLAN.instances["dear"], fingerprint="another")
    theirs = [
        PLAN,
        replace(PLAN, policy_hash="another"),
        replace(PLAN, instances={**PLAN.instances, "dear": other}),
        replace(PLAN, parallelism=7, mode="exhaustive"),
    ]
    known = alike(
        PLAN, [(one, replace(request(), request_id=str(at))) for at, one in enumerate(theirs)]
    )
    assert [one.request_id for one in known] == ["0", "3"]


def test_who_can_not_be_delivered_is_not_good():
    """Infeasible or under the cut: they stand, and have a quality, and are no gain to anybody."""
    bound = p.Constrained(TERMS, (p.Gate(ref("ok"), reject_below=0.5),))
    made = [*INSTANCES, instance("ok", cost=0.001)]
    rows = {name: {**row, "ok": float(name != "a")} for name, row in ROWS.items()}
    one = whole(plan(bound, instances=made, cut=p.Cut("quality", reject_below=0.4)), request(rows))
    assert one.quality.keys() == ROWS.keys()
    assert one.good == ("b",)


def test_what_is_lost_is_told_in_full_and_counts_as_one_at_most():
    """A request may lose more than the average gain; a promise bets on shares of 1 at most."""
    one, worse = whole(PLAN, request()), accepting("c")
    assert lost(one, worse, 0.2) == pytest.approx(3.0)
    assert loss(one, worse, 0.2) == 1.0
    assert loss(one, worse, 1.2) == lost(one, worse, 1.2) == pytest.approx(0.5)
