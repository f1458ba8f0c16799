"""How far a run is, in words that a person or a file can follow."""

import io

import pytest
from rich.console import Console

from selector.batch.about import About
from selector.batch.hearing import Start
from selector.batch.setup import Progress
from selector.cli.batch_progress import Bar, Lines, Told, drawn, duration, progress

ABOUT = About(input="i", policy="p@1", policy_hash="", plan_hash="", selector="", created="")


def test_counts_add_up():
    """Requests, and their candidates by verdict; failed ones are told as such."""
    told = Told()
    told.begun(Start(ABOUT, 10))
    told.tell(Progress(1, 3, {"accept": 1, "reject": 2}))
    told.tell(Progress(1, 2, {"": 2}))
    assert told.counts() == "1 accept, 0 review, 2 reject, 2 failed"
    said = told.line()
    assert said.startswith("2 of 10 requests, ")
    assert said.endswith(" left")


def test_a_file_gets_a_line_now_and_then(capsys):
    """Not one a shard: a night's log stays readable."""
    often, seldom = Lines(every_s=0), Lines(every_s=1e6)
    for told in (often, seldom):
        told.begun(Start(ABOUT, 2))
        told.tell(Progress(1, 1, {"accept": 1}))
        told.tell(Progress(1, 1, {"review": 1}))
    said = capsys.readouterr().err.splitlines()
    assert [one.partition(",")[0] for one in said] == ["1 of 2 requests", "2 of 2 requests"]


def test_a_narrow_terminal_shows_what_matters():
    """Of ten thousand requests, in 80 columns: how many are done, time left, rate and verdicts."""
    console = Console(file=io.StringIO(), width=80, force_terminal=True, color_system=None)
    lines = drawn(console)
    with lines:
        told = Bar(lines)
        told.begun(Start(ABOUT, 10_000))
        told.tell(Progress(4_000, 12_000, {"accept": 4_000, "reject": 8_000}))
        console.print(lines.get_renderable())
    said = console.file.getvalue()
    assert "4,000/10,000" in said
    assert "images/s: 4,000 accept, 0 review, 8,000 reject" in said


def test_quiet_says_nothing(capsys):
    """And counts all the same."""
    with progress(quiet=True) as told:
        told.tell(Progress(1, 1, {"accept": 1}))
    assert told.requests == 1
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.2, "0 s"), (99, "99 s"), (200, "3 min"), (12_000, "3 h 20 min")]
)
def test_durations_are_told_as_people_do(seconds, said):
    """Seconds while it is soon, then minutes, then hours."""
    assert duration(seconds) == said
