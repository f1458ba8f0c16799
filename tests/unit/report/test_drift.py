"""The drift report: what moved in words first, then each stream; every foreign text made harmless."""

import json
import re
from functools import cache

import pytest

import drifting
from drifting import cell, falling, rows
from reports import HOSTILE, Read
from selector.monitoring import outlooks
from selector.report.drift import drift, write_drift
from selector.report.moves import sentence


@cache
def page(kind):
    """Return the page of a policy that moved, is quiet, learns, or has no requests yet."""
    given = {
        "moved": lambda: rows(30, 60, drift=lambda day, g: falling(day, g, begin=24)),
        "quiet": lambda: rows(16, 60),
        "learning": lambda: rows(3),
        "empty": list,
    }[kind]()
    made = drifting.state(given)
    return drift(outlooks(made, [one.alarm for one in made.due]))


def said(kind):
    return re.sub(r"\s+", " ", " ".join(Read(page(kind)).said))


def test_the_head_says_what_moved_since_when_and_what_to_do():
    """In words, before any plot."""
    head = said("moved").partition("Policy portrait")[0]
    assert "have moved" in head or "has moved" in head
    assert re.search(
        r"The mean of scorers\.taste\.score, generator model 1, fell by \d\.\d\d sd since "
        r"25 January 2026, from \S+ to \S+, against the frozen reference",
        head,
    )
    assert "What to do: What was promised by calibration no longer holds" in head
    assert "selector monitor freeze" in head


@pytest.mark.parametrize(
    ("kind", "headline"),
    [
        ("quiet", "Quiet: nothing has moved"),
        ("learning", "Still learning: there is nothing to compare with yet"),
        ("empty", "The journal holds no requests yet."),
    ],
)
def test_where_nothing_moved_it_says_so(kind, headline):
    """Calm, and too little data, are told apart."""
    assert headline in said(kind)
    assert "What moved" not in said(kind)


def test_every_plot_has_its_numbers_in_a_table():
    """Who can't see a drawing reads the same days, and as many."""
    content = page("moved")
    plots = content.count('<figure class="plot">')
    assert plots == content.count("<summary>Days as a table</summary>") > 5
    assert '<th scope="row">2026-01-30</th>' in content


def test_both_references_and_effect_sizes_are_shown():
    """KS, Wasserstein and PSI stand beside the alarm, and are said never to alarm."""
    for words in ("Wasserstein / sd", "KS", "PSI", "Frozen", "Rolling", "never alarm"):
        assert words in said("moved")


def test_generators_and_segments_stand_side_by_side():
    """With the one that moved marked in words, not by colour alone."""
    text = said("moved")
    assert "Generators: how far from the reference" in text
    assert "Segments: how far from the reference" in text
    assert re.search(r'<td class="moved">−\d\.\d\d sd <strong>moved</strong>', page("moved"))


def test_what_counts_from_audits_only_is_said():
    """A stream of which laziness leaves a biased sample is named, with the reason."""

    def lazy(_, at):
        count = 8 if at % 4 == 0 else 2
        return json.dumps({"a.x": cell(0.1 * (at % 7)), "dear.y": cell(1.0, count=count)})

    made = drifting.state(rows(9, outputs=lazy))
    text = " ".join(Read(drift(outlooks(made))).said)
    assert "Not measured of every candidate" in text
    assert "dear.y" in text


def test_hostile_names_stay_text():
    """Policies, generators, segments and outputs may hold anything: no tag comes through."""
    evil = [
        row._replace(
            policy=HOSTILE,
            generator=HOSTILE,
            segment=HOSTILE + "2",
            outputs=json.dumps({f"{HOSTILE}.score": cell(index % 5 - 30 * (index > 500))}),
        )
        for index, row in enumerate(rows(16))
    ]
    made = drifting.state(evil)
    content = drift(outlooks(made, [one.alarm for one in made.due]))
    assert "have moved" in content or "has moved" in content
    for tag in ("<script", "<img", "onerror='", "\u202e", "\x1b"):
        assert tag not in content
    assert content.count("<style") == 1


def test_a_page_is_written_over_an_earlier_one_alone(tmp_path):
    """It carries the mark of our reports, so that it may be renewed."""
    path = tmp_path / "drift.html"
    write_drift((), path)
    write_drift((), path)
    assert "Drift report" in path.read_text()


def test_a_rate_is_told_in_percent():
    """Points are not mistaken for standard deviations."""
    given = rows(24, 60, needs_person=lambda day, at: at % (5 if day < 16 else 2) == 0)
    due = [one.alarm for one in drifting.state(given).due]
    alarm = next(one for one in due if (one.kind, one.level) == ("escalation", "policy"))
    assert re.fullmatch(
        r"The share of requests that need a person rose by \d\d\.\d points since 17 January 2026, "
        r"from 2\d\.\d % to 5\d\.\d %, against (the frozen reference|the last four weeks)",
        sentence(alarm),
    )
