"""`selector plan`: what is measured in which order and why, and what is chosen to save more."""

import json
import sqlite3

import numpy as np
import pytest

import outside
from selector import Selector
from selector.planning import plan_of
from selector.policy.order import order

FOUND = """
def number(one):
    return int.from_bytes(bytes.fromhex(one.image.content_hash)[int(self.level):][:2], "big")
return [{"value": Score((number(one) + 65535 * (self.level < 9)) / 131070)} for one in subjects]
"""
NARROW = {"COLUMNS": "80"}


def flat(text: str) -> str:
    """Return everything on one line."""
    return " ".join(text.split())


@pytest.fixture
def write(shell):
    """Write a policy of a name; return its file's name."""

    def written(name: str, **entries) -> str:
        whole = {"name": name, "version": 1} | entries
        (shell.cwd / f"{name}.yaml").write_text(json.dumps(whole))
        return f"{name}.yaml"

    return written


def test_stages_are_shown_in_the_order_of_measuring(shell):
    """Each with what it is for, what it costs and whom it is asked of, in a narrow terminal."""
    done = shell("plan", "show", "general", env=NARROW)
    assert done.returncode == 0, done.stderr
    assert max(map(len, done.stdout.partition("  Journal")[0].splitlines())) <= 80
    heads = [line for line in done.stdout.splitlines() if line.partition(". ")[0].isdigit()]
    assert heads == [f"{at}. {name}" for at, name in enumerate(order(plan_of("general")), 1)]
    said = flat(done.stdout)
    assert (
        "1. filters.resolution filter gate on short_side, aspect costs 2 µs a candidate, declared · "
        "passes: not known yet asked of all 8" in said
    )
    assert "scorer term: hpsv2 (40 %) costs 1.68 s a candidate, declared asked of about" in said
    assert "no term is measured before it" in said
    assert "asked of nobody: where one is delivered, no other can be its double" in said


def test_what_it_saves_is_told_as_the_simulation_that_it_is(shell):
    """The price of everything, of what is asked, how that was found, and what audits add."""
    said = flat(shell("plan", "show", "general", "--candidates", "4").stdout)
    assert "4 candidates: 17.7 s to measure everything," in said
    assert "a simulation, no promise: 200 made-up requests" in said
    assert "1 % of requests are measured in full after their verdict" in said
    assert "the 2 best that can still win" in said
    assert "nothing of these measures yet in" in said


def test_json_has_the_same(shell):
    """For scripts: stages with uses, costs and calls; nothing chosen where nothing may be."""
    done = shell("plan", "show", "general", "--json")
    found = json.loads(done.stdout)
    last = found["stages"][-1]
    assert [one["instance"] for one in found["stages"]] == list(order(plan_of("general")))
    assert last["uses"] == [{"what": "term", "of": "aesthetic", "share": 0.2, "place": None}]
    assert (last["asked"], last["prunable"], last["measured_here"]) == ("rivals", True, False)
    assert last["calls"] < last["calls_of_everything"] == 8
    assert found["expected"]["saving"] > 1
    assert found["saves_more"] is None


def test_what_can_not_be_pruned_says_what_would_allow_it(shell, write):
    """An axis or a first criterion could be a term, with the scale that its output usually has."""
    axes = [{"of": "scorers.aesthetic"}, {"of": "detectors.faces.defect", "if_absent": 0.02}]
    scaled = [{**axes[0], "scale": {"ends": [0, 10]}}, {**axes[1], "scale": {"ends": [0, 0.1]}}]
    said = shell("plan", "show", write("front", method={"pareto": {"objectives": scaled}})).stdout
    assert said.count("on an axis nobody has a bound that others could stay under") == 2
    assert "As a term of a weighted sum with scale: {ends: [4.5, 6.5]} it could be." in flat(said)
    steps = shell("plan", "show", write("steps", method={"lexicographic": scaled[:1]})).stdout
    assert "the first criterion needs the best of all who stand" in flat(steps)


def test_costs_and_pass_rates_are_those_of_the_journal(shell, chairs, pixels):
    """Once something was measured here, that is told; and of which journal."""
    for _ in range(5):
        assert shell("select", "p", chairs, "--policy", pixels).returncode == 0
    said = flat(shell("plan", "show", pixels).stdout)
    assert "measured here · passes 100 % of 10 here" in said
    assert "what was measured here is told by" in said
    other = flat(shell("plan", "show", pixels, "--journal", "other.sqlite").stdout)
    assert "nothing of these measures yet in other.sqlite" in other
    assert not (shell.cwd / "other.sqlite").exists()


