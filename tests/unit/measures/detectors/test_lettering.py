"""What the lettering detector says of words on plain sheets, on photographs and of none."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import PIL.ImageDraw
import PIL.ImageFont
import pytest
from pydantic import ValidationError
from skimage import data

from selector.backbones.ocr import Line
from selector.errors import MeasureError
from selector.images import open_image
from selector.measures.base import Subject
from selector.measures.detectors import lettering
from selector.measures.detectors.lettering import Lettering
from selector.types import Measured, NotApplicable, Score

Picture = PIL.Image.Image


@pytest.fixture(scope="module")
def detector() -> Iterator[Lettering]:
    """The detector, ready to run."""
    measure = Lettering()
    measure.build("cpu")
    yield measure
    measure.close()


def sheet(*texts: str, size: int = 36, ground: Picture | None = None) -> Picture:
    """Return a sheet, or a copy of *ground*, with a line of letters a text."""
    picture = ground.copy() if ground else PIL.Image.new("RGB", (440, 240), "white")
    font = PIL.ImageFont.load_default(size)
    for number, text in enumerate(texts):
        place = (size, size * (1 + 3 * number) // 2)
        edge = {"stroke_width": 2, "stroke_fill": "white"}
        PIL.ImageDraw.Draw(picture).text(place, text, "black", font, **edge)
    return picture


def said(detector: Lettering, source: Any, prompt: str = "a picture") -> dict[str, Measured]:
    """Return what the detector says of one picture."""
    return detector.run([Subject(open_image(source), prompt=prompt)])[0]


def value(outcome: Measured) -> float:
    """Return the number, which must be there."""
    assert isinstance(outcome, Score)
    return outcome.value


def labels(outcome: Measured) -> list[str]:
    """Return what the evidence says was read."""
    assert isinstance(outcome.evidence, dict)
    return [each["label"] for each in outcome.evidence["polygons"]]


def made(text: str, score: float = 0.9, *, width: int = 20, height: int = 20) -> Line:
    """Return a line as if it had been read in a box of this size, in px."""
    return Line(((0, 0), (width, 0), (width, height), (0, height)), text, score)


def test_words_that_were_asked_for_and_are_there(detector: Lettering) -> None:
    """A clear text over two lines matches wholly, is not garbled, and is not unwanted."""
    found = said(detector, sheet("GRAND", "Opening"), 'a banner that says "Grand Opening"')

    assert value(found["match"]) == 1
    assert value(found["count"]) == 2
    assert value(found["garbled"]) < 0.05
    assert value(found["unknown"]) == value(found["unwanted"]) == value(found["watermark"]) == 0


def test_the_more_letters_are_wrong_the_worse_the_match(detector: Lettering) -> None:
    """Each further wrong letter lowers the match, and the evidence says what was read instead."""
    prompt = 'a sign with the words "KITCHEN"'
    found = [said(detector, sheet(text), prompt) for text in ("KITCHEN", "KITCMEN", "RITCMEN")]

    matches = [value(each["match"]) for each in found]
    assert matches == pytest.approx([1, 6 / 7, 5 / 7])
    assert found[2]["match"].evidence == {"texts": ['asked "KITCHEN", read "RITCMEN"']}


def test_the_worst_text_decides(detector: Lettering) -> None:
    """One of two texts is missing: the match is that of the missing one."""
    found = said(detector, sheet("OPEN"), 'signs "OPEN" and "BAKERY"')

    assert value(found["match"]) < 0.5


def test_asked_for_and_not_there_is_no_match(detector: Lettering, astronaut: Picture) -> None:
    """A picture without lettering does not match at all; that is no absence of a number."""
    found = said(detector, astronaut, 'an astronaut, "MOON BASE"')

    assert value(found["match"]) == 0
    assert found["match"].evidence == {"texts": ['asked "MOON BASE", read nothing']}


def test_something_else_that_was_read_is_not_nothing() -> None:
    """The evidence does not claim that a picture with lettering has none."""
    found = lettering._match(["MOON BASE"], [made("Garden")])

    assert found.evidence == {"texts": ['asked "MOON BASE", read nothing like it']}


@pytest.mark.parametrize("shade", [0, 255])
def test_no_text_asked_and_none_found_is_no_failure(detector: Lettering, shade: int) -> None:
    """A plain picture: nothing to match, nothing garbled, nothing unwanted."""
    found = said(detector, np.full((300, 300, 3), shade, np.uint8))

    for name in ("match", "garbled", "unknown"):
        assert isinstance(found[name], NotApplicable)
    assert value(found["count"]) == value(found["unwanted"]) == value(found["watermark"]) == 0


def damaged(picture: Picture, width: int) -> Picture:
    """Return *picture* with the line at its top turned over in every other stripe of *width* px."""
    pixels = np.array(picture)
    for left in range(30, 300, 30):
        pixels[26:62, left : left + width] = pixels[26:62, left : left + width][::-1].copy()
    return PIL.Image.fromarray(pixels)


def test_the_more_the_letters_are_damaged_the_more_they_are_garbled(detector: Lettering) -> None:
    """From whole letters over some that are damaged a little to many that are damaged more."""
    whole = sheet("Restaurant", size=40)
    doubts = [value(said(detector, damaged(whole, width))["garbled"]) for width in (0, 4, 10)]

    assert doubts[0] < 0.05
    assert doubts[0] < doubts[1] < doubts[2]
    assert doubts[2] > 0.5


@pytest.mark.parametrize("size", [14, 28, 56])
def test_clean_letters_are_not_garbled_at_any_size(detector: Lettering, size: int) -> None:
    """Small and large lettering of the same words is as readable."""
    found = said(detector, sheet("Garden", "Summer", size=size), 'a card "Garden Summer"')

    assert value(found["match"]) == 1
    assert value(found["garbled"]) < 0.05


def test_names_and_numbers_are_not_garbled_for_being_in_no_dictionary(detector: Lettering) -> None:
    """A clear brand and a price are readable; the brand is in no dictionary, the price no word."""
    found = said(detector, sheet("KUBERNETES", "19.99"))

    assert value(found["garbled"]) < 0.05
    assert value(found["unknown"]) == 1
    assert labels(found["unknown"]) == ["KUBERNETES"]


def test_misspelt_words_are_unknown_unless_asked_for(detector: Lettering) -> None:
    """Jumbled letters make no word; what the prompt spells that way is right that way."""
    picture = sheet("EEFOFC Garden")

    assert value(said(detector, picture)["unknown"]) == pytest.approx(0.5)
    assert value(said(detector, picture, 'a shop named "Eefofc"')["unknown"]) == 0


def test_lettering_that_nobody_asked_for_is_unwanted(
    detector: Lettering, astronaut: Picture
) -> None:
    """It is measured by its share of the picture, and shown where it is."""
    picture = sheet("SUMMER SALE", size=60, ground=astronaut)
    found = said(detector, picture)

    assert 0.04 < value(found["unwanted"]) < 0.16
    assert labels(found["unwanted"]) == ["SUMMER SALE"]
    assert value(said(detector, picture, 'a poster, "Summer Sale"')["unwanted"]) == 0


def test_what_is_always_asked_for_or_allowed_is_a_parameter() -> None:
    """A brand's name may have to be there on every picture, or may be there."""
    picture = sheet("ACME")
    demanding, lenient = Lettering(words=("ACME", "Tools")), Lettering(allowed=("Acme",))
    for measure in (demanding, lenient):
        measure.build("cpu")

    demanded, allowed = said(demanding, picture), said(lenient, picture)
    for measure in (demanding, lenient):
        measure.close()

    assert value(demanded["match"]) < 0.5
    assert value(demanded["unwanted"]) == value(allowed["unwanted"]) == 0
    assert isinstance(allowed["match"], NotApplicable)


