"""Lists of images are read whole, or every problem of them is told with its line."""

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from selector import RequestError
from selector.scoring.manifest import is_manifest, read

PROMPTS = {"prompt": "scorers.x"}
ROWS = [
    {"image": "a.png", "prompt": 'one, "quoted"', "source": "s.png"},
    {"image": "deep/b.png", "prompt": "two\nlines", "source": None},
]
WRITTEN = {
    "list.csv": '\ufeffimage, prompt,seed,source\r\na.png,"one, ""quoted""",7,s.png\r\n\r\n'
    'deep/b.png,"two\nlines",8,\r\n',
    "list.jsonl": "\n\n".join(map(json.dumps, ROWS)),
}


@pytest.fixture
def listed(tmp_path):
    """Write a list; return its path."""

    def write(name, text):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return str(path)

    return write


def told(path, reads):
    """Return what is wrong with a list, without its folder."""
    with pytest.raises(RequestError) as caught:
        read(path, reads)
    folder = path.rpartition("/")[0]
    return [line.removeprefix(f"{folder}/") for line in str(caught.value).splitlines()]


@pytest.mark.parametrize("name", ["list.csv", "list.jsonl", "list.parquet"])
def test_a_list_is_read(listed, tmp_path, name):
    """In its order; paths are relative to its folder, names are as it says; the rest is passed over."""
    if name == "list.parquet":
        pq.write_table(pa.Table.from_pylist(ROWS), tmp_path / name)
    else:
        listed(name, WRITTEN[name])
    found = read(str(tmp_path / name), PROMPTS)
    assert [one.id for one in found.images] == ["a.png", "deep/b.png"]
    assert [one.image for one in found.images] == [tmp_path / "a.png", tmp_path / "deep/b.png"]
    assert found.prompts == ('one, "quoted"', "two\nlines")
    assert [one and one.id for one in found.sources] == ["s.png", None]


def test_columns_that_are_not_needed_may_be_absent(listed):
    """A list of images only has neither prompts nor sources."""
    found = read(listed("list.csv", "image\na.png\n"), {})
    assert (found.prompts, found.sources) == (None, None)


INSTRUCTIONS = {"instruction": "scorers.e", "source": "scorers.e"}


def test_a_list_of_edits_tells_the_instruction(listed):
    """Before the prompt, which tells what the picture should show; alone, that serves too."""
    both = listed("list.csv", "image,prompt,instruction,source\na.png,a hat,make it red,s.png\n")
    assert read(both, INSTRUCTIONS).prompts == ("make it red",)
    assert read(both, PROMPTS).prompts == ("a hat",)
    assert read(both, {"prompt or instruction": "scorers.x"}).prompts == ("a hat",)
    alone = listed("alone.csv", "image,prompt,source\na.png,make it red,s.png\n")
    assert read(alone, INSTRUCTIONS).prompts == ("make it red",)


def test_what_a_list_of_edits_lacks_is_told(listed):
    """The column of instructions, each empty cell of it, and the source."""
    assert told(listed("list.jsonl", '{"image": "a.png"}'), INSTRUCTIONS) == [
        "list.jsonl: no column 'instruction', which scorers.e reads (got image). Add it.",
        "list.jsonl: no column 'source', which scorers.e reads (got image). Add it.",
    ]
    text = "image,instruction,prompt,source\na.png, ,a hat,s.png\n"
    assert told(listed("list.csv", text), INSTRUCTIONS) == [
        "list.csv:2: instruction: it is empty, and scorers.e reads it. Fill it in.",
    ]


def test_every_problem_of_a_csv_is_told_at_once(listed):
    """With the line where the record begins, also behind one of several lines."""
    text = 'image,prompt\na.png,\n"",x\nb.png,"two\nlines",3\nc.png,ok\nd.png,"open\n'
    assert told(listed("list.csv", text), PROMPTS) == [
        "list.csv:2: prompt: it is empty, and scorers.x reads it. Fill it in.",
        "list.csv:3: image: it is empty (got nothing). Name a file.",
        "list.csv:4: as many cells as columns are needed (got 3 for 2). Put what holds a comma in quotes.",
        "list.csv:7: no line of CSV (got unexpected end of data). Correct its quotes.",
    ]


