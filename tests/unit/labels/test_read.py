"""Labels out of files: every form that tables have, and every way in which they are wrong."""

import json

import pytest
from pyarrow import Table, parquet

from selector.errors import CalibrationError
from selector.labels import (
    Columns,
    Flag,
    Label,
    Pair,
    Ranking,
    Rating,
    Verdict,
    read,
    read_all,
)


def table(folder, text, name="labels.csv"):
    path = folder / name
    path.write_bytes(text.encode())
    return path


def said(path, columns=None):
    return [one.said for one in read(path, columns or Columns()).labels]


def refused(path, columns=None):
    with pytest.raises(CalibrationError) as caught:
        read(path, columns or Columns())
    return str(caught.value)


LONG = "request,candidate,rater,rating,aspect,created,seconds\np1,a.png,ann,4,fidelity,2026-01-05T09:00:00+01:00,3.5\n"
FOUND = Label(
    "p1", "ann", Rating("a.png", 4.0), "fidelity", "2026-01-05T08:00:00+00:00", 3.5
)  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        LONG,
        LONG.replace(",", ";"),
        LONG.replace(",", "\t"),
        LONG.replace("\n", "\r\n"),
        "\ufeff" + LONG,
        LONG.replace("request", "Prompt ID").replace("rater,", "Annotator,"),
        LONG + "\n\n",
    ],
    ids=["commas", "semicolons", "tabs", "CRLF", "BOM", "other names", "empty lines"],
)
def test_one_judgement_a_row(tmp_path, text):
    """However the table is written, it says the same."""
    assert read(table(tmp_path, text)).labels == (FOUND,)


def test_the_same_rows_as_json_lines_json_and_parquet(tmp_path):
    """Formats make no difference; a list of flat rows is Label Studio's JSON-MIN."""
    row = dict(
        zip(LONG.split("\n", maxsplit=1)[0].split(","), LONG.split("\n")[1].split(","), strict=True)
    )
    (tmp_path / "a.jsonl").write_text(json.dumps(row | {"rating": 4, "seconds": 3.5}) + "\n\n")
    (tmp_path / "a.json").write_text(json.dumps([row | {"rating": 4}]))
    parquet.write_table(Table.from_pylist([row | {"rating": 4}]), tmp_path / "a.parquet")
    for name in ("a.jsonl", "a.json", "a.parquet"):
        assert read(tmp_path / name).labels == (FOUND,), name


@pytest.mark.parametrize(
    ("word", "good"),
    [("accept", True), ("Rejected", False), ("YES", True), ("not good", False), ("👍", True)],
)
def test_words_for_good_and_bad_are_verdicts(tmp_path, word, good):
    """Without an aspect they are of "verdict"."""
    path = table(tmp_path, f"request,candidate,rater,value\np,a,r,{word}\n")
    assert read(path).labels == (Label("p", "r", Verdict("a", good)),)


def test_one_and_zero_are_verdicts_where_the_column_says_so(tmp_path):
    """In a column of ratings, 0 is outside the scale, and told."""
    assert said(table(tmp_path, "request,candidate,rater,accepted\np,a,r,1\np,b,r,0\n"),
                Columns(value="accepted")) == [Verdict("a", True), Verdict("b", False)]  # fmt: skip
    assert "labels.csv:3: expected a step from 1 to 5 (got '0')." in refused(
        table(tmp_path, "request,candidate,rater,rating\np,a,r,1\np,b,r,0\n")
    )


@pytest.mark.parametrize(
    ("word", "prefers"),
    [
        ("left", "left"), ("rightvote", "right"), ("tievote", "tie"), ("bothbad_vote", "both_bad"),
        ("[[A>B]]", "left"), ("B", "right"), ("[[A=B=Bad]]", "both_bad"), ("model_b", "right"),
        ("2", "right"), ("both bad", "both_bad"), ("y.png", "right"), ("Tie", "tie"),
    ],
)  # fmt: skip
def test_words_for_better(tmp_path, word, prefers):
    """Left and right, A and B, 1 and 2, or the id of one of the two."""
    path = table(tmp_path, f"request,left,right,rater,winner\np,x.png,y.png,r,{word}\n")
    assert said(path) == [Pair("x.png", "y.png", prefers)]


