"""Whole selections, decided by the engine, are told as they were decided: no more and no less."""

from dataclasses import replace

import pytest

from calibrated import calibration, factor, term, written
from reports import (
    ABSENT,
    BROKEN,
    FOUND,
    LATE,
    Read,
    cards,
    chosen,
    having,
    leaving,
    policy_of,
    prescribed,
    prescribing,
)
from selector import Candidate, Selection
from selector.report import page, small
from selector.types import Score

A = {"of": "a", "weight": 1, "if_absent": 0}
B = {"of": "b", "weight": 1, "if_absent": 0}
BY_A = {"weighted_sum": [A]}
AXES = [{"of": "a", "if_absent": 0}, {"of": "b", "if_absent": 0}]


@pytest.fixture
def told(tmp_path, monkeypatch):
    """Decide *rows* by a policy; return the selection, its head, and its cards by id."""
    monkeypatch.syspath_prepend(tmp_path)
    measure = prescribing(tmp_path)

    def decided(rows, policy, **rest) -> tuple[Selection, str, dict[str, str]]:
        selection = prescribed(measure, rows, policy, **rest)
        return selection, Read(page(selection)).said[0], cards(selection)

    return decided


def test_a_constraint_and_what_came_after_enough(told):
    """Who is infeasible, who in its band, who accepted, and who was not needed after that."""
    bound = {"on": "b", "reject_below": 0.5, "accept_above": 0.7}
    rows = {"first": (90, 10), "second": (80, 60), "third": (70, 80), "last": (60, 90)}
    policy = {"method": {"constrained": {"objective": [A], "constraints": [bound]}}}
    selection, head, said = told(rows, policy)
    assert (selection.answer, selection.needs_person) == ("complete", False)
    assert "what is marked Review may be left alone" in head
    assert "Not allowed: \u2068b.value\u2069 is 0.1; the policy refuses below 0.5." in said["first"]
    assert "In doubt: \u2068b.value\u2069 is 0.6; the policy accepts from 0.7 on." in said["second"]
    assert "It met every bound that applies." in said["third"]
    assert (
        "rank 4; enough were found before it; its quality is 0.6, the last one chosen has 0.7."
        in said["last"]
    )


def test_steps_have_no_quality_to_tell(told):
    """A lexicographic order gives a rank and nothing to compare; a failed gate is said."""
    gate = {"on": "b", "reject_below": 0.1}
    one_by_one = {"parallelism": 1, "audit": 0}
    policy = {
        "method": {"lexicographic": [AXES[0] | {"eps": 0.1}]},
        "gates": [gate],
        "cascade": one_by_one,
    }
    _, _, said = told({"x": (90, BROKEN), "y": (70, 50), "z": (30, 50)}, policy)
    assert "enough were found before it." in said["z"]
    assert "Rank 3" in said["z"]  # its gate was asked, being cheap
    everything = policy | {"cascade": {"mode": "exhaustive"}}
    _, _, said = told({"x": (90, BROKEN), "y": (70, 50), "z": (30, 50)}, everything)
    assert "Not needed: rank 3; enough were found before it." in said["z"]
    assert "uality" not in "".join(said.values())
    assert "Not measured: \u2068b.value\u2069 could not be measured: broken" in said["x"]
    assert said["x"].count("broken") == 1


FRONTS = {"left": (90, 10), "right": (10, 90), "beaten": (50, 5)}


def test_a_front_without_a_pick_is_left_to_a_person(told):
    """Nothing was found good enough "before" anybody: the rest is not in the first front."""
    selection, head, said = told(FRONTS, {"method": {"pareto": {"objectives": AXES}}})
    assert selection.needs_person
    assert "A person is needed: look at what is marked Review." in head
    for name in ("left", "right"):
        assert "leaves the choice among such to a person" in said[name]
    assert "not in the first front." in said["beaten"]
    assert "enough" not in "".join(said.values())


