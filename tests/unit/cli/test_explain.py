"""`selector select`: what laziness saved, bounds as bounds, and why each measure was asked."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

import outside
import worlds
from selector import Selection
from selector.cli.explained import lines
from selector.policy import plan as p
from selector.types import Ask

FOUND = "return [{'value': Score(float(one.image.rgb[0, 0, int(self.level)]) / 100)} for one in subjects]"
ROWS = {"best": (90, 80), "near": (85, 10), "far": (20, 90)}  # what "a" and "b" find, in hundredths
TERMS = [{"of": "a", "weight": 3}, {"of": "b", "weight": 1}]


@pytest.fixture
def judged(shell, tmp_path):
    """Select among pictures that hold their numbers, by measures that are asked one at a time."""
    path = outside.write(tmp_path, "ours", FOUND)
    file = tmp_path / "ours" / "own.py"
    file.write_text(file.read_text().replace("Cost(0.01)", "Cost(5.0)"))

    def run(*options, rows=ROWS, **policy):
        how = {"audit": 0, "parallelism": 1, **policy.pop("cascade", {})}
        whole = {
            "name": "ours",
            "version": 1,
            "measures": {name: {"use": path, "level": at} for at, name in enumerate("ab")},
            "method": {"weighted_sum": TERMS},
            "cascade": how,
            **policy,
        }
        (shell.cwd / "ours.yaml").write_text(json.dumps(whole))
        names = [_picture(shell.cwd, name, levels) for name, levels in rows.items()]
        done = shell("select", "p", *names, "--policy", "ours.yaml", *options)
        assert done.returncode == 0, done.stderr
        return done

    return run


def _picture(folder: Path, name: str, levels: tuple[int, int]) -> str:
    pixels = np.random.default_rng(len(name)).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    pixels[0, 0] = (*levels, 0)
    PIL.Image.fromarray(pixels).save(folder / f"{name}.png")
    return f"{name}.png"


def row(done, name: str) -> str:
    """Return the first line of a candidate in the table."""
    return next(line for line in done.stdout.splitlines() if f" {name}" in line)


def flat(done) -> str:
    """Return everything on one line."""
    return " ".join(done.stdout.split())


def explained(done) -> str:
    """Return the explanation on one line."""
    return flat(done).partition("What was asked, ")[2]


def test_a_bound_is_never_shown_as_if_it_were_measured(judged):
    """With ≤ and as a bound in words, without a rank; what is measured has both."""
    done = judged()
    assert "0.875 │ rank 1; met every bound" in row(done, "best.png")
    assert "≤ 0.400 │ outranked: quality is at most 0.4, below 0.875:" in row(done, "far.png")
    assert "this at most" not in done.stdout
    assert "│   0.662 │ outranked: quality is 0.6625, below 0.875" in row(done, "near.png")


def test_what_was_saved_stands_under_the_table(judged):
    """Rounds, saved calls, and of which measures."""
    told = "Asked in 5 rounds; 1 of 6 calls saved, as the answer did not depend on them (b 1 of 3)."
    assert told in judged().stdout


def test_where_nothing_is_saved_that_is_told(judged):
    """Of a policy that says so, and of a request that needed everything."""
    said = judged(cascade={"mode": "exhaustive"}).stdout
    assert "Everything was measured, as the policy says: 6 calls." in said
    assert "Asked in 2 rounds; each of 2 calls was needed." in judged(rows={"best": (9, 9)}).stdout


def test_an_audit_is_told(judged):
    """All is known then, and the answer is what it was."""
    done = judged("--explain", cascade={"audit": 1})
    assert "(b 1 of 3). Audited: the rest was measured after the verdict." in flat(done)
    assert "≤ 0.400" in row(done, "far.png")
    assert "after the verdict all the rest was measured too" in explained(done)
    assert "not asked:" not in done.stdout


def test_each_round_says_what_was_asked_of_whom_and_why(judged):
    """Who could still be delivered is asked, best first; who could not is told with its bound."""
    said = explained(judged("--explain"))
    assert "a of " in said
    assert "b of best.png 25 % of the quality; could still be delivered: at most 0.925" in said
    assert "b of near.png 25 % of the quality; could still be delivered: at most 0.888" in said
    assert said.endswith(
        "What was not asked, and why far.png: outranked: at most 0.400, "
        "the last one taken has 0.875; not asked: b"
    )


REFUSING = {"gates": [{"on": "a", "reject_below": 0.3}]}


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        (REFUSING, "far.png: refused by a.value; not asked: b"),
        (
            {"cut": {"of": "quality", "reject_below": 0.5}, "deliver": "all"},
            "far.png: under the cut: at most 0.4, the cut is 0.5; not asked: b",
        ),
        (
            {
                "method": {
                    "constrained": {
                        "objective": TERMS,
                        "constraints": [{"on": "a", "reject_below": 0.3}],
                    }
                },
                "deliver": "all",
            },
            "far.png: not allowed by a.value; not asked: b",
        ),
        (
            {"method": {"lexicographic": [{"of": "a", "eps": 0.1}, {"of": "b"}]}},
            "far.png: outranked: enough were found before it; not asked: b",
        ),
        (
            {"method": {"lexicographic": [{"of": "a"}, {"of": "b"}]}},
            "What was not asked, and why Of nobody: b; the answer needed none of it.",
        ),
    ],
)
def test_whoever_was_spared_is_told_why(judged, policy, said):
    """Refused, under the cut, infeasible, or not needed: each in words of its own."""
    assert said in explained(judged("--explain", **policy))


def test_a_front_asks_every_axis_of_all(judged):
    """What ranks by dominance is told as such; nothing was left out of it."""
    axes = {"pareto": {"objectives": [{"of": "a"}, {"of": "b"}], "pick": [{"of": "a"}]}}
    said = explained(judged("--explain", method=axes))
    assert "b of all 3 axis, to tell who is on the front" in said
    assert "Nothing was left out." in said


def test_an_exhaustive_policy_has_no_rounds_to_tell(judged):
    """It says that everything was measured before anything was decided."""
    said = judged("--explain", cascade={"mode": "exhaustive"}).stdout
    assert "Everything was measured before anything was decided" in said
    assert "round by round" not in said


def test_scripts_get_the_same_json_with_and_without_an_explanation(judged):
    """The explanation goes aside, to standard error; --json stays one object, --quiet names."""
    done = judged("--explain", "--json")
    selection = Selection.from_json(done.stdout)
    assert selection.decision.at_most == {"far.png": 0.4}
    assert (selection.spent.rounds, selection.spent.saved) == (5, {"a": 0, "b": 1})
    assert "rounds" not in json.loads(done.stdout)
    assert "What was asked, round by round" in done.stderr
    quiet = judged("--explain", "--quiet")
    assert quiet.stdout == "best.png\n"
    assert "What was asked, round by round" in quiet.stderr


def test_names_can_not_play_with_the_terminal(judged):
    """A file's name is harmless in the explanation too."""
    done = judged("--explain", rows={"best": (90, 80), "x\x1b[31m\u202e": (20, 90)})
    assert "not asked: b" in done.stdout
    assert "\x1b" not in done.stdout
    assert "\u202e" not in done.stdout


