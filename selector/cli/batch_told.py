"""What `selector batch` prints: what became of a run, or what it would be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from selector.cli.batch_progress import VERDICTS
from selector.cli.prose import entry, shown
from selector.cli.table import CAUSE, COLOURS, LONGEST

if TYPE_CHECKING:
    from selector.batch import Summary
    from selector.batch.looking import Looked

COLUMN = 12
GROUNDS = 8  # reasons that are told; the page has more
ERRORS = 5
WARNINGS = 5


def summary_table(summary: Summary) -> None:
    """Print the verdicts of a run, what decided them most, what failed, and where all of it lies."""
    from rich.table import Table
    from rich.text import Text

    from selector.cli.table import Terminal

    console = Terminal(highlight=False)
    table = Table()
    table.add_column("verdict")
    table.add_column("candidates", justify="right")
    table.add_column("share", justify="right")
    tally = summary.tally
    for verdict, word in VERDICTS.items():
        count = tally.verdicts.get(verdict, 0)
        if count or verdict:
            share = f"{count / tally.candidates:.1%}" if tally.candidates else ""
            table.add_row(Text(word, style=COLOURS.get(verdict, "")), f"{count:,}", share)
    console.print(Text(_title(summary)))
    console.print(table)
    for line in _lines(summary):
        console.print(Text(line))


def _title(summary: Summary) -> str:
    about = summary.about
    return f"{shown(about.input, LONGEST)} by {shown(about.policy)}"


def _lines(summary: Summary) -> Iterator[str]:
    from selector.report.words import counted

    tally = summary.tally
    answers = ", ".join(f"{count:,} {name}" for name, count in _most(tally.answers))
    said = f"{counted(tally.requests, 'request')}: {answers or 'no answer'}"
    person = f"; {tally.needs_person:,} need a person" if tally.needs_person else ""
    yield _entry("Answers", f"{said}{person}")
    yield from _grounds(tally.reasons)
    if tally.failed:
        yield _entry(
            "Failed", f"{counted(tally.failed, 'request')}; --retry-failed does them again"
        )
        yield from _some(tally.errors, ERRORS)
    yield from _calls(summary)
    yield from _warned(summary.about.warnings)
    yield _entry("Rows", f"{summary.out}/decisions")
    yield _entry("Page", f"{summary.out}/summary.html")
    yield _ended(summary)


def _grounds(reasons: Mapping[str, int]) -> Iterator[str]:
    """Give why candidates were not accepted, the commonest first."""
    for at, (ground, count) in enumerate(_most(reasons)[:GROUNDS]):
        yield _entry("" if at else "Reasons", f"{count:,} {shown(ground, CAUSE)}")
    if (rest := len(reasons) - GROUNDS) > 0:
        yield _entry("", f"… and {rest:,} more")


def _some(counts: Mapping[str, int], few: int) -> Iterator[str]:
    for said, count in _most(counts)[:few]:
        yield _entry("", f"{count:,} {shown(said, CAUSE)}")
    if (rest := len(counts) - few) > 0:
        yield _entry("", f"… and {rest:,} more reasons")


def _calls(summary: Summary) -> Iterator[str]:
    from selector.report.words import counted

    tally = summary.tally
    made, saved = sum(tally.calls.values()), sum(tally.saved.values())
    if made:
        share = f"; {saved:,} saved ({saved / (made + saved):.0%})" if saved else ""
        yield _entry("Measured", f"{counted(made, 'call')}{share}")


def _warned(warnings: Sequence[str]) -> Iterator[str]:
    for at, said in enumerate(warnings[:WARNINGS]):
        yield _entry("" if at else "Warning", shown(said))
    if (rest := len(warnings) - WARNINGS) > 0:
        yield _entry("", f"… and {rest:,} more")


def _ended(summary: Summary) -> str:
    """Return how long it took, and whether anything is left."""
    from selector.cli.batch_progress import duration
    from selector.report.words import counted

    if not summary.done and not summary.interrupted:
        if not summary.left:
            return "Nothing was to be done: all is decided."
        left = counted(summary.left, "shard")
        return f"Nothing failed; {left} not decided yet: --resume goes on with what is left."
    now = f"{counted(summary.candidates, 'image')} in {duration(summary.seconds)}"
    rate = f" ({summary.rate:.1f} a second)" if summary.candidates else ""
    shards = f"{summary.about.shards - summary.left:,} of {counted(summary.about.shards, 'shard')}"
    return f"{now}{rate}; {shards} decided."


def looked(found: Looked) -> Iterator[str]:
    """Give what a run would be; what is wrong is told aside."""
    from selector.cli.table import plan_line
    from selector.report.words import counted

    if found.plan is not None:
        yield _entry("Policy", shown(plan_line(found.plan)))
    listed = (
        counted(found.requests, "request"),
        counted(found.candidates, "candidate"),
        counted(found.shards, "shard"),
    )
    yield _entry("Input", ", ".join(listed))
    if found.about is not None:
        yield _entry("Goes on", f"{counted(found.left, 'shard')} to be decided")
    if found.plan is not None:
        workers = counted(found.workers, "worker process").replace("processs", "processes")
        yield _entry("Measured", f"in {workers}: {_named(found.hosted)}")
        if found.others:
            yield _entry("", f"on {', '.join(found.devices)}: {_named(found.others)}")
    yield from _resources(found)
    yield from _warned(found.warnings)
    problems = counted(len(found.problems), "problem")
    yield f"Nothing was measured or written: {problems if found.problems else 'it can begin'}."


def _resources(found: Looked) -> Iterator[str]:
    from selector.doctor.finding import megabytes

    if found.models:
        named = ", ".join(f"{one.name} {megabytes(one.size)}" for one in found.models)
        total = megabytes(sum(one.size for one in found.models))
        yield _entry("To fetch", shown(f"{total} of models: {named}"))
    free = "" if found.free is None else f"; {megabytes(found.free)} are free"
    yield _entry("Space", f"about {megabytes(found.needed)} of decisions{free}")


def looked_data(found: Looked) -> dict[str, Any]:
    """Return the same as JSON data."""
    plan = found.plan
    return {
        "problems": list(found.problems),
        "warnings": list(found.warnings),
        "policy": None if plan is None else f"{plan.policy}@{plan.version}",
        "plan": None if plan is None else plan.hash,
        "requests": found.requests,
        "candidates": found.candidates,
        "shards": found.shards,
        "left": found.left,
        "resumes": found.about is not None,
        "in_workers": list(found.hosted),
        "on_devices": list(found.others),
        "models": [one.name for one in found.models],
        "workers": found.workers,
        "bytes_needed": found.needed,
        "bytes_free": found.free,
    }


def _named(names: tuple[str, ...]) -> str:
    return ", ".join(map(shown, names)) or "nothing"


def _most(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def _entry(label: str, text: str) -> str:
    return entry(label, text, column=COLUMN, indent=0)
