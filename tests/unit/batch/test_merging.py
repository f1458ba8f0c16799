"""Merged or alone: every request gets what it would get by itself, its asks answered once, in order."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import random_worlds
from selector import cascade
from selector.batch.merging import OPEN, WHOLE, Deciding, Merging, Wait, together
from selector.cascade import Table
from selector.engine.deciding import deciding
from selector.engine.request import Request
from selector.errors import RequestError
from selector.images import Image, Limits, open_image
from selector.measures.base import Subject
from selector.types import Ask, Failure, Measured, Selection
from worlds import World, by_score, candidate

methods = st.sampled_from(random_worlds.METHODS).flatmap(random_worlds.methods)
modes = st.sampled_from(["exact", "exact", "exhaustive"])


@st.composite
def crowds(draw: st.DrawFn) -> list[World]:
    """Draw requests of one plan, each with its own candidates and truth."""
    plan = draw(random_worlds.plans(methods))
    plan = replace(plan, mode=draw(modes), audit=draw(st.sampled_from([0.0, 0.5, 1.0])))
    worlds = draw(st.lists(random_worlds.worlds(st.just(plan)), min_size=1, max_size=12))
    return [replace(one, rates=worlds[0].rates, asked=[]) for one in worlds]


@dataclass
class Measuring:
    """Measures subjects of many requests, each as its own world says, and remembers the calls."""

    of: dict[int, tuple[World, str]] = field(default_factory=dict)
    calls: list[tuple[str, list[tuple[int, str]]]] = field(default_factory=list)

    def opened(self, number: int, world: World) -> Request:
        """Return a request whose readable candidates have a picture of one pixel each."""
        request = Request(f"r{number}", world.plan, "a cat", world.expect, 0.0, None)
        for one in world.candidates:
            image = None if one.error else open_image(np.zeros((1, 1, 3), np.uint8))
            request.add(one, image)
            if image is not None:
                self.of[id(image)] = (world, one.id)
        return request

    def run(self, name: str, subjects: Sequence[Subject]) -> list[dict[str, Measured]]:
        """Return what each subject's world says of it."""
        those = [self.of[id(one.image)] for one in subjects]
        self.calls.append((name, [(id(world), one) for world, one in those]))
        if those[0][0].plan.instances[name].scope == "set":
            ((world, _), *_) = those
            assert all(other is world for other, _ in those)
            return list(world.measure(Ask(name, tuple(one for _, one in those)), _empty(world)))
        return [dict(world.measure(Ask(name, (one,)), _empty(world))[0]) for world, one in those]


def _empty(world: World) -> Table:
    known = {f"{name}.value": Failure("?") for name in world.plan.instances}
    return {one.id: dict(known) for one in world.candidates}


def alone(number: int, world: World) -> Selection:
    """Return what a request gets whose asks are answered one after the other."""
    measuring = Measuring()
    request = measuring.opened(number, world)

    def measure(ask: Ask, table: Table) -> cascade.Answers:
        subjects = request.subjects(ask, table)
        found = measuring.run(ask.instance, list(subjects.values()))
        return request.answers(ask, dict(zip(subjects, found, strict=True)), 0.0)

    return cascade.driven(deciding(request, Limits(), world.rates), measure)


@settings(max_examples=150, deadline=None)
@given(crowds(), st.data())
def test_merged_requests_end_as_each_alone(crowd, data):
    """The same selection, rounds and calls of each, and no candidate measured twice by one."""
    measuring = Measuring()
    instances = crowd[0].plan.instances
    batches = {
        name: WHOLE if one.scope == "set" else data.draw(st.integers(1, 6))
        for name, one in instances.items()
    }
    coming = (
        Deciding(request, deciding(request, Limits(), world.rates), held=1)
        for number, world in enumerate(crowd)
        for request in [measuring.opened(number, world)]
    )
    merging = Merging(measuring.run, batches, pixels=data.draw(st.sampled_from([1, 3, 10**6])))
    found = {one.request.id: result for one, result in merging.decided(coming)}
    assert sorted(found) == sorted(f"r{number}" for number in range(len(crowd)))
    for number, world in enumerate(crowd):
        mine, expected = found[f"r{number}"], alone(number, world)
        assert isinstance(mine, Selection)
        assert replace(mine, created=expected.created) == expected
        assert (mine.rounds, mine.spent.calls) == (expected.rounds, expected.spent.calls)
    measured = [
        (name, one) for name, those in measuring.calls if batches[name] != WHOLE for one in those
    ]
    assert len(measured) == len(set(measured))