@pytest.mark.parametrize("text", ["shutterstock", "© Jane Doe 2019", "www.example.com"])
def test_a_mark_of_an_agency_or_owner_is_a_watermark(detector: Lettering, text: str) -> None:
    """It is counted and shown, unless the prompt asked for it."""
    found = said(detector, sheet(text))

    assert value(found["watermark"]) == 1
    assert len(labels(found["watermark"])) == 1
    assert value(said(detector, sheet(text), f'a page that says "{text}"')["watermark"]) == 0


@pytest.mark.parametrize("prompt", ['a red sign that says "STOP"', 'the letter "S"'])
def test_a_short_word_that_was_asked_for_excuses_no_watermark(
    detector: Lettering, prompt: str
) -> None:
    """An agency's name holds most letters of many words; it is a mark, and unwanted, beside them."""
    found = said(detector, sheet("shutterstock", "STOP"), prompt)

    assert labels(found["watermark"]) == ["shutterstock"]
    assert "shutterstock" in labels(found["unwanted"])


@pytest.mark.parametrize(("asked", "count"), [("SHUTTERS", 1), ("a shutterstock poster", 0)])
def test_only_who_asks_for_the_mark_gets_it(asked: str, count: int) -> None:
    """A text that holds most of an agency's name, and is no such name, excuses no watermark."""
    image = open_image(np.zeros((300, 300, 3), np.uint8))

    assert lettering._watermark([made("shutterstock")], [asked], image).value == count


