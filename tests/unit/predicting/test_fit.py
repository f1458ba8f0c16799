"""What is learned from measured requests, when, and what a choice holds for."""

import math
from dataclasses import replace
from hashlib import sha256

import pytest

import populations
from selector import predicting
from selector.errors import CalibrationError
from selector.policy import plan as p
from selector.predicting.fit import LEARNING, dear
from selector.statistics import reservation
from selector.types import Candidate, Failure, Score
from worlds import UP, candidate, instance, plan, ref

WORTH = p.Worth(quality=5.0, call=0.005)


def line_of(a_plan, requests):
    return predicting.fit(replace(a_plan, regret=None, worth=WORTH), requests)


def test_what_is_chosen_saves_and_keeps_its_promise(saves, measured):
    """On the requests that it was chosen from: fewer calls than exact, less lost than allowed."""
    tried = predicting.trial(saves, measured)
    assert tried.requests == len(measured)
    assert 1 <= tried.calls < tried.exact < tried.whole == 6
    assert 0 < tried.loss <= saves.regret.share


def test_it_is_the_same_from_the_same_requests(saves, measured, chosen):
    """In whatever order they come, whatever was chosen before; nothing is drawn at random."""
    assert predicting.fit(saves, reversed(measured)) == chosen


def test_a_smaller_promise_is_kept_by_a_larger_offset(plan, measured, chosen):
    """Who may lose a third needs less care than who may lose a twentieth."""
    lax = predicting.fit(replace(plan, regret=p.Regret(0.3)), measured)
    assert lax.offset < chosen.offset


def test_the_line_is_found():
    """What the dear measure says by half of what a cheap one says, and 0.1, is learned as that."""
    terms = (p.Term(ref("a"), 0.4, UP), p.Term(ref("b"), 0.2, UP), p.Term(ref("dear"), 0.4, UP))
    made = [instance("a", cost=0.01), instance("b", cost=0.02), instance("dear")]
    a_plan = plan(p.WeightedSum(terms), instances=made)
    scored = []
    for at in range(LEARNING):
        names = [Candidate(id=f"c{n}", content_hash=f"{n}") for n in range(4)]
        rows = {}
        for n, one in enumerate(names):
            a, b = (at * 7 + n * 3) % 11 / 10, (at * 5 + n) % 7 / 6
            dear_one = 0.1 + 0.5 * a
            rows[one.id] = {
                "a.value": Score(a), "b.value": Score(b), "dear.value": Score(dear_one)
            }  # fmt: skip
        template = next(populations.requests(a_plan, 1))[1]
        scored.append(
            (a_plan, replace(template, request_id=str(at), candidates=tuple(names), outcomes=rows))
        )
    found = line_of(a_plan, scored)
    assert found.instance == "dear"
    assert found.intercept == pytest.approx(0.04, abs=0.005)  # 0.4 × 0.1, in units of quality
    assert found.slopes == pytest.approx((0.5, 0.0, 0.0), abs=0.02)
    assert found.spread < 0.005


def test_weights_are_in_proportion(plan, measured):
    """Twice the weights are the same quality, and the same line."""
    doubled = p.WeightedSum(tuple(replace(term, weight=2 * term.weight) for term in plan.terms))
    found = line_of(replace(plan, method=doubled), measured)
    assert found.slopes == pytest.approx(line_of(plan, measured).slopes)
    assert found.intercept == pytest.approx(line_of(plan, measured).intercept)


def test_what_chooses_the_offset_teaches_nothing(plan, measured):
    """Chance, by a hash of the ids, parts the requests; a line is tried on what it never saw."""
    lax = replace(plan, regret=p.Regret(0.5))
    drawn = sorted(measured, key=lambda it: sha256(it[1].request_id.encode()).hexdigest())
    before = predicting.fit(lax, drawn)

    def without(at):
        """Return the line where one request says something else."""
        one, its = drawn[at]
        dull = {
            name: {key: Score(0.1) if key == "vlm.value" else value for key, value in row.items()}
            for name, row in its.outcomes.items()
        }
        other = predicting.fit(
            lax, [*drawn[:at], (one, replace(its, outcomes=dull)), *drawn[at + 1 :]]
        )
        return other.slopes

    assert without(0) == before.slopes
    assert without(-1 % len(drawn)) != before.slopes


