"""What the operator hears of requests: one line an event, each with its request's id."""

import json
import logging
import re
import threading

import pytest
import structlog

from asking import SIZES, png
from selector import Selector, select

JSON_LINES = [
    structlog.stdlib.filter_by_level,
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.processors.JSONRenderer(ensure_ascii=False),
]


@pytest.fixture
def lines(caplog):
    """Listen as an application does that wants JSON; return the lines so far."""
    structlog.configure(processors=JSON_LINES, logger_factory=structlog.stdlib.LoggerFactory())
    caplog.set_level(logging.INFO)
    yield lambda: [json.loads(one.getMessage()) for one in caplog.records]
    structlog.reset_defaults()


def test_a_decision_is_told_with_its_counts(lines):
    """Who was decided how, in what time and for how many calls."""
    selection = select("secret prompt", [png(64, 1), png(32, 2), b"x"], SIZES)
    unreadable, decided = lines()
    assert unreadable == {
        "event": "engine.images_unreadable", "level": "warning", "failed": 1, "candidates": 3,
        "request_id": selection.request_id,
    }  # fmt: skip
    assert decided.pop("seconds") == pytest.approx(selection.timings["total"], abs=1e-3)
    assert decided == {
        "event": "engine.decided", "level": "info", "request_id": selection.request_id,
        "policy": "sizes@1", "answer": "complete", "candidates": 3, "accepted": 1, "review": 0,
        "rejected": 2, "needs_person": False, "audited": False,
        "calls": dict(selection.cost),
    }  # fmt: skip


def test_what_a_measure_logs_has_the_id_in_every_thread(own, lines):
    """Also under a deadline, where it runs in a thread of its own."""
    body = """
        import structlog
        structlog.get_logger("acme").info("acme.measured", count=len(subjects))
        return [{"value": Score(0.5)} for _ in subjects]
    """
    policy = own(body)
    found = [select("p", [png()], policy, timeout_s=timeout_s) for timeout_s in (None, 30)]
    told = [one for one in lines() if one["event"] == "acme.measured"]
    assert [one["request_id"] for one in told] == [one.request_id for one in found]


def test_requests_at_once_keep_their_lines_apart(own, lines):
    """Each thread's lines have the id of its own request, failures of its measures too."""
    policy = own("1 / 0")
    ids: set[str] = set()
    with Selector(policy) as selector:

        def work() -> None:
            ids.add(selector.select("p", [png()], timeout_s=30).request_id)

        threads = [threading.Thread(target=work) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    events: dict[str, list[str]] = {}
    for one in lines():
        events.setdefault(one["request_id"], []).append(one["event"])
    assert events.keys() == ids
    wanted = ["runner.measure_failed", "engine.measure_failed", "engine.decided"]
    assert list(events.values()) == [wanted] * 6


def test_a_measure_that_fails_is_told_with_how_often(own, lines):
    """Also one that says so itself and raises nothing."""
    body = """
        return [{"value": Score(0.5) if one.image.size[0] > 50 else Failure("small: secret")}
                for one in subjects]
    """
    policy = own(body)
    select("p", [png(64, 1), png(32, 2), png(33, 3)], policy)
    (failed,) = [one for one in lines() if one["event"] == "engine.measure_failed"]
    path = policy["method"]["weighted_sum"][0]["of"]
    assert (failed["instance"], failed["measure"]) == (path, path)
    assert (failed["failed"], failed["candidates"], failed["level"]) == (2, 3, "warning")
    assert "secret" not in json.dumps(lines())


def test_a_deadline_is_told_with_who_was_waited_for(own, lines):
    """What was not measured in time is no failure of the measure."""
    policy = own("time.sleep(5)")
    selection = select("p", [png(64, 1), png(32, 2)], policy, timeout_s=0.3)
    told = [one for one in lines() if one["event"] != "engine.decided"]
    path = policy["method"]["weighted_sum"][0]["of"]
    assert [(one["event"], one["waited_for"], one["candidates"]) for one in told] == [
        ("engine.deadline", {path: 2}, 2)
    ]  # fmt: skip
    assert told[0]["request_id"] == selection.request_id


def test_what_else_was_late_with_the_images_is_told_in_the_same_line(lines):
    """One line a request, however many measures had no time; before the line of its decision."""
    select("p", [png(2000, 1), png(2000, 2)], SIZES, timeout_s=1e-9)
    late, decided = lines()
    assert (late["event"], decided["event"]) == ("engine.deadline", "engine.decided")
    assert late["waited_for"] == {"images": 2, "filters.resolution": 2}


def test_no_prompt_is_told_though_the_error_quotes_it(own, lines):
    """Not in any of the ways in which an error quotes; what else it says is told."""
    policy = own("raise ValueError(f'no token for {subjects[0].prompt!r}: vocabulary')", "prompt")
    selection = select("my secret\nwedding", [png()], policy)
    (outcome,) = selection.outcomes["candidate-01"].values()
    assert "secret" in outcome.reason
    assert "secret" not in json.dumps(lines())
    raised = next(one for one in lines() if one["event"] == "runner.measure_failed")
    assert raised["error"] == "ValueError: no token for '…': vocabulary"


def test_plain_logging_hears_the_same(caplog):
    """An application without structlog gets one line of text an event."""
    caplog.set_level(logging.INFO, "selector")
    selection = select("p", [png()], SIZES)
    (line,) = caplog.messages
    assert re.fullmatch(
        rf"engine.decided request_id='{selection.request_id}' policy='sizes@1' answer='complete' "
        r"candidates=1 accepted=1 review=0 rejected=0 needs_person=False audited=False "
        r"seconds=[\d.]+ calls=\{'filters.resolution': 1\}",
        line,
    )
