"""A table of scores joined with labels: what is used, what is left out and told, what is refused."""

import json
import math
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from selector.calibration.table import sample
from selector.errors import CalibrationError
from selector.labels import Columns, Flag, Label, Pair, Rating, Verdict

HEADING = "request,candidate,sharp,odd"
ROWS = ["p,a,1.5,7", "p,b,2.5,8", "q,a,3.5,9"]


def rated(*judgements):
    """Return ratings of (request, candidate, rater, step)."""
    return [Label(request, who, Rating(one, step)) for request, one, who, step in judgements]


LABELS = rated(("p", "a", "ann", 4.0), ("p", "a", "bob", 5.0), ("p", "b", "ann", 2.0))


@pytest.fixture
def table(tmp_path):
    """Write a table and return its path."""

    def written(*rows, heading=HEADING):
        path = tmp_path / "scores.csv"
        path.write_text("\n".join([heading, *(rows or ROWS)]) + "\n")
        return path

    return written


def test_scores_and_labels_come_together(table):
    """A candidate's scores, the mean of what people say, and who said what."""
    found = sample(table(), LABELS)
    assert found.requests == ("p", "p", "q")
    assert found.candidates == ("a", "b", "a")
    assert found.scores["sharp"].tolist() == [1.5, 2.5, 3.5]
    np.testing.assert_array_equal([4.5, 2, math.nan], found.worth)
    assert found.ratings == ({"ann": 4.0, "bob": 5.0}, {"ann": 2.0}, {})


def test_what_nobody_judged_and_what_is_unknown_is_told(table):
    """Neither is dropped in silence."""
    labels = [*LABELS, *rated(("z", "a", "ann", 1.0))]
    told = sample(table(), labels).left_out
    assert told == (
        "1 candidate judged by nobody: not asked about",
        "1 judged candidate not in the table: left out",
    )


def test_candidates_of_a_request_need_not_lie_together(table):
    """They do afterwards."""
    found = sample(table("p,a,1,1", "q,a,2,2", "p,b,3,3"), LABELS)
    assert found.requests == ("p", "p", "q")
    assert found.scores["sharp"].tolist() == [1, 3, 2]


def test_empty_cells_are_missing(table):
    """Empty, nan and n/a are nan; so is what is infinite, which is told."""
    found = sample(table("p,a,,1", "p,b,inf,2", "q,a,1,nan", "q,b,2,N/A", "q,c,3,3"), LABELS)
    np.testing.assert_array_equal([math.nan, math.nan, 1, 2, 3], found.scores["sharp"])
    np.testing.assert_array_equal([1, 2, math.nan, math.nan, 3], found.scores["odd"])
    assert any("sharp" in one and "1 infinite cell" in one for one in found.left_out)


def test_a_constant_column_is_told(table):
    """It can't tell two candidates apart; a policy may need it all the same."""
    found = sample(table("p,a,1,5", "p,b,2,5"), LABELS)
    assert found.scores["odd"].tolist() == [5, 5]
    assert any("odd" in one and "same everywhere" in one for one in found.left_out)


def test_text_is_no_score_and_needs_no_word_unless_it_was_asked_for(table):
    """A prompt beside the scores is left alone."""
    path = table("p,a,1,x", "p,b,2,y")
    assert list(sample(path, LABELS).scores) == ["sharp"]
    asked = sample(path, LABELS, outputs=["sharp", "odd"])
    assert any("odd" in one and "no numbers" in one for one in asked.left_out)
    with pytest.raises(CalibrationError, match="no column of scores"):
        sample(path, LABELS, outputs=["odd"])


def test_a_measure_with_a_few_cells_that_are_no_numbers_is_told(table):
    """It looks like a measure that went wrong: nobody has to ask where it is."""
    found = sample(table("p,a,1,7", "p,b,2,x", "q,a,3,"), LABELS)
    assert list(found.scores) == ["sharp"]
    (told,) = [one for one in found.left_out if "odd" in one]
    assert "1 cell of 2 no number" in told


@pytest.mark.parametrize("cell", ["1_000", "1_0.5"])
def test_digits_with_underscores_are_no_numbers(table, cell):
    """Python reads them as such; who wrote the table did not mean it."""
    found = sample(table("p,a,1,7", f"p,b,2,{cell}", "q,a,3,8"), LABELS)
    assert list(found.scores) == ["sharp"]


def test_decimals_are_numbers(tmp_path):
    """Databases write scores so."""
    path = tmp_path / "scores.parquet"
    cells = pa.array([Decimal("1.25"), None], pa.decimal128(5, 2))
    parquet.write_table(
        pa.table({"request": ["p", "p"], "candidate": ["a", "b"], "sharp": cells}), path
    )
    np.testing.assert_array_equal([1.25, math.nan], sample(path, LABELS).scores["sharp"])


def test_outputs_are_chosen_by_pattern(table):
    """By name or pattern, in the order of the table."""
    assert list(sample(table(), LABELS, outputs=["s*"]).scores) == ["sharp"]
    with pytest.raises(CalibrationError, match=r"no column of scores by this name .*nothing"):
        sample(table(), LABELS, outputs=["nothing*"])


