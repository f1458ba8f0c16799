"""The features of BRISQUE against what they should be of known pictures, and its model."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import PIL.Image
import pytest
import skimage.data

from selector.backbones import brisque
from selector.backbones.brisque import Brisque, features
from selector.errors import WeightsError


def luma(name: str) -> npt.NDArray[np.uint8]:
    """Return luma of a picture that comes with scikit-image."""
    return np.asarray(PIL.Image.fromarray(getattr(skimage.data, name)()).convert("L"))


@pytest.mark.parametrize(
    ("draw", "shape"),
    [
        (lambda random: random.normal(size=(700, 700)), 2.0),
        (lambda random: random.laplace(size=(700, 700)), 1.0),
    ],
    ids=["normal", "Laplace"],
)
def test_known_distributions_are_recognised(draw, shape: float) -> None:
    """The shape is 2 of a normal distribution and 1 of Laplace's, whatever does not count."""
    values = draw(np.random.default_rng(0)).astype(np.float32)
    counts = np.random.default_rng(1).random(values.shape) < 0.5

    found, mean, left, right = brisque._fit(np.where(counts, values, np.float32(0)), counts)

    assert found == pytest.approx(shape, rel=0.02)
    assert mean == pytest.approx(0, abs=0.02)
    assert left == pytest.approx(values.var(), rel=0.02)
    assert right == pytest.approx(values.var(), rel=0.02)


def test_lopsided_values_have_two_widths() -> None:
    """Of a normal distribution twice as wide to the right, the right variance is four times."""
    random = np.random.default_rng(0)
    sides = np.where(random.random((700, 700)) < 2 / 3, 2, -1)  # twice as wide, twice as many
    values = (np.abs(random.normal(size=sides.shape)) * sides).astype(np.float32)

    shape, mean, left, right = brisque._fit(values, np.ones(values.shape, bool))

    assert right / left == pytest.approx(4, rel=0.02)
    assert mean > 0.5
    assert shape == pytest.approx(2, rel=0.02)


@pytest.mark.parametrize(
    ("name", "theirs"), [("astronaut", 10.78), ("coffee", 3.11), ("rocket", 5.71)]
)
def test_the_score_is_that_of_the_published_program(
    name: str, theirs: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With every pixel counting, the score is that of the package that the model comes from.

    Tolerance: theirs takes what lies beyond the border as black.
    """
    monkeypatch.setattr(brisque, "CONTRAST", 0.0)
    found = features(luma(name))

    assert found is not None
    assert Brisque().score(found) == pytest.approx(theirs, abs=2.5)


def test_hardly_anything_has_no_features() -> None:
    """One colour, one pixel, a line: too little to tell a distribution from."""
    for shape in ((300, 300), (1, 1), (3, 400), (20, 20)):
        assert features(np.full(shape, 128, np.uint8)) is None
    noise = np.random.default_rng(0).integers(0, 256, (40, 40), np.uint8)
    assert features(noise) is None


def test_features_are_finite_whatever_the_picture() -> None:
    """Two colours, one row that differs, extreme noise: numbers, and a score."""
    random = np.random.default_rng(0)
    stripes = np.zeros((200, 200), np.uint8)
    stripes[:, ::2] = 255
    halves = np.zeros((3000, 60), np.uint8)
    halves[:, 30:] = 1
    for picture in (stripes, halves, random.integers(0, 2, (200, 200), np.uint8) * 255):
        found = features(picture)
        assert found is None or np.isfinite([*found, Brisque().score(found)]).all()


def test_a_file_that_is_no_model_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Text that is not libsvm's is an error, not a score of nothing."""
    (tmp_path / "other.txt").write_text("svm_type epsilon_svr\ngamma lots\nrho 1\nSV\n1 1:1\n")
    monkeypatch.setattr(brisque, "fetch", lambda _: tmp_path / "other.txt")

    with pytest.raises(WeightsError, match="not libsvm's text"):
        Brisque()