waits = st.lists(st.tuples(st.sampled_from(["a", "b", "set"]), st.integers(1, 9)), max_size=20).map(
    lambda those: [Wait(number, *one) for number, one in enumerate(those)]
)


@given(waits, st.integers(0, 60), st.booleans())
def test_what_is_chosen_is_of_one_instance_and_worth_a_call(those, since, more):
    """A set goes alone; else a batch is full, or somebody is overtaken, or nobody else comes."""
    batches = {"a": 4, "b": 16, "set": WHOLE}
    newest = len(those) + since
    chosen = together(those, batches, newest=newest, most=40, more=more)
    mine = [one for one in those if one.number in chosen]
    assert [one.number for one in mine] == list(chosen)
    assert len({one.instance for one in mine}) == (1 if chosen else 0)
    if not chosen:
        assert more or not those
        assert all(one.instance != "set" and newest - one.number < 40 for one in those)
        for name in ("a", "b"):
            of = sum(one.subjects for one in those if one.instance == name)
            assert of < batches[name]
    elif mine[0].instance == "set":
        assert len(mine) == 1


def test_the_oldest_of_one_instance_fill_whole_batches():
    """What is over waits for others, as a batch of a few is dear."""
    those = [Wait(number, "a", 3) for number in range(7)]
    assert together(those, {"a": 8}, newest=6, most=64, more=True) == (0, 1, 2, 3, 4)
    assert together(those[5:], {"a": 8}, newest=6, most=64, more=True) == ()
    assert together(those[5:], {"a": 8}, newest=6, most=64, more=False) == (5, 6)


def crowd_of(count: int, measuring: Measuring) -> Iterator[Deciding]:
    """Yield requests of two candidates that a single score decides."""
    for number in range(count):
        names = ("x", "y")
        truth = {one: {"s.value": random_worlds.Score(0.5)} for one in names}
        world = World(by_score(), tuple(map(candidate, names)), truth, dict.fromkeys(names, 0))
        request = measuring.opened(number, world)
        yield Deciding(request, deciding(request, Limits(), None), held=10)


def test_calls_are_far_fewer_than_requests():
    """A batch of sixteen takes the candidates of eight requests of two."""
    measuring = Measuring()
    merging = Merging(measuring.run, {"s": 16}, pixels=10**9)
    assert sum(1 for _ in merging.decided(crowd_of(80, measuring))) == 80
    assert len(measuring.calls) <= 12
    assert max(len(those) for _, those in measuring.calls) <= 16


@pytest.mark.parametrize(("pixels", "most"), [(1, 1), (45, 5), (10**9, OPEN * 16)])
def test_a_request_is_admitted_when_there_is_room(pixels, most):
    """No more are open than fill batches, nor than what pixels came with them leaves room for."""
    measuring, taken = Measuring(), []
    merging = Merging(measuring.run, {"s": 1000 if pixels < 10**9 else 16}, pixels=pixels)

    def coming() -> Iterator[Deciding]:
        for one in crowd_of(100, measuring):
            taken.append(one)
            yield one

    ended = 0
    for _ in merging.decided(coming()):
        assert len(taken) - ended <= most
        ended += 1
    assert ended == 100


def test_a_request_that_can_not_be_decided_is_said_to_be_so():
    """Its error takes the place of a selection; the others are decided."""
    measuring = Measuring()

    def asking() -> cascade.Asking[Selection]:
        raise RequestError("prompt: there is none (got nothing). Give one.")
        yield

    first, *rest = crowd_of(3, measuring)
    broken = replace_asking(first, asking())
    merging = Merging(measuring.run, {"s": 16}, pixels=100)
    found = {one.request.id: result for one, result in merging.decided([broken, *rest])}
    assert isinstance(found["r0"], RequestError)
    assert isinstance(found["r1"], Selection)
    assert isinstance(found["r2"], Selection)


def replace_asking(one: Deciding, asking: cascade.Asking[Selection]) -> Deciding:
    return Deciding(one.request, asking, one.held)


def test_pixels_are_given_back_when_a_request_is_done():
    """Also of those that were not done when somebody stopped."""
    measuring = Measuring()
    those = list(crowd_of(40, measuring))
    images: list[Image] = [one for each in those for one in each.request.images.values()]
    merging = Merging(measuring.run, {"s": 16}, pixels=10**9)
    for image in images:
        image.decode()
    deciding_now = merging.decided(those)
    next(deciding_now)
    deciding_now.close()
    budgets = {image._budget for image in images[: 2 * 8]}
    assert sum(budget.used for budget in budgets) == 0