def test_many_candidates_are_counted(judged):
    """The first six of an ask are named, with what each can reach; the others are a number."""
    rows = {f"n{at}": (40 + at, 50) for at in range(9)} | {"far": (1, 1)}
    policy = {"cascade": {"parallelism": 10}, "gates": [{"on": "a", "reject_below": 0.1}]}
    said = explained(judged("--explain", rows=rows, **policy))
    assert "b of n8.png (≤ 0.610), n7.png (≤ 0.603)" in said
    assert "n3.png (≤ 0.573) and 3 more" in said
    assert "could still be delivered: at most 0.610 to 0.550" in said


def test_what_a_prediction_credits_is_no_bound(judged):
    """Where a dear measure is predicted, who is asked is told by what it was credited with."""
    selection = Selection.from_json(judged("--json").stdout)
    plan = worlds.plan(
        p.WeightedSum((p.Term(worlds.ref("b"), 1.0, worlds.UP),)),
        prediction=p.Prediction("b", 0.0, (0.0,), 0.1, 0.1, 0.1, 0.1, 1, 9, (), "basis"),
    )
    asks = (Ask("b", ("best.png",), 0.8), Ask("b", ("near.png",), 0.7))
    said = " ".join(" ".join(lines(replace(selection, plan=plan, rounds=(asks,)))).split())
    assert "b of best.png (0.800), near.png (0.700)" in said
    assert "could still be delivered: put at 0.800 to 0.700" in said