def test_it_measures_what_the_best_has_over_a_random_one(plan, measured):
    """Gain and spread inside a request are means over the requests, in units of quality."""
    wholes = [predicting.whole(plan, selection) for _, selection in measured]
    gains = [max(q) - sum(q) / len(q) for q in (list(one.quality.values()) for one in wholes)]
    found = line_of(plan, measured)
    assert found.gain == pytest.approx(sum(gains) / len(gains))
    squares = [
        (each - sum(q) / len(q)) ** 2
        for q in (one.quality.values() for one in wholes)
        for each in q
    ]
    assert found.within == pytest.approx(math.sqrt(sum(squares) / (len(wholes) * 5)))


def test_the_offset_of_prices_is_weitzmans(plan, measured):
    """It follows from the line and the prices; it may be negative where calls are dear."""
    found = line_of(plan, measured)
    assert found.offset == reservation(found.spread, 0.005 / 5.0) > 0
    dear_calls = replace(plan, regret=None, worth=replace(WORTH, call=2.0))
    assert predicting.fit(dear_calls, measured).offset < 0


def test_the_dear_instance_is_the_last_of_those_that_quality_is_made_of():
    """Not a gate that stands behind it in the order of measuring."""
    gate = p.Gate(ref("later"), reject_below=0.5)
    made = [instance("cheap", cost=0.01), instance("dear"), instance("later", cost=50.0)]
    terms = (p.Term(ref("cheap"), 0.5, UP), p.Term(ref("dear"), 0.5, UP))
    assert dear(plan(p.WeightedSum(terms), instances=made, gates=(gate,))) == "dear"


def test_one_dear_measure_alone_is_predicted_by_its_mean():
    """Where nothing cheap tells anything, one stops when one has found what is good enough."""
    only = plan(
        p.WeightedSum((p.Term(ref("vlm"), 1.0, UP),)),
        instances=[instance("vlm")],
        regret=p.Regret(0.1),
        parallelism=1,
    )
    measured = list(populations.requests(only, 80))
    found = predicting.fit(only, measured)
    assert found.intercept == pytest.approx(0.5, abs=0.05)
    tried = predicting.trial(replace(only, prediction=found), measured)
    assert tried.calls < tried.exact == 8
    assert tried.loss <= 0.1


@pytest.mark.parametrize(("share", "needs"), [(0.01, 129), (0.05, 49), (0.5, 31)])
def test_too_few_requests_are_told_with_how_many_it_takes(plan, measured, share, needs):
    """Conformal risk control promises nothing from fewer than 1/risk - 1, and a line takes 30."""
    little = replace(plan, regret=p.Regret(share))
    with pytest.raises(CalibrationError) as said:
        predicting.fit(little, measured[: needs - 1][:90])
    assert f"needs {needs} requests" in str(said.value)
    assert "audit: 1" in str(said.value)


def test_just_enough_requests_are_enough(plan, measured):
    """49 for a twentieth; and 30 where nothing is promised."""
    assert predicting.fit(plan, measured[:49]).most == 6
    assert line_of(plan, measured[:30]).most == 6
    with pytest.raises(CalibrationError, match="needs 30 requests"):
        line_of(plan, measured[:29])


def test_requests_of_other_measures_do_not_count(plan, measured):
    """They are as good as none."""
    strangers = [(replace(one, policy_hash="another"), selection) for one, selection in measured]
    with pytest.raises(CalibrationError, match=r"\(got 0\)"):
        predicting.fit(plan, strangers)


def test_a_plan_that_saves_nothing_more_is_refused(plan, measured):
    """There is nothing to choose for an exact one."""
    with pytest.raises(CalibrationError, match="neither 'regret' nor 'value_of_quality'"):
        predicting.fit(replace(plan, regret=None), measured)


def with_scores(measured, score):
    """Return the requests with this outcome for every candidate and measure."""
    return [
        (one, replace(its, outcomes={name: dict.fromkeys(row, score) for name, row in its.outcomes.items()}))
        for one, its in measured
    ]  # fmt: skip


