"""The selector over many requests, the selection, the journal."""

import json
import threading

import pytest

from asking import SIZES, png
from selector import Candidate, Selection, Selector, select
from selector.errors import JournalError, PolicyError
from selector.journal import Journal


def test_models_stay_loaded_between_requests(own):
    """One Selector loads a measure once, for all its requests."""
    policy = own("return [{'value': Score(len(BUILT) / 10)} for _ in subjects]")
    with Selector(policy) as selector:
        found = [selector.select("p", [png()]).decision.quality for _ in range(3)]
    assert found == [{"candidate-01": 0.1}] * 3


def test_many_threads_get_what_one_thread_gets():
    """A Selector gives the same answers to eight threads at once as to one."""
    requests = [[png(40 + at, at), png(60 + at, at + 50)] for at in range(16)]
    with Selector(SIZES) as selector:
        alone = [selector.select("p", one).decision for one in requests]
        together: dict[int, object] = {}

        def work(at: int) -> None:
            together[at] = selector.select("p", requests[at]).decision

        threads = [threading.Thread(target=work, args=(at,)) for at in range(len(requests))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert [together[at] for at in range(len(requests))] == alone


def test_pixels_are_given_back_at_the_end():
    """After a request nothing of its pictures is held."""
    with Selector(SIZES) as selector:
        selector.select("p", [png(64, at) for at in range(4)])
        assert selector._budget.used == 0


def test_a_small_request_decodes_each_picture_once():
    """Several measures share one decoding."""
    with Selector("starter") as selector:
        selector.select("p", [png(600, at) for at in range(2)])
        assert selector._budget.decodes == 2


def test_selection_as_json_and_as_text():
    """It round-trips through JSON, its repr says the answer, its HTML escapes what is foreign."""
    evil = "<img src=x onerror=alert(1)>.png"
    selection = select("p", [Candidate(png(), id=evil), Candidate(b"", id="b")], SIZES)
    assert Selection.from_dict(json.loads(json.dumps(selection.to_dict()))) == selection
    assert repr(selection) == (
        f"<Selection complete by sizes@1: 1 accepted, 0 review, 1 rejected, first {evil!r}>"
    )
    page = selection._repr_html_()
    assert "<img src=x" not in page
    assert "&lt;img src=x" in page
    assert set(selection.timings) >= {"images", "filters.resolution", "total"}
    assert selection.cost == {"filters.resolution": 1}


def test_a_request_is_written_down_whole(tmp_path):
    """The journal gives back the plan and the selection as they were."""
    with Selector(SIZES, journal=tmp_path / "j.sqlite") as selector:
        selection = selector.select("p", [png(), b""], expect={"faces": 1})
        plan = selector.plan
    with Journal(tmp_path / "j.sqlite") as journal:
        assert journal.read(selection.request_id) == (plan, selection)


def test_the_journal_of_the_environment(tmp_path, monkeypatch):
    """SELECTOR_JOURNAL names the journal where the call names none."""
    monkeypatch.setenv("SELECTOR_JOURNAL", str(tmp_path / "env.sqlite"))
    selection = select("p", [png()], SIZES)
    with Journal(tmp_path / "env.sqlite") as journal:
        assert journal.read(selection.request_id)[1] == selection


def test_without_a_journal_nothing_is_written(tmp_path, monkeypatch):
    """The library writes no file unless told where."""
    monkeypatch.delenv("SELECTOR_JOURNAL", raising=False)
    monkeypatch.chdir(tmp_path)
    select("p", [png()], SIZES)
    monkeypatch.setenv("SELECTOR_JOURNAL", str(tmp_path / "env.sqlite"))
    select("p", [png()], SIZES, journal=False)
    assert list(tmp_path.iterdir()) == []


def test_a_policy_that_requires_a_journal_is_not_used_without_one(tmp_path, monkeypatch):
    """`journal: required` without a journal is an error before anything is measured."""
    monkeypatch.delenv("SELECTOR_JOURNAL", raising=False)
    strict = SIZES | {"journal": "required"}
    with pytest.raises(JournalError, match="requires a journal"):
        select("p", [png()], strict)
    assert select("p", [png()], strict, journal=tmp_path / "j.sqlite").answer == "complete"
    assert select("p", [png()], strict, journal=False).answer == "complete"


def test_an_expectation_that_nothing_reads_is_logged(caplog):
    """A misspelt expectation is in the operator's log."""
    select("p", [png()], SIZES, expect={"fcaes": 2})
    assert "fcaes" in caplog.text


@pytest.mark.parametrize("policy", [None, 3, [1], object()])
def test_what_is_no_policy(policy):
    """An object that can't be a policy is a PolicyError."""
    with pytest.raises(PolicyError, match="expected a path"):
        Selector(policy)


@pytest.mark.parametrize("journal", [True, 5, object()])
def test_what_is_no_journal(journal):
    """An object that can't be a journal is told before anything is measured."""
    with pytest.raises(JournalError, match="expected a path or a Journal"):
        Selector(SIZES, journal=journal)


def test_names_of_ours_never_collide(tmp_path):
    """The same file twice, or names that look alike once escaped, get ids of their own."""
    (tmp_path / "a.png").write_bytes(png())
    selection = select("p", [tmp_path / "a.png"] * 2 + [tmp_path / "\ud800.png"], SIZES)
    ids = [one.id for one in selection.candidates]
    assert len(set(ids)) == 3
    assert selection.reasons[ids[1]][0].kind == "copy"
    assert selection.candidates[2].error


def test_a_required_journal_that_can_not_be_written_is_an_error(tmp_path):
    """The caller hears of it, and still gets what was decided."""
    (tmp_path / "j.sqlite").write_bytes(b"this is no database at all" * 100)
    with pytest.raises(JournalError) as caught:
        select("p", [png()], SIZES, journal=tmp_path / "j.sqlite")
    assert caught.value.selection.answer == "complete"


def test_a_best_effort_journal_lets_the_answer_through(tmp_path, caplog):
    """With `journal: best_effort` the failure goes to the operator's log, the answer comes back."""
    (tmp_path / "j.sqlite").write_bytes(b"this is no database at all" * 100)
    selection = select(
        "p", [png()], SIZES | {"journal": "best_effort"}, journal=tmp_path / "j.sqlite"
    )
    assert selection.answer == "complete"
    assert "engine.request_not_journaled" in caplog.text
