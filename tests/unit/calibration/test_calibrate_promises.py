"""What counts as evidence of a promise, and for whom it is given, whatever the labels come with."""

from dataclasses import replace

import numpy as np
import pytest

from lopsided import Heaps
from remembered import BLANK, FADED, SHARP, World, policy
from selector.calibration.calibrate import Asked, Made, calibrate
from selector.decision.certified import for_request
from selector.errors import CalibrationError
from selector.journal import Journal
from selector.labels import Flag, Label, Pair, Rating, Verdict
from selector.planning import plan_of
from selector.types import Selection

ASKED = Asked(date="2026-03-02")
FITTED = {"weight": "calibrated", "until_then": 1}
LEARNED = policy(method={"weighted_sum": [{"of": BLANK, **FITTED}, {"of": FADED, **FITTED}]})
CLEAR = World(policy(), requests=150, count=2, clear=2.5)
LARGE = replace(CLEAR, requests=1, count=9, seed=2)


@pytest.fixture
def book(tmp_path):
    """An empty journal."""
    with Journal(tmp_path / "j.sqlite") as opened:
        yield opened


def made(book, labels, world: World = CLEAR, asked=ASKED) -> Made:
    return calibrate(book, labels, policy=world.policy, asked=asked)


def once_more(book, world: World, before: str) -> list[Label]:
    """Remember the requests of a world under other ids, and return labels of these."""
    for one in world.selections():
        book.append(world.plan, replace(one, request_id=before + one.request_id))
    return [replace(one, request=before + one.request) for one in world.labels()]


def parts(found: Made) -> tuple[int, int]:
    """Return on how many requests a line was certified, and how many fitted instead."""
    words = found.cuts[0].why.replace("(", "").split()
    return int(words[words.index("on") + 1]), int(words[words.index("others") - 1])


@pytest.mark.parametrize(("before", "judged"), [("z", "twice"), ("a", "once")])
def test_the_same_images_certify_once(book, before, judged):
    """Written down again, and judged again or not, they give the lines that they gave at first."""
    CLEAR.remember(book)
    first = made(book, CLEAR.labels())
    again = once_more(book, CLEAR, before)
    labels = [*CLEAR.labels(), *(again if judged == "twice" else ())]
    found = made(book, labels)
    assert first.whole
    assert (found.cuts[0].labels, found.cuts[0].bad, found.cuts[0].value) == (
        first.cuts[0].labels, first.cuts[0].bad, first.cuts[0].value,
    )  # fmt: skip


def test_images_that_fitted_never_certify(book):
    """Not under another id either: both copies are on the same side, and one of two certifies."""
    world = World(LEARNED, requests=240, count=2, clear=2.0)
    world.remember(book)
    certifying, fitting = parts(made(book, world.labels(), world))
    assert certifying + fitting == 240
    again = once_more(book, world, "again ")
    assert parts(made(book, [*world.labels(), *again], world)) == (certifying, 2 * fitting)


def test_ties_count_as_bad_where_lines_are_certified(book):
    """Two raters who can't agree about bad ones hide them from nobody."""
    world = replace(CLEAR, requests=200, bad=0.3, clear=0.0)
    world.remember(book)
    truth = world.truth()
    labels = [
        Label(request, rater, Verdict(name, good=good or rater == "ann"))
        for (request, name), good in truth.items()
        for rater in ("ann", "bob")
    ]
    found = made(book, labels, world)
    assert not found.whole
    certain = found.accepting.groups[0].certain
    assert certain.bad > 0.15 * certain.labels
    assert any("count as bad where lines are certified" in one for one in found.gathered.told)


SHOWN = [{"on": BLANK, "reject_below": 0.5}]


@pytest.mark.parametrize("deliver", ["all", 1])
def test_a_request_that_gets_more_counts_more(book, deliver):
    """What is bad of the labelled deliveries is what is bad of all that is delivered."""
    world = Heaps(policy(gates=SHOWN, deliver=deliver), requests=300, count=5, bad=0.2)
    world.remember(book)
    truth = world.truth()
    shown = [
        [truth[one.request_id, name] for name in one.decision.ranking
         if one.outcomes[name][BLANK].value > 0.5]
        for one in world.selections()
    ]  # fmt: skip
    delivered = [good for row in shown for good in (row if deliver == "all" else row[:1])]
    laxest = made(book, world.labels(raters=1), world).accepting.groups[0].count
    share = laxest.bad[-1] / laxest.labelled[-1]
    assert share == pytest.approx(1 - np.mean(delivered), abs=0.03)


