"""Scores in files: whole or not at all, no number where there is none, harmless to open."""

import csv
import json
import math
import os
import stat
import sys

import pytest

from pictures import encoded, noise
from selector import Candidate, RequestError, score
from selector.scoring import Scores

HOSTILE = [
    "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "\r=1", "\n=1+1", "\u00a0=1", "\u3000=1", "\t1", "＝1", 'quoted "and", parted', "two\nlines",
    "\x1b[31mred", "plain",
]  # fmt: skip


@pytest.fixture
def scores():
    """Two numbers, a failure, and something not applicable, of hostile prompts."""
    images = [noise(40, 40), noise(40, 40, seed=1), b"no image", noise(50, 50)]
    named = [Candidate(image, f"{name}.png") for image, name in zip(images, "abcd", strict=True)]
    return score("filters.near_duplicates", ["=cmd()\n", "=cmd()\n", "b", "c"], named)


def test_csv_has_a_row_for_each_image(scores, tmp_path):
    """A number, or of what kind the outcome is and why there is none."""
    scores.write(tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(newline="") as file:
        a, b, c, d = csv.DictReader(file)
    assert float(a["nearest.value"]) == float(b["nearest.value"]) == scores.values()[0]
    assert (c["nearest.value"], c["nearest.kind"]) == ("", "failure")
    assert "not an image" in c["nearest.reason"]
    assert (d["nearest.value"], d["nearest.kind"]) == ("", "not_applicable")
    assert (a["image"], a["prompt"]) == ("a.png", "'=cmd()\n")
    assert a["fingerprint"] == scores.fingerprint


@pytest.mark.parametrize("text", HOSTILE)
def test_csv_computes_nothing(text, tmp_path):
    """No cell begins as a formula does, none holds a control character, none breaks its row."""
    score("filters.resolution", text, [Candidate(noise(40, 40), text)]).write(tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(newline="") as file:
        (row,) = csv.DictReader(file)
    for cell in (row["image"], row["prompt"]):
        assert not cell.lstrip().startswith(tuple("=+-@＝"))
        assert not cell.startswith(("\t", "\r"))
        assert all(char.isprintable() or char in "\n\t\u00a0\u3000" for char in cell)
        assert text.strip().strip("=+-@＝")[-3:] in cell


def test_parquet_keeps_types_and_the_rest(scores, tmp_path):
    """Numbers are numbers or null, texts are as they were, and the metadata has all but the rows."""
    import pyarrow.parquet as pq

    scores.write(tmp_path / "out.parquet")
    table = pq.read_table(tmp_path / "out.parquet")
    assert table["nearest.value"].to_pylist() == scores.values()
    assert table["prompt"].to_pylist() == [row.prompt for row in scores.rows]
    kinds = ["score", "score", "failure", "not_applicable"]
    assert table["nearest.kind"].to_pylist() == kinds
    rest = json.loads(table.schema.metadata[b"selector"])
    assert rest["fingerprint"] == scores.fingerprint
    assert rest["summaries"]["nearest"]["failed"] == 1


def test_json_reads_back(scores, tmp_path):
    """The file holds everything."""
    scores.write(tmp_path / "out.json")
    assert Scores.from_dict(json.loads((tmp_path / "out.json").read_text())) == scores


def test_columns_of_any_output_keep_apart(tmp_path):
    """Every output has three columns, whatever it is called, beside those of the row."""
    import pyarrow.parquet as pq

    scores = score("filters.blank", None, [encoded(noise(40, 40), "PNG")])
    scores.write(tmp_path / "out.parquet")
    names = pq.read_schema(tmp_path / "out.parquet").names
    of_outputs = [
        f"{name}.{part}" for name in scores.outputs for part in ("value", "kind", "reason")
    ]
    assert names == ["image", "prompt", "source", *of_outputs, "notes", "measure", "fingerprint"]
    assert not any(math.isnan(value) for value in scores.values("spread"))


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("out.txt", "its ending says no form (got '.txt'). Use .json, .csv, .parquet."),
        ("out", "its ending says no form (got '')."),
        ("gone/out.csv", "can't be written there (got No such file or directory)"),
        ("folder.csv", "no regular file"),
    ],
)
def test_where_nothing_can_be_written_is_told(scores, tmp_path, name, said):
    """With the name and what to do, and nothing is left behind."""
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(RequestError) as caught:
        scores.write(tmp_path / name)
    assert said in str(caught.value)
    assert os.listdir(tmp_path) == ["folder.csv"]


def test_a_file_is_replaced_whole(scores, tmp_path):
    """What lay there is replaced, through a link too, with the permissions of any new file."""
    (tmp_path / "old.csv").write_text("old")
    (tmp_path / "link.csv").symlink_to("old.csv")
    scores.write(tmp_path / "link.csv")
    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "old.csv").read_text().startswith('"image","prompt"')
    assert sorted(os.listdir(tmp_path)) == ["link.csv", "old.csv"]
    assert stat.S_IMODE((tmp_path / "old.csv").stat().st_mode) & 0o600 == 0o600


def test_without_the_package_for_parquet_the_cure_is_told(scores, tmp_path, monkeypatch):
    """The command that installs it, before anything is written."""
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(RequestError, match=r'install "selector-engine\[parquet\]"'):
        scores.write(tmp_path / "out.parquet")
