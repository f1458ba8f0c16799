"""What a request's time is for: measuring, and neither the journal nor those who wait in vain."""

import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing

import pytest

import worlds
from asking import SIZES, png
from selector import Selector, cascade
from selector.engine import saving
from selector.policy import plan as p
from selector.types import Failure, Outcomes

FRESH = """
import sys
from selector import Selector
from PIL import Image
policy, place = {policy!r}, {place!r}
picture = Image.new("RGB", (64, 64))
with Selector(policy, journal=place) as selector:
    before = {{"sqlalchemy", "selector.journal.database"}} <= set(sys.modules)
    found = selector.select("p", [picture], timeout_s=0.3)
print(before, found.answer, found.spent.seconds["total"] < 0.3)
"""


def test_a_fresh_journal_takes_nothing_of_the_first_requests_time(tmp_path):
    """What it is made of is loaded with the selector: 0.3 seconds are enough for a picture."""
    script = FRESH.format(policy=SIZES, place=str(tmp_path / "new" / "j.sqlite"))
    command = [sys.executable, "-c", script]
    found = subprocess.run(command, check=False, capture_output=True, text=True)
    assert found.stdout.split() == ["True", "complete", "True"], found.stderr


@pytest.mark.parametrize("cascade", [{"audit": 0}, {"audit": 1e-9, "regret": 0.1}])
def test_who_holds_the_journal_eats_no_requests_time(tmp_path, monkeypatch, cascade):
    """Another program writes for longer than requests may take: they are decided meanwhile."""
    monkeypatch.setattr(saving, "LOOK_S", 0.0)
    place, found = tmp_path / "j.sqlite", []
    with Selector(SIZES | {"cascade": cascade}, journal=place) as selector:
        selector.select("p", [png()])

        def work(at):
            found.append(selector.select("p", [png(64, at)], timeout_s=0.5))

        threads = [threading.Thread(target=work, args=(at,)) for at in range(2)]
        with closing(sqlite3.connect(place, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            for thread in threads:
                thread.start()
                time.sleep(0.4)  # the first waits to be written by the time the second comes
            assert not found
            time.sleep(0.4)
            other.execute("ROLLBACK")
        for thread in threads:
            thread.join()
    assert [one.answer for one in found] == ["complete"] * 2
    assert max(one.spent.seconds["total"] for one in found) < 0.5


def test_who_is_too_late_is_told_at_once():
    """After the deadline a hundred candidates are not asked one pair after the other."""
    terms = tuple(p.Term(worlds.ref(name), 0.5, worlds.UP) for name in ("cheap", "dear"))
    made = [worlds.instance("cheap", cost=0.5), worlds.instance("dear", cost=9.0)]
    a_plan = worlds.plan(p.WeightedSum(terms), instances=made)
    request = Outcomes(tuple(worlds.candidate(f"{at:03d}") for at in range(100)), {})

    def measure(ask, _):
        return [{"value": Failure("deadline")} for _ in ask.candidates]

    late = cascade.resolve(a_plan, request, measure, deadline=time.monotonic() - 1)
    assert len(late.rounds) <= 2 * len(made)
    patient = cascade.resolve(a_plan, request, measure, deadline=time.monotonic() + 1000)
    assert len(patient.rounds) > 10 * len(late.rounds)
    assert late.decision.verdicts == patient.decision.verdicts