def test_plans_that_measure_otherwise_say_so(shell, write):
    """Exhaustive ones spare nobody; without audits there is none to pay for."""
    method = {"weighted_sum": [{"of": "filters.blank.structure"}]}
    every = write("every", method=method, cascade={"mode": "exhaustive"})
    said = flat(shell("plan", "show", every).stdout)
    assert "all 8: as the policy says (cascade: mode: exhaustive)" in said
    assert "Audit" not in said
    alone = write("alone", method=method, cascade={"audit": 0, "parallelism": 1})
    said = flat(shell("plan", "show", alone).stdout)
    assert "Audit none: no request is measured in full" in said
    assert "At once the best that can still win" in said


def test_a_damaged_journal_and_an_unknown_policy_are_the_callers(shell):
    """Each ends with 2 and one message."""
    (shell.cwd / "bad.sqlite").write_bytes(b"no database at all" * 99)
    done = shell("plan", "show", "starter", "--journal", "bad.sqlite")
    assert done.returncode == 2
    assert "not a journal" in done.stderr
    assert "Traceback" not in done.stderr
    assert shell("plan", "show", "startr").returncode == 2


# -- choosing -------------------------------------------------------------------------------


@pytest.fixture
def saving(tmp_path, monkeypatch, write):
    """A policy that may lose a little, and a way to let it measure requests whole."""
    monkeypatch.syspath_prepend(tmp_path)
    path = outside.write(tmp_path, "ours", FOUND)
    file = tmp_path / "ours" / "own.py"
    file.write_text(file.read_text().replace("Cost(0.01)", "Cost(0.1 + self.level)"))
    common = {
        "measures": {name: {"use": path, "level": at} for name, at in {"a": 0, "b": 9}.items()},
        "method": {"weighted_sum": [{"of": "a", "weight": 1}, {"of": "b", "weight": 1}]},
        "journal": "required",
    }
    write("saving", **common, cascade={"regret": 0.2})
    measuring = {**common, "name": "saving", "version": 1, "cascade": {"mode": "exhaustive"}}

    def measure(requests: int, journal) -> None:
        with Selector(measuring, journal=journal) as selector:
            for seed in range(requests):
                rng = np.random.default_rng(seed)
                selector.select("p", list(rng.integers(0, 256, (4, 8, 8, 3), dtype=np.uint8)))

    return measure


def test_too_few_requests_choose_nothing(shell, saving):
    """It says how many it needs and how to get there; before there is a journal too."""
    done = shell("plan", "fit", "saving.yaml")
    assert (done.returncode, done.stdout) == (2, "")
    assert "needs 34 requests of which all was measured (got 0). Say 'audit: 1'" in done.stderr
    saving(3, shell.cwd / "j.sqlite")
    done = shell("plan", "fit", "saving.yaml", "--journal", "j.sqlite")
    assert "(got 3)" in done.stderr
    gone = shell("plan", "fit", "saving.yaml", "--journal", "gone.sqlite")
    assert (gone.returncode, "there is no journal" in gone.stderr) == (2, True)
    shown = flat(shell("plan", "show", "saving.yaml", "--journal", "j.sqlite").stdout)
    assert "at most 20 % is lost, on average" in shown
    assert "Decided exactly for now: nothing is chosen yet. Run `selector plan fit`." in shown


def test_what_is_chosen_is_told_kept_and_shown(shell, saving):
    """In plain words, with what it would have saved and lost; and the engine finds it there."""
    saving(40, shell.cwd / "j.sqlite")
    done = shell("plan", "fit", "saving.yaml", "--journal", "j.sqlite", env=NARROW)
    assert done.returncode == 0, done.stderr
    assert max(map(len, done.stdout.splitlines())) <= 80
    said = flat(done.stdout)
    assert "saving@1: chosen, and kept in the journal" in said
    assert "what b adds to the quality is predicted from the other terms" in said
    assert "40 requests of which all is known:" in said
    assert "measuring everything 4; lost" in said
    assert "It counts for requests of 4 candidates; others are decided exactly." in said
    shown = shell("plan", "show", "saving.yaml", "--journal", "j.sqlite")
    assert "What is chosen to save more is not in it." in flat(shown.stdout)
    assert "Chosen " in shown.stdout
    found = json.loads(
        shell("plan", "show", "saving.yaml", "--journal", "j.sqlite", "--json").stdout
    )
    with sqlite3.connect(shell.cwd / "j.sqlite") as base:
        ((kept,),) = base.execute("select value from events where kind = 'prediction'").fetchall()
    assert found["saves_more"]["prediction"]["offset"] == kept
    assert found["saves_more"]["why_not"] is None


def test_a_policy_that_promises_nothing_has_nothing_to_choose(shell, pixels):
    """It says what the policy would have to say."""
    done = shell("plan", "fit", pixels)
    assert done.returncode == 2
    assert "got neither 'regret' nor 'value_of_quality' in its cascade" in done.stderr