@pytest.mark.parametrize("wanted", ["Garden", "GARDEN CLUB"])
def test_what_was_asked_for_may_be_all_over(wanted: str) -> None:
    """A wallpaper of the very word that was asked for is no watermark; of another word, it is."""
    tiles = [((x, x), (x + 80, x), (x + 80, x + 20), (x, x + 20)) for x in (0, 100, 200)]
    lines = [Line(tile, "Garden", 0.9) for tile in tiles]
    image = open_image(np.zeros((300, 300, 3), np.uint8))

    assert lettering._watermark(lines, [wanted], image).value == 0
    assert lettering._watermark(lines, ["Kitchen"], image).value == 3


def test_faint_marks_across_a_photograph_are_watermarks(
    detector: Lettering, astronaut: Picture
) -> None:
    """Slanting, tiled and half transparent, as agencies lay them over their pictures."""
    mask = PIL.Image.new("L", (1024, 1024))
    font = PIL.ImageFont.load_default(40)
    for y in range(0, 1024, 130):
        PIL.ImageDraw.Draw(mask).text((20 + y % 7 * 9, y), "dreamstime   " * 4, 120, font)
    mask = mask.rotate(30).crop((256, 256, 768, 768))
    marked = PIL.Image.composite(PIL.Image.new("RGB", mask.size, "white"), astronaut, mask)

    assert value(said(detector, marked)["watermark"]) >= 2


@pytest.mark.parametrize(
    ("line", "is_lettering"),
    [
        (made("OPEN", 0.5), True),
        (made("OPEN", 0.4), False),
        (made("", 0, width=80), True),
        (made("L", 0.4, width=80), True),
        (made("VR", 0.8, width=40), False),
        (made("8", 0.99), False),
        (made("———", 0.99, width=80), False),
        (made("大", 0.4, width=390, height=110), False),
        (made("Sale", 0.9, width=390, height=110), True),
    ],
)
def test_rims_and_twigs_are_not_lettering(line: Line, is_lettering: bool) -> None:  # noqa: FBT001
    """It is writing if letters are surely read, or if it is as long and slim as a line is."""
    image = open_image(np.zeros((400, 400, 3), np.uint8))

    assert lettering._is_lettering(line, image) == is_lettering


