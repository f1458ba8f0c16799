"""Datasets on disk, as the package `datasets` saves them: read without it."""

import json

import pytest

import batches
from selector.batch.stored import opened
from selector.images import open_image

datasets = pytest.importorskip("datasets")
datasets.disable_progress_bars()


@pytest.fixture
def saved(tmp_path):
    """Save columns as a dataset, the named ones as images; return its folder."""

    def save(columns, images=(), *, splits=(), **options):
        made = datasets.Dataset.from_dict(columns)
        for name in images:
            is_list = isinstance(columns[name][0], list)
            feature = datasets.List(datasets.Image()) if is_list else datasets.Image()
            made = made.cast_column(name, feature)
        if splits:
            made = datasets.DatasetDict(dict.fromkeys(splits, made))
        made.save_to_disk(tmp_path / "set", **options)
        return tmp_path / "set"

    return save


@pytest.fixture
def files(tmp_path):
    """Write some pictures; return their paths."""
    return [str(path) for path in batches.images(tmp_path / "images", 5)]


def test_a_row_a_candidate(found, saved, files):
    """Across its files; each picture is read from its cell, byte for byte."""
    ids = ["a", "a", "b", "b", "b"]
    columns = {"request_id": ids, "prompt": ids, "image": files, "seed": [1, 2, 3, 4, 5]}
    result = found(saved(columns, ["image"], num_shards=2))
    assert result.problems == []
    assert result.ids == ["a", "b"]
    assert result.candidates == [
        ["00000.png", "00001.jpg"],
        ["00002.png", "00003.jpg", "00004.png"],
    ]
    pictures = [one.picture for request in result.requests for one in request.candidates]
    assert [open_image(opened(one)).original_bytes() for one in pictures] == [
        open_image(path).original_bytes() for path in files
    ]
    assert len({one.path for one in pictures}) == 2
    assert result.requests[0].candidates[1].columns == {"seed": 2}


def test_lists_of_images(found, saved, files):
    """A row a request; without ids, its number is its id."""
    result = found(saved({"prompt": ["p", "q"], "images": [files[:3], files[3:]]}, ["images"]))
    assert (result.ids, result.problems) == (["0", "1"], [])
    assert [len(one.candidates) for one in result.requests] == [3, 2]
    last = result.requests[1].candidates[1].picture
    assert open_image(opened(last)).original_bytes() == open_image(files[4]).original_bytes()


def test_edits(found, saved, files):
    """An instruction, and the picture before it in a cell of its own."""
    columns = {"instruction": ["i"], "source_image": files[:1], "image": files[1:2]}
    (request,) = found(saved(columns, ["source_image", "image"])).requests
    assert (request.is_edit, request.prompt) == (True, "i")
    source = open_image(opened(request.source))
    assert source.original_bytes() == open_image(files[0]).original_bytes()


def test_images_as_paths(found, saved, files, tmp_path):
    """A column of text names files, from the dataset's own folder on."""
    result = found(saved({"image": [files[0], "near.png"]}))
    assert result.paths == [[files[0]], [f"{tmp_path}/set/near.png"]]


def test_splits(found, saved, files):
    """All of them, told apart where rows have no ids; or the one that is named."""
    folder = saved({"image": files[:2]}, ["image"], splits=["train", "test"])
    assert found(folder).ids == ["train/0", "train/1", "test/0", "test/1"]
    assert found(folder / "test").ids == ["0", "1"]


def test_splits_that_share_ids_are_told(problems, saved, files):
    """Nobody could tell which was decided."""
    folder = saved({"request_id": ["a"], "image": files[:1]}, ["image"], splits=["train", "test"])
    (problem,) = problems(folder)
    assert "request a again (the first is at set/train/" in problem


def test_wrong_columns_are_told(problems, saved):
    """With what there is."""
    (problem,) = problems(saved({"jpg": ["1.png"]}))
    assert "no column 'image' and no 'images' (got jpg)" in problem


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("{", "no JSON"),
        ("{}", "is of an older form"),
        ('{"_data_files": [{"filename": "../x.arrow"}]}', "names no files"),
        ('{"_data_files": [{"filename": "gone.arrow"}]}', "it can't be read (got No such file"),
    ],
    ids=["no-json", "old", "outside", "gone"],
)
def test_a_damaged_dataset_is_told(problems, saved, state, said):
    """And nothing outside its folder is opened."""
    folder = saved({"image": ["1.png"]})
    (folder / "state.json").write_text(state)
    (problem,) = problems(folder)
    assert said in problem


def test_damaged_splits_are_told(problems, saved):
    """A dataset that says nothing of its splits; and one of them that is gone, beside the others."""
    folder = saved({"image": ["1.png"]}, splits=["train"])
    (folder / "dataset_dict.json").write_text(json.dumps({"splits": ["train", "gone"]}))
    (problem,) = problems(folder)
    assert problem.startswith("set/gone/state.json: it can't be read (got No such file")
    (folder / "dataset_dict.json").write_text(json.dumps({"splits": ["../x"]}))
    (problem,) = problems(folder)
    assert "names no splits" in problem


def test_a_cut_file_is_told(problems, saved, files):
    """What is not there can't be listed."""
    folder = saved({"image": files}, ["image"])
    (path,) = folder.glob("*.arrow")
    path.write_bytes(path.read_bytes()[:-2_000])
    (problem,) = problems(folder)
    assert "it can't be read" in problem
