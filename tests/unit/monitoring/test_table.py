"""What a request's summary, or a person's verdict, says of each stream."""

import json
import math

import numpy as np
import pytest

from drifting import cell, rows
from selector.journal import Label, LabelRow
from selector.monitoring.kinds import Key
from selector.monitoring.table import of_labels, of_summaries

(ROW,) = rows(1, 1)


def column(key, *given, **rest):
    table = of_summaries([ROW._replace(outputs=json.dumps(one), **rest) for one in given])
    return table.columns[Key(*key)]


def test_an_output_that_was_measured_of_some_tells_nothing_but_in_an_audit():
    """Its mean counts where as many candidates were measured as of any; audited ones always."""
    lazy = {"a.x": cell(1.0), "b.y": cell(9.0, count=2)}
    whole = {"a.x": cell(1.0), "b.y": cell(2.0, count=7, failures=1)}
    found = column(("mean", "b.y"), lazy, whole, audit=False)
    assert math.isnan(found.values[0])
    assert found.values[1] == 2.0
    assert found.skipped.tolist() == [True, False]
    assert column(("mean", "b.y"), lazy, audit=True).values.tolist() == [9.0]
    assert column(("audited", "b.y"), lazy, audit=True).values.tolist() == [9.0]
    assert np.isnan(column(("audited", "b.y"), lazy, audit=False).values).all()


def test_failures_are_the_worst_share_of_an_instance():
    """Of its outputs the one that failed most; where it was not asked there is no rate."""
    both = {"a.x": cell(1.0), "a.y": cell(1.0, count=6, failures=2), "b.z": cell(None, count=0)}
    assert column(("failures", "a"), both).values.tolist() == [0.25]
    assert np.isnan(column(("failures", "b"), both).values).all()


def test_old_rows_have_no_deviation():
    """Summaries from before images' variance was kept are read like others."""
    old = {"a.x": {"count": 8, "mean": 1.5, "failures": 0}}
    found = column(("mean", "a.x"), old, {"a.x": cell(2.5, sd=0.5)})
    assert found.values.tolist() == [1.5, 2.5]
    assert math.isnan(found.within[0])
    assert found.within[1] == 0.25


@pytest.mark.parametrize(
    ("said", "verdict", "overturned"),
    [
        (0.0, "accept", 1.0),
        (1.0, "accept", 0.0),
        (1.0, "reject", 1.0),
        (0.0, "reject", 0.0),
        (0.0, "review", 1.0),
        (1.0, "review", 0.0),
    ],
)
def test_a_verdict_is_overturned(said, verdict, overturned):
    """Accepted or left to a person and bad; rejected and good."""
    label = Label("r", "c", "rater", "verdict", said)
    table = of_labels([LabelRow(1, label, None, verdict, "portrait@3", None, None)])
    assert table.columns[Key("overturn", "")].values.tolist() == [overturned]


def test_a_candidate_without_a_verdict_is_not_overturned():
    """Where the engine said nothing there is nothing to overturn."""
    label = Label("r", "c", "rater", "verdict", 1.0)
    table = of_labels([LabelRow(1, label, None, None, "portrait@3", None, None)])
    assert np.isnan(table.columns[Key("overturn", "")].values).all()
