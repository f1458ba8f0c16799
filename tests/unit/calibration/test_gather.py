"""Which recorded requests may calibrate a policy, and what is told of the others."""

from dataclasses import replace

import numpy as np
import pytest

from remembered import BLANK, FADED, World, policy
from selector.calibration.gather import of_journal
from selector.errors import CalibrationError
from selector.journal import Journal
from selector.labels import Label, Pair, Rating, Verdict
from selector.types import Failure

FEW = World(policy(), requests=6, count=3)


@pytest.fixture(params=["sqlite", "postgres"])
def journal(request, tmp_path):
    """An empty journal: a file, or a server's database."""
    sqlite = request.param == "sqlite"
    where = tmp_path / "j.sqlite" if sqlite else request.getfixturevalue("postgres")
    with Journal(where) as opened:
        yield opened


@pytest.fixture
def book(tmp_path):
    """A journal of a few requests."""
    with Journal(tmp_path / "j.sqlite") as opened:
        FEW.remember(opened)
        yield opened


def gathered(book, labels, world=FEW, **rest):
    return of_journal(book, world.plan, labels, **rest)


def test_whole_requests_are_gathered_with_what_was_said(journal):
    """Everything that was measured and said comes back, from either database."""
    FEW.remember(journal)
    found = gathered(journal, FEW.labels())
    assert [one.id for one in found.known] == [one.request_id for one in FEW.selections()]
    assert found.judged.good == FEW.truth()
    assert (found.judged.labels, found.judged.raters, found.told) == (6 * 3 * 3, 3, ())
    one, given = found.known[0], next(FEW.selections())
    assert one.outcomes.table == {name: dict(row) for name, row in given.outcomes.items()}
    assert (one.generator, one.segment) == ("sdxl-turbo", None)


def test_the_sample_has_the_candidates_of_judged_requests(book):
    """Of a request that anybody looked at all standing candidates are there, the others with nan."""
    labels = FEW.labels(lambda request, name: request.endswith("2") and name == "c1", raters=2)
    sample = gathered(book, labels).sample
    assert len(sample) == 3
    assert sample.candidates == ("c0", "c1", "c2")
    assert np.isnan(sample.worth).tolist() == [True, False, True]
    assert sample.ratings[1].keys() == {"rater 0", "rater 1"}
    assert {BLANK, FADED} <= sample.scores.keys()


@pytest.mark.parametrize("audited", [True, False])
def test_of_lazy_requests_audited_ones_count_alone(tmp_path, audited):
    """What laziness leaves is a biased sample: it is refused with how to get a better one."""
    world = World(policy(cascade={"audit": 0.5}), requests=4)
    with Journal(tmp_path / "j.sqlite") as book:
        for one in world.selections():
            book.append(world.plan, replace(one, audited=audited))
        if audited:
            assert len(gathered(book, world.labels(), world).known) == 4
            return
        with pytest.raises(CalibrationError, match=r"48 labels .* lazy .*`audit: 1`"):
            gathered(book, world.labels(), world)


def test_labels_from_another_policy_version_are_left_out(book):
    """What another policy ranked is another sample, even of the same name."""
    now = policy(method={"weighted_sum": [{"of": BLANK}]}, gates=[{"on": FADED, "reject_above": 1}])
    with pytest.raises(CalibrationError, match="54 labels are from another policy version"):
        gathered(book, FEW.labels(), World(now))


def test_a_policy_that_draws_its_lines_elsewhere_measured_the_same(book):
    """Another target, other costs, a line that was a number: who stands before whom is the same."""
    now = policy(
        version=4,
        cut={"of": "quality", "accept_above": 0.9},
        gates=None,
        deliver=2,
        target={"bad_delivered": 0.01, "confidence": 0.9},
        costs={"false_accept": 2, "false_reject": 2, "review": 1},
    )
    assert len(gathered(book, FEW.labels(), World(now)).known) == 6


def test_weights_that_become_calibrated_begin_with_the_same_ones(tmp_path):
    """Whoever turns a number into `calibrated, until_then: NUMBER` keeps the requests before."""
    before = policy(method={"weighted_sum": [{"of": BLANK, "weight": 2}, {"of": FADED}]})
    after = policy(
        method={
            "weighted_sum": [
                {"of": BLANK, "weight": "calibrated", "until_then": 2},
                {"of": FADED, "scale": {"ends": [0, 1]}},
            ]
        }
    )
    scaled = policy(
        method={"weighted_sum": [{"of": BLANK, "weight": "calibrated", "until_then": 2},
                                 {"of": FADED}]}
    )  # fmt: skip
    world = World(before, requests=3)
    with Journal(tmp_path / "j.sqlite") as book:
        world.remember(book)
        assert len(gathered(book, world.labels(), World(scaled)).known) == 3
        with pytest.raises(CalibrationError, match="another policy version"):
            gathered(book, world.labels(), World(after))


def test_other_measures_are_another_sample(tmp_path):
    """The same name with another fingerprint gives other numbers."""
    world = World(policy(), requests=2)
    plan = world.plan
    older = {
        name: replace(one, fingerprint=one.fingerprint[::-1])
        for name, one in plan.instances.items()
    }
    with Journal(tmp_path / "j.sqlite") as book:
        world.remember(book, replace(plan, instances=older))
        with pytest.raises(CalibrationError, match=r"24 labels .* other versions of the measures"):
            gathered(book, world.labels(), world)