def test_sides_are_known_where_something_says_them(tmp_path):
    """Columns left and right do, a and b do not; a column of sides turns the pair."""
    assert said(table(tmp_path, "request,a,b,rater,winner\np,x,y,r,a\n")) == [
        Pair("x", "y", "left", shown=False)
    ]
    assert said(
        table(tmp_path, "request,a,b,rater,winner,shown_left\np,x,y,r,a,y\np,x,y,s,tie,a\n")
    ) == [Pair("y", "x", "right"), Pair("x", "y", "tie")]


def test_pairs_without_ids_are_left_and_right(tmp_path):
    """As arenas export them: the request stands for both images, and nobody says who voted."""
    found = read(table(tmp_path, "idx,prompt,human_vote\n0,a dog,leftvote\n1,a cat,tievote\n"))
    assert found.labels == (
        Label("0", "#1", Pair("left", "right", "left"), "quality"),
        Label("1", "#1", Pair("left", "right", "tie"), "quality"),
    )
    assert "not known people" in found.notes[0]


def test_rankings(tmp_path):
    """Best first, as text or as a list."""
    path = table(tmp_path, "request,rater,ranking\np,r,b > a>c\n")
    assert said(path) == [Ranking(("b", "a", "c"))]
    path = tmp_path / "r.jsonl"
    path.write_text('{"request": "p", "rater": "r", "ranking": ["b", "a"]}\n')
    assert said(path) == [Ranking(("b", "a"))]


def test_flags(tmp_path):
    """One fault a row, or one fault a column."""
    path = table(tmp_path, "request,candidate,rater,fault,value\np,a,r,hands,1\np,a,r,text,no\n")
    assert read(path).labels == (
        Label("p", "r", Flag("a", True), "hands"),
        Label("p", "r", Flag("a", False), "text"),
    )
    path = table(tmp_path, "request,candidate,rater,hands,text\np,a,r,1,\n")
    assert read(path, Columns(flags=("hands", "text"))).labels == (
        Label("p", "r", Flag("a", True), "hands"),
    )


def test_raters_as_columns_and_as_places_in_a_cell(tmp_path):
    """Each column is a rater; places in a cell are numbered, and said to be no known people."""
    path = table(tmp_path, "prompt_id,candidate_id,one,two,all\np,a,4,,3||5\n")
    wide = read(path, Columns(ratings=("one", "two")))
    assert wide.labels == (Label("p", "one", Rating("a", 4.0), "quality"),)
    assert wide.notes == ()
    split = read(path, Columns(value="all", split="|"))
    assert [(one.rater, one.said.value) for one in split.labels] == [("all#1", 3.0), ("all#3", 5.0)]
    assert "not known people" in split.notes[0]


def test_gold_answers(tmp_path):
    """What should have been said is read as what was said is."""
    path = table(tmp_path, "request,candidate,rater,rating,gold\np,a,r,4,5\np,b,r,4,\n")
    first, second = read(path).labels
    assert {one.gold for one in (first, second)} == {Rating("a", 5.0), None}


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("p,a,r,7", "expected a step from 1 to 5 (got '7')"),
        ("p,a,r,nan", "expected a step from 1 to 5 (got 'nan')"),
        ("p,a,r,inf", "expected a step from 1 to 5 (got 'inf')"),
        ("p,a,r,1_0", "expected a step from 1 to 5 (got '1_0')"),
        ("p,a,r,", "no judgement (got '')"),
        ("p,,r,4", "no candidate (got '')"),
        (",a,r,4", "no request (got '')"),
        ("p,a", "expected 4 cells (got 2)"),
        ("p,a,r,4,5", "expected 4 cells (got 5)"),
        ("p,a,r,perhaps", "expected a step from 1 to 5 (got 'perhaps')"),
    ],
)
def test_what_is_not_understood_is_told_with_its_line(tmp_path, row, problem):
    """Nothing is accepted by accident, and nothing passed over."""
    text = f"request,candidate,rater,rating\np,a,r,3\n{row}\n"
    assert refused(table(tmp_path, text)) == f"{tmp_path}/labels.csv:3: {problem}."