def test_one_delivery_of_each_request_counts_in_full_where_one_is_asked_for(book):
    """Every request that delivers is evidence: no slot of it is empty."""
    CLEAR.remember(book)
    count = made(book, CLEAR.labels()).accepting.groups[0].count
    assert count.delivered[-1] == count.labelled[-1] == 150


def fresh(generator: str | None) -> Selection:
    return next(replace(CLEAR, requests=1, seed=3, generator=generator).selections())


def test_a_request_that_names_no_generator_does_not_widen_the_promise(book):
    """It is none of those that were named, and says nothing of all others."""
    stray = replace(CLEAR, requests=1, seed=2, generator=None)
    CLEAR.remember(book)
    stray.remember(book)
    found = made(book, [*CLEAR.labels(), *stray.labels()]).calibration
    assert found.holds_for.generators == ("sdxl-turbo",)
    assert "of sdxl-turbo:" in found.claim
    plan = plan_of(CLEAR.policy, found)
    assert for_request(plan, fresh("sdxl-turbo").candidates)[1] == ""
    for other in ("flux", None):
        assert (
            "calibrated for images of sdxl-turbo" in for_request(plan, fresh(other).candidates)[1]
        )


def test_where_nobody_names_a_generator_none_is_asked_for(book):
    """A product that never says what makes its images is promised something as well."""
    silent = replace(CLEAR, generator=None)
    silent.remember(book)
    found = made(book, silent.labels(), silent).calibration
    assert found.holds_for.generators == ()
    assert for_request(plan_of(silent.policy, found), fresh(None).candidates)[1] == ""


@pytest.mark.parametrize(
    ("label", "most"),
    [
        (Flag("c0", present=True), 2),
        (Verdict("c0", good=True), 9),
    ],
)
def test_a_flag_alone_does_not_widen_for_how_many_candidates_it_holds(book, label, most):
    """Somebody saw hands in one request of nine; whether it was good to deliver nobody said."""
    CLEAR.remember(book)
    LARGE.remember(book)
    aspect = "hands" if isinstance(label, Flag) else "verdict"
    stray = Label(next(LARGE.selections()).request_id, "ann", label, aspect)
    found = made(book, [*CLEAR.labels(), stray]).calibration
    assert found.holds_for.candidates == (2, most)


def rated(world: World) -> list[Label]:
    dice = np.random.default_rng(0)
    return [
        Label(request, f"r{rater}", Rating(name, (3.6 if good else 1.1) + float(dice.random())))
        for (request, name), good in world.truth().items()
        for rater in range(3)
    ]


def compared(world: World) -> list[Label]:
    dice = np.random.default_rng(0)
    pairs = [
        Label(request, f"r{rater}", Pair("c0", "c1", "left" if dice.random() < 0.6 else "right"))
        for request in sorted({request for request, _ in world.truth()})
        for rater in range(3)
    ]
    return [*world.labels(), *pairs]


@pytest.mark.parametrize("said", [rated, compared])
def test_labels_in_any_order_give_one_file(book, said):
    """Byte for byte with its hash, learned weights and all: a diff is a change of evidence."""
    world = World(LEARNED, requests=90, count=2, clear=2.0)
    world.remember(book)
    labels = said(world)
    texts = set()
    for seed in range(3):
        labels = [labels[at] for at in np.random.default_rng(seed).permutation(len(labels))]
        texts.add(made(book, labels, world, replace(ASKED, good_from=3.0)).calibration.text)
    assert len(texts) == 1


def test_labels_that_are_there_twice_are_counted_once(book):
    """The count of the file, and what it promises, rests on judgements and not on rows."""
    CLEAR.remember(book)
    once, thrice = (made(book, CLEAR.labels() * times).calibration for times in (1, 3))
    assert thrice.data.labels == once.data.labels == 150 * 2 * 3
    assert (thrice.data.hash, thrice.cuts) == (once.data.hash, once.cuts)


@pytest.mark.parametrize("flagged", [True, False])
def test_a_fault_without_a_cut_of_the_probability_is_refused(book, flagged):
    """It would count for nothing, and the caller would not know."""
    CLEAR.remember(book)
    flags = [Label("r0-00001", "ann", Flag("c0", present=True), "hands")] if flagged else []
    asked = replace(ASKED, faults={"hands": SHARP})
    with pytest.raises(CalibrationError, match=r"--fault: portrait .*\(got hands\)\. Leave it out"):
        made(book, [*CLEAR.labels(), *flags], asked=asked)