def test_labels_of_nobody_are_told(book):
    """Requests that are not there, and candidates that their requests don't have."""
    strange = [
        Label("elsewhere", "ann", Verdict("c0", good=True)),
        Label("r0-00001", "ann", Verdict("c9", good=True)),
        Label("r0-00001", "ann", Pair("c0", "c9", "left"), "aesthetics"),
    ]
    told = gathered(book, [*FEW.labels(), *strange]).told
    assert "1 labels are of requests that the journal does not have" in told
    assert "2 labels are of candidates that their requests do not have" in told


def test_requests_without_labels_and_failures_are_told(tmp_path):
    """Both are worth knowing; neither is wrong."""
    world = World(policy(), requests=3, count=2)
    with Journal(tmp_path / "j.sqlite") as book:
        first, *others = world.selections()
        broken = {name: {**row, BLANK: Failure("no")} for name, row in first.outcomes.items()}
        book.append(world.plan, replace(first, outcomes=broken))
        for one in others:
            book.append(world.plan, one)
        told = gathered(book, world.labels(lambda request, _: request.endswith("1")), world).told
    assert "2 requests have no labels" in told
    assert f"2 scores of {BLANK} are missing: measuring failed" in told


def alike(book, **changes):
    """Remember the requests of FEW once more under ids of their own, and return labels of all."""
    for one in FEW.selections():
        book.append(FEW.plan, replace(one, request_id=f"again {one.request_id}", **changes))
    labels = FEW.labels()
    return [*labels, *(replace(one, request=f"again {one.request}") for one in labels)]


def test_requests_of_few_prompts_are_told(book):
    """Three hundred requests of thirty prompts are not three hundred of them."""
    told = gathered(book, alike(book, prompt="a chair")).told
    assert any(one.startswith("12 judged requests are of 7 prompts: each counts") for one in told)


def test_requests_of_the_same_images_are_told(book):
    """Written down twice, and judged twice, they are what they were."""
    found = gathered(book, alike(book))
    assert "6 judged requests have the images of another; they count once" in found.told
    assert len({one.images for one in found.known}) == 6


def test_only_judged_requests_are_told_to_be_alike(book):
    """Of what nobody judged nothing is promised, however often it was asked for."""
    alike(book, prompt="a chair")
    assert gathered(book, FEW.labels()).told == ("6 requests have no labels",)


def test_requests_without_hashes_are_not_alike(tmp_path):
    """Of images that nobody knows it can't be said that they are the same."""
    with Journal(tmp_path / "j.sqlite") as book:
        for one in FEW.selections():
            bare = tuple(replace(each, content_hash="") for each in one.candidates)
            book.append(FEW.plan, replace(one, candidates=bare))
        found = gathered(book, FEW.labels())
    assert len({one.images for one in found.known}) == 6
    assert found.told == ()


def test_what_raters_disagree_about_is_not_known(book):
    """As many yes as no is neither; one rater only, and few, are told."""
    key = ("r0-00001", "c1")
    labels = [
        Label(*key[:1], rater, Verdict(key[1], good=rater == "ann")) for rater in ("ann", "bob")
    ]
    found = gathered(book, labels)
    assert found.judged.good == {}
    assert key in found.judged.seen
    assert any("tied" in one for one in found.told)
    assert any("fewer than 3 raters" in one for one in found.told)
    assert any("one rater only" in one for one in gathered(book, labels[:1]).told)


def test_a_rater_counts_once(book):
    """The same said twice is one vote; of two that contradict each other the later counts."""
    twice = [Label("r0-00001", "ann", Verdict("c1", good=good)) for good in (True, True, False)]
    found = gathered(book, twice)
    assert found.judged.good == {("r0-00001", "c1"): False}
    assert "1 labels are there more than once; each counts once" in found.told
    assert any(one.startswith("1 labels contradict") for one in found.told)


def test_ratings_say_good_from_a_step_on(book):
    """A rating keeps its worth for ranking, and says good where it is high enough."""
    labels = [
        Label("r0-00001", rater, Rating("c1", value), "fidelity")
        for rater, value in (("ann", 4), ("bob", 5), ("cy", 2))
    ]
    found = gathered(book, labels, aspect="fidelity")
    key = ("r0-00001", "c1")
    assert found.judged.good[key]
    assert found.judged.worth[key] == pytest.approx(11 / 3)
    assert not gathered(book, labels, aspect="fidelity", good_from=5).judged.good[key]


@pytest.mark.parametrize("step", [0.5, 1, 6])
def test_a_step_that_parts_nothing_is_refused(book, step):
    """Where every rating would be good, or none, the caller meant another scale."""
    labels = [Label("r0-00001", "ann", Rating("c1", 3))]
    with pytest.raises(CalibrationError, match=r"--good-from: .* 1 to 5"):
        gathered(book, labels, good_from=step)


def test_attention_checks_say_nothing(book):
    """What a rater was tested with is no judgement of a candidate."""
    gold = Label("r0-00001", "ann", Verdict("c1", good=True), gold=Verdict("c1", good=True))
    true = Label("r0-00001", "ann", Verdict("c2", good=True))
    assert gathered(book, [gold, true]).judged.seen == {("r0-00001", "c2")}


def test_no_labels_is_told(book):
    """So is an aspect that nobody judged, with those that somebody did."""
    with pytest.raises(CalibrationError, match="there are none"):
        gathered(book, [])
    with pytest.raises(CalibrationError, match=r"'beauty'; there are verdict\)"):
        gathered(book, FEW.labels(), aspect="beauty")