def test_a_row_twice_counts_once(table):
    """Equal rows are counted once; of rows that differ the first counts. Both are told."""
    found = sample(table("p,a,1,1", "p,a,1,1", "p,a,2,2", "p,b,3,3", ",x,1,1", "p,c"), LABELS)
    assert found.scores["sharp"].tolist() == [1, 3]
    said = " ".join(found.left_out)
    assert "1 row once more as it stands before" in said
    assert "with other cells: the first counts" in said
    assert "1 row without a request or a candidate" in said
    assert "1 row with more or fewer cells" in said


def test_a_candidate_of_two_requests_is_two(table):
    """The same file name under another prompt is another candidate."""
    assert len(sample(table("p,a,1,1", "q,a,2,2"), LABELS)) == 2


def test_columns_of_other_names_are_named(table):
    """By their usual names in any spelling, else as the caller says."""
    path = table("p,a,1,1", "p,b,2,2", heading="Prompt ID,Candidate-Id,sharp,odd")
    assert len(sample(path, LABELS)) == 2
    path = table("p,a,1,1", "p,b,2,2", heading="who,what,sharp,odd")
    with pytest.raises(CalibrationError, match="no column for the request"):
        sample(path, LABELS)
    named = Columns(request="who", candidate="what", ratings=("odd",))
    assert list(sample(path, LABELS, columns=named).scores) == ["sharp"]
    with pytest.raises(CalibrationError, match="Check its name"):
        sample(path, LABELS, columns=Columns(request="nobody"))


def test_generators_and_segments_are_taken_along(table):
    """Where the table says what made a candidate."""
    path = table("p,a,1,x,s", "p,b,2,y,s", heading="request,candidate,sharp,generator,segment")
    found = sample(path, LABELS)
    assert found.generators == ("x", "y")
    assert found.segments == ("s", "s")


def test_formats_say_the_same(tmp_path, table):
    """JSON lines and Parquet give what CSV gives."""
    rows = [
        {"request": "p", "candidate": "a", "sharp": 1.5, "odd": True},
        {"request": "p", "candidate": "b", "sharp": None, "odd": False},
    ]
    lines = tmp_path / "scores.jsonl"
    lines.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    columns = tmp_path / "scores.parquet"
    parquet.write_table(pa.Table.from_pylist(rows), columns)
    wanted = sample(table("p,a,1.5,true", "p,b,,false"), LABELS)
    for path in (lines, columns):
        found = sample(path, LABELS)
        np.testing.assert_array_equal(wanted.of(["sharp", "odd"]), found.of(["sharp", "odd"]))


def test_labels_of_other_candidates_alone_are_refused(table):
    """It shows one of each, so that one sees why they are not the same."""
    with pytest.raises(CalibrationError, match="no label is of any of its candidates") as told:
        sample(table(), rated(("P-1", "a.png", "ann", 3.0)))
    assert "P-1" in str(told.value)


def test_labels_of_another_aspect_are_named(table):
    """No label of what was asked about: what there is, is said."""
    labels = [Label("p", "ann", Flag("a", present=True), aspect="hands")]
    with pytest.raises(CalibrationError, match=r"1 of .*hands"):
        sample(table(), labels)
    with pytest.raises(CalibrationError, match="no labels"):
        sample(table(), [])


def test_verdicts_are_1_and_0_and_gold_is_no_judgement(table):
    """Attention checks say nothing of a candidate."""
    good = Verdict("a", good=True)
    labels = [
        Label("p", "ann", good),
        Label("p", "bob", Verdict("a", good=False)),
        Label("p", "eve", good, gold=good),
    ]
    assert sample(table(), labels).worth[0] == 0.5


def test_a_fault_makes_a_candidate_worth_less(table):
    """Of flags more is worse: who has no fault is worth 1."""
    labels = [
        Label("p", who, Flag(one, present=one == "a"), aspect="hands")
        for who in ("ann", "bob")
        for one in ("a", "b")
    ]
    found = sample(table(), labels, aspect="hands")
    assert found.worth[:2].tolist() == [0, 1]
    assert found.ratings[0] == {"ann": 0.0, "bob": 0.0}


def test_comparisons_are_made_into_worths(table):
    """Who is preferred is worth more; no judgement stands alone, which is told."""
    labels = [Label("p", who, Pair("a", "b", "right")) for who in ("ann", "bob", "eve")]
    found = sample(table(), labels)
    assert found.worth[1] > found.worth[0]
    assert found.ratings == ({}, {}, {})
    assert any("label model" in one for one in found.left_out)


def test_hostile_names_are_harmless_in_messages(table):
    """A column that would turn the text around it is written out."""
    path = table("p,a,1,5", "p,b,2,5", heading="request,candidate,sharp,<b>\u202eevil")
    (told,) = [one for one in sample(path, LABELS).left_out if "evil" in one]
    assert "\u202e" not in told


def test_a_file_that_is_none_is_refused(tmp_path):
    """Missing, empty, or of an unknown kind: told with its name."""
    for name, text in (("gone.csv", None), ("empty.csv", ""), ("table.xlsx", "x")):
        path = tmp_path / name
        if text is not None:
            path.write_text(text)
        with pytest.raises(CalibrationError, match=name):
            sample(path, LABELS)