def test_every_problem_of_json_lines_is_told_at_once(listed):
    """What is no JSON, no object, no text, no Unicode, or not there."""
    text = '{"image": 3, "prompt": "p"}\nnope\n[1]\n{"image": "a", "prompt": "\\ud800"}\n{"prompt": "p"}'
    first, second, third, fourth, fifth = told(listed("list.jsonl", text), PROMPTS)
    assert first == "list.jsonl:1: image: expected text (got int). Put it in quotes."
    assert second.startswith("list.jsonl:2: no JSON (got Expecting value")
    assert third == 'list.jsonl:3: no JSON object (got list). Write {"image": …}.'
    assert fourth == "list.jsonl:4: prompt: not valid Unicode (got a lone surrogate). Clean it."
    assert fifth == "list.jsonl:5: image: it is empty (got nothing). Name a file."


def test_a_name_that_stands_twice_in_a_line_is_told(listed):
    """Nobody knows which of the two is meant; the last would win in silence."""
    text = '{"image": "a", "prompt": "b"}\n{"image": "a", "prompt": "b", "image": "c"}'
    (said,) = told(listed("list.jsonl", text), PROMPTS)
    assert said.startswith("list.jsonl:2: no JSON (got 'image' twice).")


def test_columns_without_a_name_are_passed_over(listed):
    """Spreadsheets leave several behind the last."""
    assert len(read(listed("list.csv", "image,,\na.png,,\n"), {}).images) == 1


def test_a_column_that_stands_twice_in_parquet_is_told(tmp_path):
    """As in CSV."""
    twice = pa.table([["a"], ["b"]], names=["image", "image"])
    pq.write_table(twice, tmp_path / "list.parquet")
    (said,) = told(str(tmp_path / "list.parquet"), {})
    assert said.startswith("list.parquet: column 'image': one of a name is needed (got 2).")


def test_a_row_of_parquet_is_told_by_its_number(tmp_path):
    """Numbers where names should be, and an empty prompt."""
    pq.write_table(pa.table({"image": [1, 2], "prompt": ["p", None]}), tmp_path / "list.parquet")
    assert told(str(tmp_path / "list.parquet"), PROMPTS) == [
        "list.parquet, row 1: image: expected text (got int). Put it in quotes.",
        "list.parquet, row 2: image: expected text (got int). Put it in quotes.",
        "list.parquet, row 2: prompt: it is empty, and scorers.x reads it. Fill it in.",
    ]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("l.csv", "image;prompt\na;b\n", "l.csv: no column 'image' (got image;prompt)."),
        ("l.csv", "image\na\n", "l.csv: no column 'prompt', which scorers.x reads (got image)."),
        ("l.csv", "", "l.csv: no column 'image' (got nothing)."),
        ("l.csv", "image,prompt\n", "l.csv: it lists no images (got no lines)."),
        ("l.csv", 'image,"prompt\na,b\n', "l.csv:1: no line of CSV (got unexpected end of data)."),
        ("l.csv", '"im"age,prompt\na,b\n', "l.csv:1: no line of CSV (got "),
        ("l.csv", "image,prompt, image\na,b,c\n", "l.csv: column 'image': one of a name is needed"),
        ("l.jsonl", '{"image": "a", "image": "b", "prompt": "c"}', "l.jsonl: no column 'image'"),
        ("l.csv", b"image,prompt\n\xe9,x\n", "l.csv: it can't be read (got 'utf-8' codec"),
        ("l.jsonl", "[" * 100_000, "l.jsonl: no column 'image'"),
        ("l.parquet", b"no parquet", "l.parquet: it can't be read (got "),
    ],
)
def test_a_list_that_is_none_is_told(listed, name, text, said):
    """Which column is missing and what there is instead, or why it can't be read."""
    assert told(listed(name, text), PROMPTS)[0].startswith(said)


def test_a_list_that_is_not_there_is_told(tmp_path):
    """With its name."""
    assert told(str(tmp_path / "gone.csv"), {}) == [
        "gone.csv: it can't be read (got No such file or directory). Correct it."
    ]


def test_very_many_problems_are_counted(listed):
    """The first twenty are told; a hundred thousand would hide them."""
    problems = told(listed("list.csv", "image\n" + '""\n' * 1000), {})
    assert len(problems) == 21
    assert problems[-1] == "list.csv: and 980 problems more"


def test_a_list_is_known_by_its_ending(tmp_path):
    """Whatever its case; a folder is none."""
    (tmp_path / "folder.csv").mkdir()
    assert is_manifest("a.CSV")
    assert not is_manifest("a.png")
    assert not is_manifest(str(tmp_path / "folder.csv"))