@pytest.mark.parametrize("name", ["coffee", "brick", "grass", "chelsea", "rocket"])
def test_photographs_without_lettering_have_none(detector: Lettering, name: str) -> None:
    """Cups, bricks, grass and fur hold no lettering, and nothing that is unwanted."""
    found = said(detector, PIL.Image.fromarray(getattr(data, name)()).convert("RGB"))

    assert value(found["unwanted"]) < 0.002
    assert value(found["watermark"]) == 0


def test_chinese_is_matched_and_no_dictionary_is_asked(detector: Lettering, shared: Path) -> None:
    """Two real Chinese captions match what was asked for, in Chinese quotes; other ones do not."""
    picture = shared / "images/lettering/ref2.jpg"
    right = said(detector, picture, "一只小猪说“食堂没饭了”，「什么？」")
    wrong = said(detector, picture, "一只小猪说“新年快乐”")

    assert value(right["match"]) == 1
    assert value(right["garbled"]) < 0.1
    assert isinstance(right["unknown"], NotApplicable)
    assert value(wrong["match"]) == 0
    assert value(wrong["unwanted"]) > 0.1


def test_chinese_in_a_mirror_is_garbled(detector: Lettering, shared: Path) -> None:
    """Signs that do not exist can't be read, but are seen to be lettering."""
    with PIL.Image.open(shared / "images/lettering/ref9.jpg") as picture:
        mirrored = picture.convert("RGB").transpose(PIL.Image.Transpose.FLIP_LEFT_RIGHT)

    assert value(said(detector, mirrored)["garbled"]) > 0.9


def test_evidence_stays_small(detector: Lettering) -> None:
    """A page full of long lines in any script, and sixteen texts asked for, fit into 16 KB."""
    lines = [made("字" * 200), *[made('\U0001f642 \x00\\"' * 50) for _ in range(99)]]
    asked = [f"\U0001f642{number}" + "\U0001f642" * 150 for number in range(16)]
    outcomes = [
        lettering._match(asked, lines),
        lettering._unwanted(lines, (), open_image(np.zeros((8, 8, 3), np.uint8))),
        *detector._spelling(lines, ()).values(),
    ]

    for outcome in outcomes:
        assert len(json.dumps(outcome.evidence)) <= 16 * 1024


def test_hostile_lettering_is_data(detector: Lettering) -> None:
    """What was read stays as it is in the evidence, markup and control characters included."""
    line = made('<script>alert("x")</script>\x1b[31m')

    image = open_image(np.zeros((20, 20, 3), np.uint8))

    assert labels(lettering._unwanted([line], (), image))[0].startswith("<script>alert(")
    assert value(detector._spelling([line], ())["garbled"]) > 0


def test_it_does_not_depend_on_the_batch(detector: Lettering) -> None:
    """Measured alone, together and in reverse, with other prompts beside: the very same."""
    pictures = [sheet("COFFEE"), sheet("Garden", "Summer"), PIL.Image.new("RGB", (1, 1))]
    subjects = [Subject(open_image(each), prompt='"COFFEE"') for each in pictures]
    batch = detector.run(subjects)

    assert detector.run(subjects[::-1])[::-1] == batch
    assert [detector.run([each])[0] for each in subjects] == batch


def test_not_built_closed_twice_and_built_again() -> None:
    """Running before building is the caller's mistake; closing lets go; it can be built again."""
    measure = Lettering()
    with pytest.raises(MeasureError, match="not built"):
        said(measure, sheet("COFFEE"))
    for _ in range(2):
        measure.build("cpu")
        measure.build("cpu")
        assert value(said(measure, sheet("COFFEE"))["count"]) == 1
        measure.close()
        measure.close()


@pytest.mark.parametrize(
    "wrong",
    [
        {"side": 100},
        {"languages": ("xx",)},
        {"words": ("",)},
        {"words": ("!!!",)},
        {"allowed": ("x" * 999,)},
    ],
)
def test_parameters_that_make_no_sense_are_refused(wrong: dict[str, Any]) -> None:
    """A side without letters, a language without dictionary, a text with nothing to compare."""
    with pytest.raises(ValidationError):
        Lettering(**wrong)
