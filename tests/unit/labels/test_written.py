"""Labels in their own form are read back equal, from a file and from a journal."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from judgements import LABELS
from selector.errors import CalibrationError
from selector.journal import Label as Entry
from selector.labels import Label, Pair, Ranking, Verdict, read, write
from selector.labels.journaled import from_row, to_row
from selector.labels.plain import from_plain, label_from_plain, label_to_plain


@given(LABELS)
def test_plain_data_and_back(label):
    """Through JSON, whatever was said."""
    assert label_from_plain(json.loads(json.dumps(label_to_plain(label)))) == label


@given(LABELS)
def test_a_journal_and_back(label):
    """Through a journal's own label, whose body is JSON."""
    row = to_row(label)
    entry = Entry(**row._asdict())
    body = json.loads(json.dumps(entry.body))
    assert from_row(Entry(**{**row._asdict(), "body": body})) == label


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists, max_leaves=3))
def test_what_is_no_judgement_is_refused(data):
    """Whatever a file holds in its place: a ValueError, nothing else."""
    for broken in (data, {"kind": data}, {"kind": "pair", "left": data, "right": "b"}):
        with pytest.raises(ValueError, match=r"."):
            from_plain(broken)
    with pytest.raises(ValueError, match=r"."):
        label_from_plain({"request": "p", "rater": "r", "aspect": "a", "said": data})


def test_a_comparison_in_a_journal_is_never_a_verdict():
    """Whoever counts verdicts of a journal counts no pair, though a pair is of one too."""
    pair = to_row(Label("p", "r", Pair("a", "b", "both_bad")))
    assert (pair.aspect, pair.value, pair.candidate_id) == ("pair:verdict", 0.5, "a")
    ranking = to_row(Label("p", "r", Ranking(("b", "a"))))
    assert (ranking.aspect, ranking.candidate_id) == ("ranking:verdict", "b")


def test_a_verdict_in_a_journal_is_as_the_command_writes_it():
    """`selector journal label` writes no body: both are the same label."""
    entry = Entry("p", "a", "r", "verdict", 1.0, created="")
    label = Label("p", "r", Verdict("a", good=True))
    assert from_row(entry) == label
    assert to_row(label)._asdict() == {
        "request_id": "p", "candidate_id": "a", "rater": "r", "aspect": "verdict", "value": 1.0,
        "body": None, "created": "",
    }  # fmt: skip


def test_a_file_and_back(tmp_path):
    """Line by line, in order; half a file is never there."""
    labels = tuple(Label(f"p{at}", "ü\n\x1b=1", Verdict("a", good=bool(at % 2))) for at in range(5))
    write(labels, tmp_path / "labels.jsonl")
    assert read(tmp_path / "labels.jsonl").labels == labels
    assert [one.name for one in tmp_path.iterdir()] == ["labels.jsonl"]
    with pytest.raises(CalibrationError, match="can't be written there"):
        write(labels, tmp_path / "absent" / "labels.jsonl")


def test_a_damaged_line_of_our_own_is_told(tmp_path):
    """With its number, as that of any other table."""
    path = tmp_path / "labels.jsonl"
    write([Label("p", "r", Verdict("a", good=True))], path)
    path.write_text(path.read_text() + path.read_text().replace("true", "7"))
    with pytest.raises(CalibrationError, match=r"labels\.jsonl:2: a good of another type"):
        read(path)
