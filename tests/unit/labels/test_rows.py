"""Attention checks in tables of every form: what should have been said stands beside what was."""

import pytest

from selector.errors import CalibrationError
from selector.labels import Columns, Flag, Rating, Verdict, read

FORMS = {
    "raters as columns": ("ann,bob", "4,2", Columns(ratings=("ann", "bob"))),
    "split cells": ("rating", "4|2", Columns(value="rating", split="|")),
    "split columns": ("ann", "4|2", Columns(ratings=("ann",), split="|")),
}


def table(folder, heading, *rows):
    path = folder / "labels.csv"
    path.write_text("\n".join([heading, *rows]) + "\n")
    return path


@pytest.mark.parametrize("form", FORMS)
def test_gold_answers_count_in_every_form(tmp_path, form):
    """Whoever judges the candidate is held against it; a row without one is no check."""
    heading, cells, columns = FORMS[form]
    path = table(tmp_path, f"request,candidate,{heading},gold", f"p,a,{cells},5", f"q,b,{cells},")
    found = read(path, columns).labels
    assert [one.gold for one in found if one.request == "p"] == [Rating("a", 5.0)] * 2
    assert [one.gold for one in found if one.request == "q"] == [None] * 2


def test_gold_answers_of_single_faults_count(tmp_path):
    """One fault a row says of which fault the answer is."""
    path = table(tmp_path, "request,candidate,rater,fault,value,gold", "p,a,ann,hands,1,0")
    (one,) = read(path).labels
    assert (one.said, one.gold) == (Flag("a", present=True), Flag("a", present=False))


@pytest.mark.parametrize(
    ("heading", "row", "columns", "got"),
    [
        ("request,candidate,rater,value,gold", "p,a,ann,5,good", Columns(), "good"),
        ("request,candidate,rater,value,gold", "p,a,ann,good,5", Columns(), "5"),
        (
            "request,candidate,rater,all,gold",
            "p,a,ann,5|4,bad",
            Columns(value="all", split="|"),
            "bad",
        ),
    ],
)
def test_a_gold_answer_of_another_kind_is_refused_with_its_line(
    tmp_path, heading, row, columns, got
):
    """A step never equals a verdict: whoever answers would be wrong, or never be asked."""
    fine = row.rpartition(",")[0] + ","
    with pytest.raises(CalibrationError) as caught:
        read(table(tmp_path, heading, fine.replace("p,", "o,", 1), row), columns)
    assert str(caught.value) == (
        f"{tmp_path}/labels.csv:3: a gold answer of another kind than the answer (got '{got}')."
    )


def test_a_gold_answer_beside_several_faults_is_refused(tmp_path):
    """Of which of them it is, nobody can tell."""
    columns = Columns(flags=("hands", "text"))
    path = table(tmp_path, "request,candidate,rater,hands,text,gold", "p,a,ann,1,0,1")
    with pytest.raises(CalibrationError, match=r"labels\.csv:2: a gold answer beside several"):
        read(path, columns)
    path = table(tmp_path, "request,candidate,rater,hands,text,gold", "p,a,ann,1,0,")
    assert [one.gold for one in read(path, columns).labels] == [None, None]


def test_verdicts_are_held_against_verdicts(tmp_path):
    """Words of one meaning are of one kind."""
    path = table(tmp_path, "request,candidate,rater,value,gold", "p,a,ann,accept,no")
    (one,) = read(path).labels
    assert (one.said, one.gold) == (Verdict("a", good=True), Verdict("a", good=False))