def test_a_front_with_a_pick_is_not_ranked_by_quality(told):
    """Who has the higher quality need not stand higher, so qualities are not compared, nor tied."""
    policy = {"method": {"pareto": {"objectives": AXES, "pick": [B]}}}
    rows = {"best": (90, 30), "close": (89, 29), "other": (10, 31)}
    selection, head, said = told(rows, policy)
    (accepted,) = selection.accepted
    assert accepted.id == "other"
    assert "tie" not in "".join(said.values())
    assert "chosen has" not in "".join(said.values())
    assert "picks among those that dominance leaves equal" in head
    assert "decides it" not in head


def test_the_cut_counts_what_failed_at_its_best(told):
    """Rejected although its failed part counted full; in its band with it counted as nothing."""
    policy = {
        "method": {"weighted_sum": [A | {"weight": 9}, B]},
        "cut": {"of": "quality", "reject_below": 0.3, "accept_above": 0.6},
        "deliver": "all",
    }
    rows = {"fine": (90, 90), "low": (20, 20), "lost": (5, BROKEN), "open": (40, BROKEN)}
    _, head, said = told(rows, policy)
    assert "Below the cut: its quality is at most 0.28; the policy's cut is 0.3." in said["low"]
    assert "Quality at most 0.280" in said["low"]
    _, head, said = told(rows, policy | {"cascade": {"mode": "exhaustive"}})
    assert "Below the cut: its quality is 0.2; the policy's cut is 0.3." in said["low"]
    assert "Below the cut: its quality is at most 0.145; the policy's cut is 0.3." in said["lost"]
    assert "In doubt: its quality is at least 0.36; the policy accepts from 0.6 on." in said["open"]
    assert "Quality at least 0.045" in said["lost"]
    assert "Quality 0.200" in said["low"]
    assert "may be good enough too" in head


def test_a_failed_gate_does_not_make_the_quality_a_least(told):
    """Only what the quality is made of does."""
    policy = {"method": BY_A, "gates": [{"on": "b", "reject_below": 0.1}]}
    _, _, said = told({"x": (90, BROKEN), "y": (20, 20)}, policy)
    assert "Quality 0.900" in said["x"]
    assert "at least" not in said["x"]


def test_what_is_not_calibrated_was_taken_not_chosen(told):
    """Nothing was accepted, so nothing was chosen; enough were found all the same."""
    gate = {"on": "b", "reject_below": 0.1, "accept_above": "calibrated"}
    policy = {"method": BY_A, "gates": [gate], "uncertified": "review"}
    _, head, said = told({"x": (50, 50), "y": (40, 50)}, policy)
    assert "Nothing was accepted" in head
    assert "A person should confirm: not calibrated yet:" in said["x"]
    assert "the last one taken has 0.5" in said["y"]
    assert "chosen" not in said["y"]


def test_a_person_with_enough_to_look_at_is_the_end(told):
    """With `review_at_most` nobody better was found; a person just has enough."""
    gate = {"on": "b", "reject_below": 0.1, "accept_above": 0.9}
    policy = {"method": BY_A, "gates": [gate], "review_at_most": 1}
    _, _, said = told({"x": (50, 50), "y": (40, 50)}, policy)
    assert "rank 2; a person has enough to look at before it;" in said["y"]
    assert "were found" not in said["y"]


def test_a_double_names_whom_it_resembles(told):
    """It is said which, how near, and what the policy wants."""
    policy = {"method": BY_A, "distinct": {"by": "filters.near_duplicates", "within": 6}}
    policy["deliver"] = 2
    _, head, said = told({"x": (90, 0), "y": (80, 1)}, policy, alike=True)
    assert "A double: it looks like \u2068x\u2069, which ranks before it: they are 0" in said["y"]
    assert "No person is needed. " in head


