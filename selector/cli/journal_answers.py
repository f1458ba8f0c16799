"""What SQL gives, as a table, JSON or CSV; and what can be asked."""

from __future__ import annotations

import csv
import json
import sys
from typing import Literal

import typer
from rich.table import Table
from rich.text import Text

from selector.cli.prose import entry, shown
from selector.cli.table import Terminal
from selector.errors import RequestError
from selector.journal.asking import SENTENCES, Answer, Cell, columns

LONGEST = 60  # characters of a cell in a table; JSON and CSV have all
COLUMN = 12


def show(found: Answer, form: Literal["table", "json", "csv"]) -> None:
    """Print an answer."""
    if form == "json":
        twice = [name for name in found.columns if found.columns.count(name) > 1]
        if twice:
            raise RequestError(
                f"query: JSON needs a name for each column (got {twice[0]!r} twice). Name it with AS."
            )
        rows = [dict(zip(found.columns, row, strict=True)) for row in found.rows]
        typer.echo(json.dumps(rows, indent=2, ensure_ascii=False))
    elif form == "csv":
        csv.writer(sys.stdout, lineterminator="\n").writerows([found.columns, *found.rows])
    else:
        _table(found)


def tables(*, as_json: bool) -> str:
    """Return what can be asked: tables, what each is for, and their columns."""
    listed = columns()
    if as_json:
        made = {name: {"about": SENTENCES[name], "columns": listed[name]} for name in listed}
        return json.dumps(made, indent=2)
    return "\n".join(
        entry(name, f"{SENTENCES[name]}\n{', '.join(listed[name])}", column=COLUMN)
        for name in listed
    )


def _table(found: Answer) -> None:
    table = Table(show_lines=False)
    for name in found.columns:
        table.add_column(Text(shown(name)), overflow="fold")
    for row in found.rows:
        table.add_row(*(Text(_cell(one)) for one in row))
    Terminal(highlight=False).print(table)


def _cell(of: Cell) -> str:
    return "" if of is None else shown(str(of), LONGEST)
