"""Folders of images: each with a prompt beside them is a request."""

import os

import pytest

import batches
from selector.batch.listed import Picture


@pytest.fixture
def folder(tmp_path):
    """Write files by their name in a folder; texts as they are, anything else as an empty image."""

    def write(*names, **texts):
        for name in names:
            path = tmp_path / "in" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(texts.get(path.stem, ""), encoding="utf-8")
        return tmp_path / "in"

    return write


def test_a_folder_a_request(found, folder, tmp_path):
    """Its name is the id, from the input on where they are nested; candidates by name."""
    where = folder(
        "b/x/2.png", "b/x/10.JPG", "b/x/prompt.txt", "a/1.webp", "a/prompt.txt", prompt="ä\n"
    )
    result = found(where)
    assert result.problems == result.warnings == []
    assert (result.ids, result.candidates) == (["a", "b/x"], [["1.webp"], ["10.JPG", "2.png"]])
    assert [one.prompt for one in result.requests] == ["ä", "ä"]
    assert result.paths[0] == [f"{tmp_path}/in/a/1.webp"]
    assert result.requests[1].where.endswith("in/b/x")


def test_the_input_itself_is_a_request(found, folder):
    """By its own name; what is further inside, too."""
    result = found(folder("1.png", "prompt.txt", "more/2.png", "more/prompt.txt"))
    assert (result.ids, result.candidates) == (["in", "more"], [["1.png"], ["2.png"]])


def test_edits(found, folder, tmp_path):
    """An instruction, and the picture before it; without one it is a plain candidate's name."""
    where = folder(
        "a/1.png", "a/Source.jpg", "a/instruction.txt", "b/source.png", "b/prompt.txt", instruction="i"
    )  # fmt: skip
    edit, plain = found(where).requests
    assert (edit.is_edit, edit.prompt, len(edit.candidates)) == (True, "i", 1)
    assert edit.source == Picture(f"{tmp_path}/in/a/Source.jpg")
    assert (plain.is_edit, plain.candidates[0].id) == (False, "source.png")


def test_hidden_files_are_left_out(found, folder):
    """And hidden folders; what else is no image is passed over and counted."""
    result = found(
        folder("a/1.png", "a/.2.png", ".git/3.png", "a/prompt.txt", "a/4.heic", "notes.md")
    )
    assert result.candidates == [["1.png"]]
    (warning,) = result.warnings
    assert warning.endswith(
        "in: 2 files were passed over, as nothing is known of what ends like them (.md, .heic)"
    )


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["1.png", "2.png"], "images and no prompt (got 2 images)"),
        (["prompt.txt"], "a prompt and no images"),
        (["instruction.txt", "source.png"], "a prompt and no images"),
        (["1.png", "prompt.txt", "instruction.txt"], "prompt and instruction: one of them"),
        (
            ["1.png", "instruction.txt", "source.png", "source.jpg"],
            "one 'source' is needed (got 2)",
        ),
    ],
    ids=["no-prompt", "no-image", "source-alone", "both", "sources"],
)
def test_wrong_folders_are_told(found, folder, names, said):
    """Each by its name; the others are read all the same."""
    texts = {"prompt": "p", "instruction": "i"}
    where = folder("good/1.png", "good/prompt.txt", *(f"bad/{name}" for name in names), **texts)
    result = found(where)
    assert result.ids == ["good"]
    (problem,) = result.problems
    assert problem.startswith(f"in/bad: {said}")


def test_a_manifest_in_the_folder_is_named(problems, tmp_path):
    """Who gives the folder instead is told what to give."""
    batches.jsonl(tmp_path, 1)
    (tmp_path / "images" / "list.jsonl").touch()
    (problem,) = problems(tmp_path)
    assert problem.endswith("Or is images/list.jsonl the input? Name it.")


def test_a_prompt_that_is_no_text_is_told(problems, folder):
    """Not UTF-8, or as long as no prompt is."""
    where = folder("a/1.png", "a/prompt.txt", "b/1.png", "b/prompt.txt")
    (where / "a/prompt.txt").write_bytes(b"\xff")
    (where / "b/prompt.txt").write_bytes(b"x" * (2**20 + 1))
    told = problems(where)
    assert told[0].startswith("in/a/prompt.txt: not UTF-8")
    assert told[1].startswith("in/b/prompt.txt: too long (got more than 1,048,576 bytes)")


def test_names_that_are_no_unicode(found, folder):
    """As old archives have them: the file is found, its name is written out."""
    where = folder("a/1.png", "a/prompt.txt")
    os.rename(os.fsencode(where / "a"), os.fsencode(where) + b"/\xff")
    os.rename(os.fsencode(where) + b"/\xff/1.png", os.fsencode(where) + b"/\xff/\xfe.png")
    result = found(where)
    assert (result.ids, result.candidates) == ([r"\xff"], [[r"\xfe.png"]])
    assert os.path.exists(result.requests[0].candidates[0].picture.path)


def test_links(found, folder):
    """They are followed, but never in a circle."""
    where = folder("a/1.png", "a/prompt.txt")
    (where / "a" / "back").symlink_to(where)
    (where / "b").symlink_to(where / "a")
    result = found(where)
    assert result.ids == ["a", "b"]


def test_a_prompt_that_is_no_file_is_told(problems, folder):
    """A pipe would have the run wait for who knows whom."""
    where = folder("a/1.png", "a/prompt.txt")
    (where / "a" / "prompt.txt").unlink()
    os.mkfifo(where / "a" / "prompt.txt")
    (problem,) = problems(where)
    assert problem.startswith("in/a/prompt.txt: no regular file")