def test_the_best_of_the_rest_is_marked_as_that(told):
    """What is promoted still says what was wrong with it, and the legend tells of such."""
    policy = {"method": BY_A, "cut": {"of": "quality", "reject_below": 0.8}, "on_empty": "review"}
    _, head, said = told({"x": (50, 0), "y": (40, 0)}, policy)
    assert "Below the cut: its quality is 0.5" in said["x"]
    assert "Best of the rest:" in said["x"]
    assert "the best where nothing was good enough" in head
    assert "Best of the rest" not in said["y"]


def test_where_there_was_nothing_to_measure_the_policy_is_quoted(told):
    """It passes, goes to a person, is refused, or counts as a number; it is not "not measured"."""
    for if_absent, then in (
        ("pass", "passes"), ("review", "goes to a person"), ("reject", "is refused"),
    ):  # fmt: skip
        gate = {"on": "b", "reject_below": 0.1, "if_absent": if_absent}
        _, _, said = told({"x": (50, ABSENT)}, {"method": BY_A, "gates": [gate]})
        assert f"Nothing to measure \u2068b.value\u2069 (nothing there): {then}" in said["x"]
        assert "Failed" not in said["x"]
    _, _, said = told(
        {"x": (50, ABSENT)}, {"method": {"weighted_sum": [A, B | {"if_absent": 0.4}]}}
    )
    assert "(nothing there): counts as 0.4" in said["x"]


def test_an_expectation_that_was_not_given_leaves_it_to_a_person(told):
    """Bar, bound and reason say the same: for a person."""
    policy = {"method": BY_A, "gates": [{"on": "b", "equals": "expect.n"}]}
    selection, head, said = told({"x": (50, 50)}, policy)
    assert selection.needs_person
    assert "In doubt: \u2068b.value\u2069 is 0.5; the request did not say expect.n." in said["x"]
    assert "for a person, as this request did not say \u2068expect.n\u2069" in head
    _, _, said = told({"x": (50, 50)}, policy, expect={"n": 0.4})
    assert "Refused: \u2068b.value\u2069 is 0.5; the policy wants exactly 0.4." in said["x"]


def test_when_time_runs_out_it_is_told_once(told):
    """One sentence a card names all that is missing, and "deadline" is put into words."""
    policy = {"method": {"weighted_sum": [A, B]}}
    _, _, said = told({"x": (LATE, LATE)}, policy, timeout_s=0.2)
    words = "\u2068a.value\u2069 and \u2068b.value\u2069 could not be measured: time ran out"
    assert f"Not measured: {words}" in said["x"]
    assert said["x"].count("a.value") == 1
    assert "deadline" not in said["x"]


@pytest.mark.parametrize("rendered", [page, small])
def test_when_nothing_could_be_read_that_is_the_answer(rendered):
    """Not that nothing was good enough: nothing was seen."""
    done = rendered(chosen([Candidate(b"x", id="a"), Candidate(b"y", id="b")]))
    assert "None of the pictures could be read." in done
    assert "Nothing was good enough" not in done
    assert "A person is needed" not in done


def test_texts_that_measures_left_are_told(astronaut):
    """Each by itself, under who left it, though the picture is not there to be shown."""
    texts = [f"word {at}" for at in range(20)]
    selection = leaving(chosen([Candidate(astronaut, id="one")]), "one", {"texts": texts})
    gone = replace(selection.candidates[0], image=None)
    for shown in (selection, replace(selection, candidates=(gone,))):
        said = cards(shown)["one"]
        assert "Noted by filters.clipping word 0 word 1" in said
        assert "word 11 The first 12 of 20." in said
        assert "<li><bdi>word 3</bdi></li>" in page(shown)


def test_what_is_drawn_is_listed(astronaut):
    """Every mark has its number in the list, with what is said of it, whatever its shape."""
    said = cards(leaving(chosen([Candidate(astronaut, id="one")]), "one", FOUND))["one"]
    assert "1 face 1 2 word 3 seam Other numbers 1 score 0.98, jitter 0.002 3 step 0.4" in said
    assert "Noted by filters.clipping NASA" in said


