"""`selector rollback`: an earlier policy put back in force."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from selector.cli.plan import JournalPath, PolicyName

if TYPE_CHECKING:
    from selector.journal import PolicyRow
    from selector.rollback import Rollback

COLUMN = 12
SHOWN = 12  # characters of a hash


def add_to(app: typer.Typer) -> None:
    """Add the command of this module to *app*, beside its own."""
    app.command(short_help="Put an earlier policy back in force.")(rollback)


def rollback(
    policy: PolicyName,
    *,
    to: Annotated[
        str | None, typer.Option(help="A version, or how a hash begins.", metavar="VERSION")
    ] = None,
    versions: Annotated[
        bool, typer.Option("--list", help="Print the versions that were used.")
    ] = False,
    journal: JournalPath = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print what would be done, and do nothing.")
    ] = False,
) -> None:
    """Put a policy back as it was used, with its calibrated file, where the product finds it.

    The journal has every text of a policy that ever decided a request. A name is written into
    ./policies. What lies there now is kept.

    Example: selector rollback starter --list
    """
    from selector import rollback as room
    from selector.cli import files
    from selector.cli.prose import printing
    from selector.errors import RequestError
    from selector.journal import default_path

    if versions == (to is not None):
        raise RequestError("rollback: say which version, --to VERSION, or ask for the --list.")
    known = journal is not None or default_path().exists()  # who names one is told if it is not
    with files.journal(journal, wanted=known) as book:
        rows = book.policies(room.name_of(policy)) if book else []
        if to is None:
            with printing():
                typer.echo("\n".join(_listed(rows, policy)))
            return
        back = room.prepared(rows, policy, to)
        if back.changes and not dry_run:
            room.carry_out(back)
        with printing():
            typer.echo("\n".join(_done(back, dry_run=dry_run)))
        if back.changes and not dry_run and book:
            book.record(room.event(back))


def _listed(rows: Sequence[PolicyRow], policy: str) -> Iterator[str]:
    from selector.cli.prose import shown
    from selector.rollback import is_in_force, name_of

    if not rows:
        yield shown(f"The journal has no request that {name_of(policy)} decided.")
    for row in rows:
        calibrated = ", calibrated" if row.calibrated is not None else ""
        current = ", in force" if is_in_force(row, policy) else ""
        yield (
            f"version {row.version}  {row.hash[:SHOWN]}  first used {row.first_used}"
            f"{calibrated}{current}"
        )


def _done(back: Rollback, *, dry_run: bool) -> Iterator[str]:
    from selector.cli.prose import entry, shown

    row = back.row
    what = f"{shown(back.name)} version {row.version} ({row.hash[:SHOWN]})"
    if not back.changes:
        yield f"{what} is in force already: nothing is to be done."
        return
    was = "could not be read" if back.now is None else f"was version {back.now[0]}"
    verb = "would be put back" if dry_run else "is put back"
    yield f"{what} {verb}; what was in force {was}"
    for file in back.files:
        if not file.changes:
            continue
        yield entry("taken away" if file.text is None else "written", str(file.path), column=COLUMN)
        if file.aside:
            yield entry("kept", f"{file.aside}: what lay there", column=COLUMN)
    for other in back.others:
        means = "the same" if other.policy_hash == row.policy_hash else "something else"
        said = (
            f"{other.hash[:SHOWN]} has this version too, first used {other.first_used}, and means"
        )
        yield entry("note", f"{said} {means}.", column=COLUMN)
    yield "Programs that run keep their policy until they are started again."
