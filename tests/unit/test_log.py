"""The operator's log is the application's to configure, and says nothing that is not its business."""

import json
import logging
import subprocess
import sys
import threading

import pytest
import structlog

from selector.log import carried, of_request, operator_log, without


@pytest.fixture
def json_lines(caplog):
    """Configure structlog as an application does that wants JSON; return the lines so far."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    caplog.set_level(logging.INFO)
    yield lambda: [json.loads(one.getMessage()) for one in caplog.records]
    structlog.reset_defaults()


def test_lines_are_formed_as_the_application_says(json_lines):
    """Its processors make the line, whatever they are."""
    operator_log().warning("something.happened", count=3)
    assert json_lines() == [{"event": "something.happened", "count": 3, "level": "warning"}]


def test_every_line_of_a_request_has_its_id(json_lines):
    """Ours and the application's own, until the request ends; a request inside has its own."""
    with of_request("outer"):
        operator_log().info("one")
        with of_request("inner"):
            structlog.get_logger("theirs").info("two")
        operator_log().info("three")
    operator_log().info("four")
    assert [(one["event"], one.get("request_id")) for one in json_lines()] == [
        ("one", "outer"), ("two", "inner"), ("three", "outer"), ("four", None)
    ]  # fmt: skip


def test_the_id_goes_into_another_thread_with_what_is_carried(json_lines):
    """And only with that: a thread that somebody else starts is no part of the request."""
    with of_request("r"):
        for work in (carried(lambda: operator_log().info("ours")),
                     lambda: operator_log().info("theirs")):  # fmt: skip
            thread = threading.Thread(target=work)
            thread.start()
            thread.join()
    assert [(one["event"], one.get("request_id")) for one in json_lines()] == [
        ("ours", "r"), ("theirs", None)
    ]  # fmt: skip


def test_an_application_without_its_contextvars_has_the_id_too(caplog):
    """Structlog may be configured without what merges its context."""
    structlog.configure(processors=[structlog.processors.JSONRenderer()])
    try:
        with of_request("r"):
            operator_log().warning("one")
    finally:
        structlog.reset_defaults()
    assert json.loads(caplog.records[0].getMessage()) == {"event": "one", "request_id": "r"}


def test_plain_logging_gets_plain_text(caplog):
    """One line without colours, in which no foreign text can begin another."""
    with of_request("r"):
        operator_log().warning("something.happened", name="a\nb\x1b[31m", count=3)
    (line,) = caplog.messages
    assert line == r"something.happened request_id='r' name='a\nb\x1b[31m' count=3"


def test_nothing_is_configured_nor_loaded_by_us():
    """A program that imports the package and decides finds logging and structlog as they were."""
    program = """
import io, logging, sys
from PIL import Image
picture = io.BytesIO()
Image.new("RGB", (64, 64)).save(picture, "PNG")
import selector
policy = {"name": "p", "version": 1,
          "method": {"weighted_sum": [{"of": "filters.blank.structure"}]}}
assert selector.select("p", [picture.getvalue()], policy, journal=False).answer == "complete"
ours = logging.getLogger("selector")
assert (ours.level, ours.handlers, ours.propagate) == (logging.NOTSET, [], True)
assert logging.getLogger().handlers == []
assert "structlog" not in sys.modules
import structlog
assert not structlog.is_configured()
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


PROMPT = "a bride's mother in a red dress, holding\ntulips"


@pytest.mark.parametrize(
    ("said", "left"),
    [
        (f"can't read {PROMPT}!", "can't read …!"),
        (f"can't read {PROMPT!r}!", 'can\'t read "…"!'),
        (f"bad request: {json.dumps(PROMPT)}", 'bad request: "…"'),
        (f"too long: {PROMPT[:20]}...", "too long: …..."),
        (f"{PROMPT} and {PROMPT}", "… and …"),
        ("can't read a bride", "can't read a bride"),
    ],
)
def test_what_quotes_a_prompt_is_left_out(said, left):
    """Whole, escaped, or as far as the error quotes it; what is not quoted stays."""
    assert without(said, [None, PROMPT, ""]) == left


def test_a_prompt_of_two_letters_takes_no_word_apart():
    """What is part of every other word tells nothing, and the error is still to be read."""
    assert without("out of memory", ["of", "o"]) == "out of memory"
    assert without("no such thing as cat", ["cat"]) == "no such thing as …"
