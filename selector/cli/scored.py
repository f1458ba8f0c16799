"""Scores as a table for a terminal, with what the numbers mean; every foreign text harmless."""

from collections.abc import Iterator

from rich.table import Table
from rich.text import Text

from selector.cli.prose import shown
from selector.cli.table import LONGEST, NOTE, Terminal, counted, failures
from selector.scoring import Model, Row, Scores, Summary
from selector.scoring.scores import NOT_STATED
from selector.types import Failure, Measured, NotApplicable, Output, Score

NUMBER, FRAME = 11, 3  # columns of the terminal: a number, and what is around it
TEXTS = 40  # that names of images and reasons need at least
NOTES = 5  # that are told; the rest are counted
DIGITS = 6
REASON = 120  # characters in the row


def scores_table(scores: Scores, *, rows: bool, seconds: float) -> None:
    """Print the number of every image, or why there is none; the mean of each output; the models.

    Args:
        scores: What was measured.
        rows: Whether to print a line for each image.
        seconds: How long it took.
    """
    console = Terminal(highlight=False)
    if rows:
        console.print(_table(scores, console.width))
    for line in _footer(scores, seconds):
        console.print(Text(line))


def _table(scores: Scores, width: int) -> Table:
    """Return a column for each output; a line for each where these would not fit."""
    columns = sum(max(NUMBER, len(name)) + FRAME for name in scores.outputs)
    long = columns + TEXTS > width
    prompts = len({row.prompt for row in scores.rows}) > 1
    reasons = any(_reasons(row) for row in scores.rows)
    table = Table(title=Text(_title(scores)), title_justify="left", show_lines=False)
    table.add_column("image", overflow="fold", ratio=2)
    if prompts:
        table.add_column("prompt", overflow="fold", ratio=2)
    if long:
        table.add_column("output")
    for name in ("number",) if long else scores.outputs:
        table.add_column(Text(shown(name)), justify="right")
    if reasons:
        table.add_column("why there is none", overflow="fold", ratio=2)
    for row in scores.rows:
        head = [shown(row.image, LONGEST), *[shown(row.prompt or "", LONGEST)] * prompts]
        for line in _lines(row) if long else [_line(row)]:
            table.add_row(*map(Text, head), *line[: None if reasons else -1])
            head = [""] * len(head)
        if long:
            table.add_section()
    return table


def _line(row: Row) -> list[Text]:
    """Return the numbers of an image beside each other, and why some are missing."""
    return [*map(_cell, row.outcomes.values()), Text("\n".join(_reasons(row)))]


def _lines(row: Row) -> Iterator[list[Text]]:
    """Give the numbers of an image below each other; what fails as a whole is told once."""
    alike: dict[tuple[str, str], list[str]] = {}
    for name, one in row.outcomes.items():
        alike.setdefault((one.kind, name if isinstance(one, Score) else one.reason), []).append(
            name
        )
    for names in alike.values():
        one = row.outcomes[names[0]]
        said = "" if isinstance(one, Score) else _briefly(one)
        yield [Text(shown(", ".join(names))), _cell(one), Text(said)]


def _title(scores: Scores) -> str:
    prompts = list(dict.fromkeys(row.prompt for row in scores.rows))
    alone = prompts[0] if len(prompts) == 1 else None
    return scores.measure + (f" for “{shown(alone, LONGEST)}”" if alone else "")


def _cell(outcome: Measured) -> Text:
    match outcome:
        case Score(value=value):
            return Text(f"{value:.{DIGITS}g}")
        case Failure():
            return Text("failed", style="red")
        case NotApplicable():
            return Text("none there", style="yellow")


def _reasons(row: Row) -> list[str]:
    """Return why numbers are missing, each reason once; failures are told whole below."""
    found = [one for one in row.outcomes.values() if not isinstance(one, Score)]
    return list(dict.fromkeys(_briefly(one) for one in found))


def _briefly(missing: Failure | NotApplicable) -> str:
    """Return why a number is missing; of a failure all else, the cure too, stands below the table."""
    said = missing.reason
    return shown(said.partition(" (got ")[0] if isinstance(missing, Failure) else said, REASON)


def _footer(scores: Scores, seconds: float) -> Iterator[str]:
    for name, output in scores.outputs.items():
        yield f"{shown(name)}: {_mean(scores.summaries[name])}. {_meaning(output)}."
    yield from failures(row.outcomes for row in scores.rows)
    yield from _few(shown(note, NOTE) for note in scores.notes)
    yield from _few(
        f"{shown(row.image, LONGEST)}: {shown(note)}." for row in scores.rows for note in row.notes
    )
    yield from (f"Model: {_told(model)}." for model in scores.models)
    yield (
        f"{counted(len(scores.rows), 'image')} in {seconds:.2f} s by {scores.measure} "
        f"version {scores.version}, fingerprint {scores.fingerprint}."
    )


def _mean(summary: Summary) -> str:
    counts = {
        f"{summary.evaluated} of {summary.total} evaluated": True,
        f"{summary.failed} failed": summary.failed,
        f"{summary.not_applicable} without": summary.not_applicable,
    }
    said = ", ".join(text for text, tell in counts.items() if tell)
    if summary.mean is None:
        return f"no mean; {said}"
    if summary.interval is None:
        return f"mean {summary.mean:.{DIGITS}g}; {said}"
    low, high = (f"{end:.{DIGITS}g}" for end in summary.interval)
    over = f"over {counted(summary.groups, summary.over[:-1])}"
    return f"mean {summary.mean:.{DIGITS}g}, 95 % interval {low} to {high} {over}; {said}"


def _meaning(output: Output) -> str:
    better = {True: "higher is better", False: "lower is better", None: "neither end is better"}
    within = ", compares only within one prompt" * output.within_prompt
    return f"In {shown(output.unit)}, {better[output.higher_is_better]}{within}"


def _told(model: Model) -> str:
    # What has no checksum is known by its repository and its commit, which need not be said twice.
    revision = f"revision {model.revision}" if model.revision not in model.identity else ""
    licence = "licence not stated" if model.licence == NOT_STATED else model.licence
    parts = (model.name, revision, licence or "a file of your own", model.identity)
    return ", ".join(shown(part) for part in parts if part)


def _few(lines: Iterator[str]) -> Iterator[str]:
    """Give some lines, and say how many more there are."""
    every = list(lines)
    yield from every[:NOTES]
    if rest := len(every) - NOTES:
        yield from [f"… and {counted(rest, 'note')} more."] * (rest > 0)