def test_only_what_the_policy_reads_is_drawn_and_told(astronaut):
    """What was measured beside it leaves no mark; read from a file, with no plan, everything does."""
    selection = chosen([Candidate(astronaut, id="one")])
    beside = {"filters.clipping.shadows": Score(0.1, FOUND), "other.value": Score(1.0, FOUND)}
    selection = having(selection, "one", beside)
    said = cards(selection)["one"]
    assert "face 1" not in said
    assert "Noted by" not in said
    everything = cards(replace(selection, plan=None))["one"]
    assert "filters.clipping 1 face 1" in everything
    assert "other 4 face 1" in everything
    assert "Noted by filters.clipping NASA" in everything
    assert "Noted by other NASA" in everything


def test_who_found_a_mark_is_said_where_several_did(astronaut):
    """Once before the marks of each; of a single one it is not said."""
    selection = chosen([Candidate(astronaut, id="one")])
    box = {"boxes": [{"box": [9, 9, 99, 99], "label": "a"}, {"box": [9, 9, 50, 50], "label": "b"}]}
    alone = leaving(selection, "one", box)
    assert "filters.clipping 1 a" not in cards(alone)["one"]
    line = {"lines": [{"line": [0, 40, 400, 40], "label": "c"}]}
    both = having(alone, "one", {"filters.sharpness.sharpest": Score(0.1, line)})
    assert "filters.clipping 1 a 2 b filters.sharpness 3 c" in cards(both)["one"]


LIKELY = {"of": "probability", "reject_below": 0.3, "accept_above": 0.8}


@pytest.fixture
def certain(tmp_path, monkeypatch):
    """Decide *rows* by a cut of the probability, which is what "b" finds; return the selection."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.chdir(tmp_path)
    measure = prescribing(tmp_path)
    file = tmp_path / "prescribed" / "own.py"
    file.write_text(file.read_text().replace("Cost(0.01)", "Cost(5.0)"))  # so that few are asked
    policy = {"method": BY_A, "cut": LIKELY, "cascade": {"audit": 0, "parallelism": 1}}

    def decided(rows, **holds) -> Selection:
        made = calibration(
            policy_of(measure, policy),
            probability=[factor(term("b", ((0.0, 0.0), (1.0, 1.0))))],
            holds=holds,
        )
        written(made.model_copy(update={"claim": "At most 2 % is <b>bad</b>."}), tmp_path)
        return prescribed(measure, rows, policy)

    return decided


def test_a_cut_of_the_probability_is_on_every_card_that_was_asked(certain):
    """Below the cut, in its band, good enough; whoever was not asked has no such number."""
    rows = {"under": (90, 20), "band": (80, 50), "good": (70, 90), "late": (60, 90)}
    selection = certain(rows)
    said, head = cards(selection), Read(page(selection)).said[0]
    assert selection.answer == "complete"
    assert (
        "Below the cut: its probability of being good is 0.2; the policy's cut is 0.3."
        in (said["under"])
    )
    assert (
        "In doubt: its probability of being good is 0.5; the policy accepts from 0.8 on."
        in (said["band"])
    )
    assert "Probability of being good 0.900" in said["good"]
    assert "robability of being good" not in said["late"]
    assert "ertified" not in head


def test_what_labels_promise_is_told_as_it_was_written(certain):
    """Harmless; and not where it does not hold: there it says why."""
    rows = {"good": (70, 90)}
    promised = page(certain(rows))
    assert "At most 2 % is &lt;b&gt;bad&lt;/b&gt;. (calibrated on 2026-03-01)" in promised
    other = page(certain(rows, candidates=[8, 8]))
    assert "Calibrated for 8 candidates (got 1)." in Read(other).said[0]
    assert "At most 2 %" not in other
