import math

import pytest

from selector.batch.ray_options import RayOptions, misfits, split, wrong

HERE = [{"CPU": 4.0}]
NODES = [{"memory": 1e9}, {"CPU": 8.0}, {"CPU": 16.0, "GPU": 2.0}, {"CPU": 16.0, "GPU": 2.0}]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"actors": 0}, "at least 1 actor (got 0)"),
        ({"cpus": 0.0}, "processors of an actor are a whole number, or a share of one (got 0)"),
        ({"cpus": 1.5}, "(got 1.5)"),
        ({"cpus": math.nan}, "(got nan)"),
        ({"gpus": -1.0}, "accelerators of an actor are a whole number, or a share of one (got -1)"),
        ({"object_store_mb": 10}, "its object store takes 100 MB at least (got 10)"),
        ({"retries": -1}, "a shard is begun again 0 times or more (got -1)"),
        ({"address": ""}, "its address is empty (got '')"),
        ({"address": "ray://head:10001"}, "can't be driven from outside of a cluster"),
    ],
    ids=["actors", "none", "half", "nan", "gpus", "store", "retries", "nowhere", "client"],
)
def test_what_no_machine_could_do_is_told(given, said):
    """Each number that can't be is one problem, with what was given and what to do."""
    (problem,) = wrong(RayOptions(**given))
    assert problem.startswith("ray: ")
    assert said in problem


def test_all_wrong_numbers_are_told_at_once():
    """Nobody mends one to learn of the next."""
    assert len(list(wrong(RayOptions(actors=0, cpus=-1, gpus=1.5, retries=-2)))) == 4


@pytest.mark.parametrize(
    ("given", "fits"),
    [
        ({"actors": 4, "cpus": 1.0}, True),
        ({"actors": 5, "cpus": 1.0}, False),
        ({"actors": 3}, True),
        ({"actors": 40, "cpus": 0.1}, True),
        ({"actors": 1, "gpus": 1.0}, False),
        ({"actors": 4, "cpus": 2.0, "gpus": 1.0}, False),
    ],
    ids=["all", "more", "shares", "tenths", "gpu", "both"],
)
def test_actors_fit_on_a_machine_that_has_what_they_hold(given, fits):
    """All its processors may be held; a tenth ten times is one."""
    assert (misfits(RayOptions(**given), HERE, 4) == []) is fits


@pytest.mark.parametrize(
    ("given", "asked", "cure"),
    [
        (
            {"actors": 9, "cpus": 8.0, "gpus": 1.0},
            "9 actors of 8 processors and 1 accelerator each",
            "Ask for 4 actors at most, or for less for each.",
        ),
        (
            {"actors": 1, "cpus": 32.0},
            "1 actor of 32 processors each",
            "Ask for 1 actor of 16 processors at most.",
        ),
    ],
    ids=["some", "none"],
)
def test_the_numbers_that_would_fit_are_told(given, asked, cure):
    """On a cluster an actor lies on one machine; machines alike are named once."""
    has = "8 processors, 16 processors and 2 accelerators"
    said = f"ray: {asked} do not fit (got {has}). {cure}"
    assert misfits(RayOptions(address="auto", **given), NODES, 2) == [said]


def test_no_accelerator_at_all_is_said():
    """The cure is not a smaller number of actors."""
    (problem,) = misfits(RayOptions(gpus=1.0), HERE, 4)
    assert problem.endswith("Ask for no accelerators, or for machines that have some.")


def test_a_cluster_that_may_grow_needs_room_for_one():
    """The other actors begin when machines come."""
    options = RayOptions(address="auto", actors=100, gpus=1.0)
    assert misfits(options, NODES, 2, least=1) == []
    assert misfits(options, [], 2, least=1) != []


@pytest.mark.parametrize(
    ("journal", "machines", "fits"),
    [
        (None, 9, True),
        ("/data/journal.db", 1, True),
        ("/data/journal.db", 2, False),
        ("postgresql://host/name", 9, True),
        ("postgresql+psycopg://host/name", 9, True),
    ],
    ids=["none", "one", "file", "server", "driver"],
)
def test_several_machines_write_a_journal_that_has_a_server(journal, machines, fits):
    """A file is locked on one machine alone."""
    assert (split(journal, machines) == []) is fits
