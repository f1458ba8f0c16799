"""What agencies and owners write over their pictures."""

import pytest

from selector.backbones.ocr import Line
from selector.signs.watermarks import is_mark, tiled


@pytest.mark.parametrize(
    "text",
    [
        "shutterstock", "shuttersteck", "ashutterstockb", "GETTY IMAGES", "gettyimages", "ttyimages",
        "a dreamstime b", "dreamstimfe", "alamy", "alamy stock photo", "alamyalamy", "(iStock)",
        "iStock-123", "123RF", "pond5", "BigStock", "图片来自视觉中国", "All Rights Reserved",
        "© Jane Doe", "www.example.com", "https://a.b", "jane.com", "@jane", "Copyright",
        "Copyright Jane Doe 2019", "Copyright (c) Jane",
    ],
)  # fmt: skip
def test_a_name_is_known_in_any_case_misread_or_cut(text):
    """Names of agencies, signs of rights, addresses and handles are marks."""
    assert is_mark(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "shutters", "deposit", "calamity", "alarm", "Summer stock sale", "images", "a @ b",
        "STOCK", "STOCKS", "LIVESTOCK FAIR", "POND", "LAMY", "THE ALAMO", "GALA MYSTERY", "PIX TAXI",
        "1STOCK ROOM", "BIG STOCK", "PRETTY IMAGES", "DREAM TIME TOURS", "COPYRIGHT LAW",
        "BUTTERSTACK", "PIXAR MIXTAPE", "MISTOOK",
    ],
)  # fmt: skip
def test_words_like_a_name_are_no_marks(text):
    """A word that is a part of a name, or an edit away from it, is an ordinary word."""
    assert not is_mark(text)


def line(x: int, y: int, text: str = "ACME Foto", *, height: int = 20) -> Line:
    """Return *text* read in a box whose upper left corner is (x, y), in px."""
    right, bottom = x + 100, y + height
    return Line(((x, y), (right, y), (right, bottom), (x, bottom)), text, 0.9)


TILING = [line(0, 0), line(200, 100), line(300, 200)]


def test_the_same_line_all_over_a_picture_is_a_tiling():
    """Whatever it says, in any case; another line beside it is none."""
    other = line(50, 300, "Fresh Bread")

    assert tiled([*TILING, other], (400, 300)) == TILING
    assert len(tiled([line(0, 0, "acmefoto"), *TILING[1:]], (400, 300))) == 3


@pytest.mark.parametrize(
    "lines",
    [
        TILING[:2],
        [line(0, 10), line(120, 12), line(280, 8)],
        [line(100, 0), line(110, 100), line(105, 200)],
        [line(0, 0), line(200, 100), line(300, 200, height=40)],
        [line(0, 0, "A1b"), line(200, 100, "A1b"), line(300, 200, "A1b")],
        [line(0, 0, ""), line(200, 100, ""), line(300, 200, "")],
    ],
    ids=["twice", "in a row", "in a column", "of several sizes", "short", "not read"],
)
def test_goods_that_show_their_brand_are_no_tiling(lines):
    """Twice, side by side, one above the other, near and far: an ordinary picture of goods."""
    assert tiled(lines, (400, 300)) == []
