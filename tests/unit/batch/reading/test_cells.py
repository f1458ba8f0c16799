"""The images of a row: named once, under one of two names, and nothing else."""

import pytest

from selector.batch.listed import Picture
from selector.batch.reading import cells

LONG = "https://host/1.png?signature=" + "x" * 600


def row(**given):
    """Return what a row lists, and what is wrong."""
    told = []
    found = cells.row("m:1", {"request_id": "a", **given}, "/base/{}".format, told.append)
    return found, told


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"image": "1", "images": ["1"]}, "image and images: one of them is needed (got both)"),
        ({"image": ""}, "image: it is empty"),
        ({"image": " "}, "image: it is empty"),
        ({"image": None}, "image: it is empty"),
        ({"images": None}, "image: it is empty"),
        ({"image": 1}, "image: expected text (got int)"),
        ({"image": "\0.png"}, "image: no file is called so"),
        ({"image": "\ud800"}, "image: not valid Unicode"),
        ({"images": "1"}, "images: expected a list (got '1')"),
        ({"images": []}, "images: there are none"),
        ({"images": ["1", ""]}, "images[1]: it is empty"),
        ({"images": [{"id": "x"}]}, "images[0].image: it is empty"),
        ({"images": [{"image": {"image": "x"}}]}, "images[0].image: expected a path"),
        ({"image": "1", "source_image": 1}, "source_image: expected text"),
    ],
    ids=[
        "both", "empty", "blank", "none", "no-list", "number", "null", "surrogate", "text",
        "no-images", "one-empty", "no-path", "nested", "source",
    ],
)  # fmt: skip
def test_wrong_images_are_told(given, said):
    """Where they stand; the row is left out."""
    found, (told,) = row(**given)
    assert found is None
    assert told.startswith(f"m:1: {said}")


def test_one_of_the_two_may_be_empty():
    """A table has both columns where some rows fill the one, some the other."""
    found, told = row(image="1.png", images=None, source_image="")
    assert told == []
    assert ([one.picture for one in found.images], found.source) == ([Picture("/base/1.png")], None)


def test_a_query_is_no_name():
    """The address of a file is used as it is; what signs it stays out of the candidate's id."""
    found, _ = row(image=LONG)
    assert found.images[0].picture == Picture(f"/base/{LONG}")
    assert found.images[0].name == "https://host/1.png"
