"""Request summaries of a made-up product, in which something may drift; and journals of them."""

import datetime as dt
import json
import sqlite3
from contextlib import closing

import numpy as np
import psycopg

from selector.journal import Event, Journal, SummaryRow
from selector.monitoring import State

START = dt.date(2026, 1, 1)
FUTURE = "9999-12-31"


def rows(days, per_day=40, *, seed=0, first=0, drift=None, **rest):
    """Return summaries of so many days: two outputs, three generators, two segments.

    *drift* changes the first output's means: it gets the day and the generators' numbers. *rest*
    replaces columns: each gets the day and the row's place in it.
    """
    rng = np.random.default_rng(seed)
    found = []
    for day in range(days):
        means = rng.normal(5, 1, (per_day, 2))
        generators = rng.integers(0, 3, per_day)
        if drift is not None:
            means[:, 0] += drift(first + day, generators)
        needs = rng.random(per_day) < 0.2
        for at in range(per_day):
            outputs = {
                f"scorers.{name}.score": cell(mean)
                for name, mean in zip(("taste", "match"), means[at].tolist(), strict=True)
            }
            row = SummaryRow(
                number=(first + day) * per_day + at + 1,
                created=f"{date(first + day)}T12:00:00.000+00:00",
                policy="portrait",
                version=1 + (first + day) // 5,
                generator=f"model {generators[at]}",
                segment=f"shop {at % 2}",
                outputs=json.dumps(outputs),
                failures=0,
                margin=float(abs(means[at, 0] - 4)),
                accepted=1,
                review=0,
                rejected=7,
                needs_person=bool(needs[at]),
                audit=at % 10 == 0,
                disagreed=False if at % 10 == 0 else None,
            )
            found.append(row._replace(**{name: one(day, at) for name, one in rest.items()}))
    return found


def cell(mean, count=8, failures=0, sd=0.5):
    """Return what a summary says of one output."""
    return {"count": count, "mean": mean, "sd": sd, "failures": failures, "absent": 0}


def date(day):
    """Return the day of that number, as ISO 8601."""
    return (START + dt.timedelta(day)).isoformat()


def falling(day, generators, *, begin=12, by=2.5):
    """From a day on, model 1 has lower scores."""
    return np.where((generators == 1) & (day >= begin), -by, 0.0)


def state(given, size=10_000):
    """Return where monitoring stands after *given*, read in pieces of so many rows."""
    made = State()
    for start in range(0, len(given), size):
        made.feed(given[start : start + size], FUTURE)
    return made


def journal(where, given):
    """Make a journal that holds these summaries alone, or add them to it; return where it is."""
    with Journal(where) as book:
        book.record(Event(kind="made", subject="test", writer="test", value=0.0))
    names = ["request", *SummaryRow._fields[1:]]
    text = f"INSERT INTO {{}}summaries ({','.join(names)}) VALUES ({{}})"  # noqa: S608
    if str(where).startswith("postgresql"):
        with psycopg.connect(str(where)) as database, database.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")  # there are no requests
            cursor.executemany(
                text.format("selector_journal.", ",".join(["%s"] * len(names))), given
            )
        return where
    with closing(sqlite3.connect(where)) as database, database:
        database.executemany(text.format("", ",".join("?" * len(names))), given)
    return where