def test_all_problems_are_told_at_once_and_twenty_of_them(tmp_path):
    """A hundred wrong rows are one error."""
    text = "request,candidate,rater,rating\n" + "p,a,r,9\n" * 100
    lines = refused(table(tmp_path, text)).splitlines()
    assert len(lines) == 21
    assert lines[-1] == "… and 80 more."


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("a.csv", "", "an empty file"),
        ("a.csv", "request,candidate,rater,rating\n", "no row that says any"),
        ("a.jsonl", "\n", "an empty file"),
        ("a.json", "[]", "an empty file"),
        ("a.json", '{"not": "an export"}', "neither a Label Studio export nor a list"),
        ("a.json", "{", "no JSON"),
        ("a.jsonl", '{"request": "p", "candidate": "a", "rating": NaN}\n', "NaN, which is no number"),
        ("a.jsonl", "[1]\n", "a.jsonl:1: expected a JSON object"),
        ("a.parquet", "PAR1", "can't be read"),
        ("a.xlsx", "PK", "tables are read from"),
        ("a.csv", "request,candidate,candidate,rating\n", "two columns of one name"),
        ("a.csv", "x,y\n1,2\n", "no column says which request"),
        ("a.csv", "request,candidate,rating,score\np,a,4,4\n", "several columns could hold"),
        ("a.csv", "request,left,prefers\np,a,left\n", "both candidates of a pair"),
        ("a.csv", "request,rating\np,4\n", "which candidate a row is of"),
    ],
)  # fmt: skip
def test_files_that_are_none(tmp_path, name, text, problem):
    """Each is told plainly, with what to do."""
    assert problem in refused(table(tmp_path, text, name))


def test_other_files_that_are_none(tmp_path):
    """A missing one, one in another encoding, and a column that is not there."""
    assert "no such file" in refused(tmp_path / "absent.csv")
    (tmp_path / "latin.csv").write_bytes(
        "request,candidate,rater,rating\np,ü,r,4\n".encode("latin-1")
    )
    assert "is no UTF-8" in refused(tmp_path / "latin.csv")
    path = table(tmp_path, "request,candidate,rater,rating\np,a,r,4\n")
    assert "no such column (got 'vote')" in refused(path, Columns(value="vote"))


def test_an_aspect_is_judged_in_one_way(tmp_path):
    """Verdicts among ratings could not be compared: the row is told, not guessed at."""
    text = "request,candidate,rater,value,aspect\np,a,r,4,fidelity\np,b,r,accept,fidelity\n"
    assert "labels.csv:3: a verdict of" in refused(table(tmp_path, text))


def test_several_files_are_one(tmp_path):
    """What one repeats of another is left out, and counted."""
    one, other = table(tmp_path, LONG, "one.csv"), table(tmp_path, LONG, "other.csv")
    found = read_all([one, other])
    assert found.labels == (FOUND,)
    assert found.left_out[0].startswith("1 repeated")


def test_real_labels(shared):
    """Two published tables are read whole: counted by hand, three ways."""
    path = shared / "labels" / "tifa160.csv"
    wide = read(path, Columns(ratings=("human_tifa_1", "human_tifa_2")))
    assert len(wide.labels) == 1600
    assert len(read(path, Columns(ratings=("human_dsg_ratings",), split="|")).labels) == 3995
    arena = read(shared / "labels" / "genai_bench_image_generation_pairwise.csv").labels
    counts = dict.fromkeys(("left", "right", "tie", "both_bad"), 0)
    for one in arena:
        counts[one.said.prefers] += 1
    assert counts == {"left": 643, "right": 663, "tie": 156, "both_bad": 273}


def test_many_rows_take_little_room(tmp_path):
    """Rows are read one at a time: under a kilobyte each while reading, everything counted."""
    import tracemalloc

    rows = (f"p{n // 8},{n % 8}.png,r{m},{1 + (n + m) % 5}" for n in range(4_000) for m in range(5))
    path = table(tmp_path, "\n".join(["request,candidate,rater,rating", *rows]))
    tracemalloc.start()
    try:
        assert len(read(path).labels) == 20_000
        assert tracemalloc.get_traced_memory()[1] < 20_000 * 1000
    finally:
        tracemalloc.stop()