@pytest.mark.parametrize("score", [Score(0.5), Failure("broken")])
def test_where_all_are_alike_there_is_nothing_to_learn(plan, measured, score):
    """The best is no better than a random one: any regret would be a share of nothing."""
    with pytest.raises(CalibrationError, match="nothing to learn from"):
        predicting.fit(plan, with_scores(measured, score))


def wonder(a_plan, at):
    """Return a request of three where the dear measure finds a wonder in the dullest, once in 14."""
    template = next(populations.requests(a_plan, 1, candidates=3))[1]
    cheap = {"00": 0.9, "01": 0.54, "02": 0.54}
    keys = [f"{name}.value" for name in populations.COSTS]
    rows = {name: dict.fromkeys(keys, Score(value)) for name, value in cheap.items()}
    for name, row in rows.items():
        row["vlm.value"] = Score(float(name == "01" and at % 14 == 0))
    return a_plan, replace(template, request_id=str(at), outcomes=rows)


def test_where_no_offset_keeps_the_promise_that_is_said(plan):
    """What comes once in a while, and is much then, is more than four standard deviations off."""
    promise = replace(plan, regret=p.Regret(0.01))
    with pytest.raises(CalibrationError, match="no offset keeps the promise"):
        predicting.fit(promise, [wonder(promise, at) for at in range(140)])


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        (["flux"], ("flux",)),
        (["flux", "sdxl"], ("flux", "sdxl")),
        ([None], ()),
        (["flux", None], ("", "flux")),
    ],
)
def test_it_holds_for_the_requests_that_it_was_chosen_from(plan, measured, named, expected):
    """For as many candidates as these had, by the generators that made them."""
    some = []
    for at, (one, its) in enumerate(measured[:60]):
        name = named[at % len(named)]
        metadata = {"generator": name} if name else {}
        some.append(
            (
                one,
                replace(
                    its, candidates=tuple(replace(c, metadata=metadata) for c in its.candidates)
                ),
            )
        )
    some += list(populations.requests(plan, 1, candidates=9)) if named == [None] else []
    found = line_of(plan, some)
    assert found.generators == expected
    assert (found.fewest, found.most) == (6, 9 if named == [None] else 6)


def pictures(count, *named):
    return [
        Candidate(id=str(at), metadata={"generator": named[at % len(named)]} if named else {})
        for at in range(count)
    ]


@pytest.mark.parametrize(
    ("generators", "given", "holds"),
    [
        ((), pictures(4), True),
        ((), pictures(4, "flux"), True),
        ((), pictures(3), False),
        ((), pictures(9), False),
        (("flux",), pictures(8, "flux"), True),
        (("flux",), pictures(8, "sdxl"), False),
        (("flux",), pictures(8, "flux", "sdxl"), False),
        (("flux",), pictures(8), False),
        (("", "flux"), pictures(8), True),
    ],
)
def test_another_number_or_generator_is_not_what_it_holds_for(chosen, generators, given, holds):
    """From 4 to 8 candidates, all of one generator that it knows."""
    limited = replace(chosen, fewest=4, most=8, generators=generators)
    assert predicting.holds(limited, given) == holds


def test_who_can_not_be_delivered_makes_no_gain(plan, measured):
    """Infeasible ones of dazzling quality change neither the gain nor how far candidates differ."""
    gate = p.Gate(ref("ok"), reject_below=0.5)
    made = {**plan.instances, "ok": instance("ok", cost=0.001)}
    bound = replace(plan, method=p.Constrained(plan.terms, (gate,)), instances=made)

    def given(extra):
        for _, one in measured:
            rows = {name: {**row, "ok.value": Score(1.0)} for name, row in one.outcomes.items()}
            best = dict.fromkeys(one.outcomes[one.candidates[0].id], Score(1.0))
            rows |= {other.id: {**best, "ok.value": Score(0.0)} for other in extra}
            yield bound, replace(one, candidates=(*one.candidates, *extra), outcomes=rows)

    without = predicting.fit(bound, given([]))
    dazzled = predicting.fit(bound, given([candidate("x"), candidate("y")]))
    assert (dazzled.gain, dazzled.within) == (without.gain, without.within)
