"""`selector calibrate`: from what people said to the calibrated file of a policy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated

import typer

from selector.cli import labels_columns
from selector.cli.plan import JournalPath, PolicyName

if TYPE_CHECKING:
    from selector.calibration.calibrate import Asked
    from selector.cli.calibrated import Found
    from selector.journal import Journal
    from selector.policy.calibration import Calibration
    from selector.policy.plan import Plan
    from selector.policy.policy import Policy

VERDICT = "verdict"
GOOD_FROM = 4.0  # of five steps
LACKING = 1  # labels don't support all that the policy asks for; 2 is the caller's mistake

LabelFiles = Annotated[
    list[str] | None,
    typer.Option(help="What people said; again for more. The journal's own if none.",
                 metavar="FILE"),
]  # fmt: skip


@dataclass(frozen=True)
class Files:
    """What people said: files, and what their columns are called."""

    labels: tuple[str, ...]
    columns: tuple[str, ...]


def add_to(app: typer.Typer) -> None:
    """Add the command to the others."""
    app.command(short_help="Turn labels into the numbers that a policy leaves to them.")(calibrate)


def calibrate(  # noqa: PLR0913 - one option each
    policy: PolicyName,
    *,
    labels: LabelFiles = None,
    column: labels_columns.Given = None,
    journal: JournalPath = None,
    aspect: Annotated[
        str, typer.Option(help="Of what labels say whether a candidate is good.")
    ] = VERDICT,
    good_from: Annotated[
        float, typer.Option(help="From which step on a rating says good.", metavar="STEP")
    ] = GOOD_FROM,
    fault: Annotated[
        list[str] | None,
        typer.Option(
            help="Which output tells of a fault that people flagged; again for more.",
            metavar="FAULT=OUTPUT",
        ),
    ] = None,
    by_segment: Annotated[
        bool,
        typer.Option("--by-segment", help="Lines of its own for a segment with enough labels."),
    ] = False,
    wanted: Annotated[
        str | None,
        typer.Option(help="Write what should be judged next into this table.", metavar="FILE.csv"),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print what would be written, and write nothing.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> None:
    """Find what labels support of a policy, and write it to policies/calibrated/NAME.yaml.

    It fills in whatever the policy says is `calibrated`: scales, weights, the probability of being
    good, and accept lines that keep the policy's `target` with the confidence that it names.
    Labels are of requests of the journal of which all was measured. It ends with 1 where labels
    support less than the policy asks for.

    Example: selector calibrate my.yaml --labels labels.csv --dry-run
    """
    from selector.calibration import wanted as next_table
    from selector.calibration.calibrate import Asked
    from selector.cli import calibrated as told
    from selector.cli.replay import address
    from selector.journal import Journal
    from selector.policy.policy import Policy

    meant, files = Policy.load(policy), Files(tuple(labels or ()), tuple(column or ()))
    if wanted is not None:
        next_table.check(wanted)
    with Journal(address(journal)) as book:
        asked = Asked(
            date=_today(),
            aspect=aspect,
            good_from=good_from,
            by_segment=by_segment,
            faults=_pairs(fault or ()),
        )
        asked = replace(asked, command=_command(policy, files, book.name, asked))
        found = _found(meant, asked, files, book, write=not dry_run)
        if wanted is not None:
            told.put_wanted(found.made, wanted)
        if not dry_run and found.made.calibration:
            _freeze(book, meant.name)
    told.show(found, as_json=as_json)
    if not found.made.whole:
        raise typer.Exit(LACKING)


def _found(policy: Policy, asked: Asked, files: Files, book: Journal, *, write: bool) -> Found:
    """Return what came of it, written if it is to be."""
    from selector.calibration import written
    from selector.calibration.calibrate import calibrate
    from selector.calibration.effect import effect
    from selector.cli.calibrated import Found
    from selector.cli.labels_columns import columns
    from selector.cli.said import said
    from selector.errors import CalibrationError
    from selector.planning import plan_of

    if write:
        written.target_of(policy.name)  # tell before anything is done that takes long
    labels, notes = said(files.labels, columns(files.columns), book)
    if notes and not labels:
        raise CalibrationError(
            f"labels: none is left that counts ({' '.join(notes)}). Let people judge again."
        )
    made = calibrate(book, labels, policy=policy, asked=asked)
    old = written.before(policy.name)
    new = written.dated(made.calibration, old)
    known = made.gathered.known
    before = effect(_usable(policy, old), known)
    path = str(written.write(new)) if new and write else None
    return Found(made, new, old, path, notes, before, effect(plan_of(policy, new), known))


def _usable(policy: Policy, old: Calibration | None) -> Plan:
    """Return the plan by the file that was there; one that does not fit any more counts for none."""
    from selector.errors import CalibrationError
    from selector.planning import plan_of

    try:
        return plan_of(policy, old)
    except CalibrationError:
        return plan_of(policy, None)


def _freeze(book: Journal, name: str) -> None:
    """Make the last weeks what monitoring holds the next against, if anybody monitors."""
    from selector import monitoring
    from selector.cli.prose import shown

    if monitoring.load(book).watches and any(monitoring.freeze(book, name).values()):
        typer.echo(shown(f"Monitoring: its reference for {name} is frozen as of now."), err=True)


def _pairs(given: Sequence[str]) -> dict[str, str]:
    from selector.errors import RequestError

    found = {}
    for one in given:
        fault, equals, output = one.partition("=")
        if not (fault and equals and output):
            raise RequestError(f"--fault: expected FAULT=OUTPUT (got {one!r}). Give both.")
        found[fault] = output
    return found


def _today() -> str:
    from datetime import UTC, datetime

    return datetime.now(UTC).date().isoformat()


def _command(policy: str, files: Files, journal: str, asked: Asked) -> str:
    """Return the command as anybody can run it again; an address stands without its password."""
    import shlex

    words = ["selector", "calibrate", policy]
    words += [word for one in files.labels for word in ("--labels", one)]
    words += [word for one in files.columns for word in ("--column", one)]
    words += ["--journal", journal]
    words += ["--aspect", asked.aspect] if asked.aspect != VERDICT else []
    words += ["--good-from", f"{asked.good_from:g}"] if asked.good_from != GOOD_FROM else []
    words += [word for one in asked.faults.items() for word in ("--fault", "=".join(one))]
    words += ["--by-segment"] if asked.by_segment else []
    return shlex.join(words)
