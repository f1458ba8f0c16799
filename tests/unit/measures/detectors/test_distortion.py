"""What distorts a picture raises its score, and what does not leaves it."""

import io
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import PIL.Image
import pytest
import skimage.data
from PIL import ImageFilter

from selector.errors import MeasureError
from selector.images import open_image
from selector.measures.base import Subject
from selector.measures.detectors.distortion import Distortion
from selector.types import Measured, NotApplicable, Score

Picture = PIL.Image.Image


@pytest.fixture(scope="module")
def distortion() -> Iterator[Distortion]:
    """The detector, ready to run."""
    measure = Distortion()
    measure.build("cpu")
    yield measure
    measure.close()


@pytest.fixture(scope="module", params=["astronaut", "coffee", "chelsea"])
def photograph(request: pytest.FixtureRequest) -> Picture:
    """A sharp photograph."""
    return PIL.Image.fromarray(getattr(skimage.data, request.param)())


def measured(distortion: Distortion, source: Any) -> Measured:
    """Return what it says of one picture."""
    return distortion.run([Subject(open_image(source))])[0]["brisque"]


def value(distortion: Distortion, source: Any) -> float:
    """Return the score, which must be there."""
    outcome = measured(distortion, source)
    assert isinstance(outcome, Score)
    return outcome.value


def blurred(picture: Picture, radius: float) -> Picture:
    return picture.filter(ImageFilter.GaussianBlur(radius))


def noisy(picture: Picture, sigma: float) -> Picture:
    pixels = np.asarray(picture, np.float64)
    noise = np.random.default_rng(0).normal(0, sigma, pixels.shape)
    return PIL.Image.fromarray((pixels + noise).clip(0, 255).astype(np.uint8))


def compressed(picture: Picture, quality: float) -> Picture:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=int(quality))
    return PIL.Image.open(file).convert("RGB")


@pytest.mark.parametrize(
    ("distort", "strengths"),
    [(blurred, (0.7, 1.2, 2)), (noisy, (15, 30, 60)), (compressed, (30, 15, 5))],
)
def test_the_stronger_the_worse(
    distortion: Distortion,
    photograph: Picture,
    *,
    distort: Callable[[Picture, float], Picture],
    strengths: tuple[float, ...],
) -> None:
    """Blur, noise and compression raise the score, more of them more."""
    values = [value(distortion, distort(photograph, strength)) for strength in strengths]

    assert values == sorted(values)
    assert value(distortion, photograph) + 10 < values[1]
    assert values[-1] > 50


def test_a_plain_ground_does_not_count(distortion: Distortion, photograph: Picture) -> None:
    """A photograph on a wide plain ground scores as without it: it is not compressed for that."""
    width, height = photograph.size
    for colour in ("white", "black", (200, 30, 40)):
        wide = PIL.Image.new("RGB", (min(1024, 2 * width), min(1024, 2 * height)), colour)
        wide.paste(photograph, (60, 80))
        alone = photograph.crop((0, 0, wide.width - 60, wide.height - 80))
        assert value(distortion, wide) == pytest.approx(value(distortion, alone), abs=6)


def test_a_mirror_image_scores_the_same(distortion: Distortion, photograph: Picture) -> None:
    """Left and right are alike to it."""
    mirrored = photograph.transpose(PIL.Image.Transpose.FLIP_LEFT_RIGHT)

    assert value(distortion, mirrored) == pytest.approx(value(distortion, photograph), abs=6)


def test_what_is_off_the_scale_is_at_its_end(distortion: Distortion) -> None:
    """Stripes are further from a photograph than the scale reaches, a clear sky is nearer."""
    stripes = np.indices((300, 300))[0] % 4 // 2 * 255

    assert value(distortion, np.stack([stripes] * 3, -1).astype(np.uint8)) == 100.0
    assert value(distortion, skimage.data.rocket()) == 0.0


def test_a_plain_or_tiny_picture_has_no_score(distortion: Distortion) -> None:
    """Black, white, grey, one pixel, a line: not applicable, and never a number."""
    noise = np.random.default_rng(0).integers(0, 256, (40, 2048, 3), np.uint8)
    plain = [np.full((1024, 1024, 3), shade, np.uint8) for shade in (0, 1, 127, 255)]
    for picture in (*plain, noise[:1, :1], noise[:1], noise[:20, :20]):
        said = measured(distortion, picture)
        assert said == NotApplicable("too little in the picture to judge its detail")


def test_a_large_picture_is_looked_at_from_further_away(distortion: Distortion) -> None:
    """Twice as large it scores like its half: what is only seen from near does not count."""
    large = PIL.Image.fromarray(skimage.data.retina()).crop((200, 200, 1200, 1200))
    twice = large.resize((2048, 2048), PIL.Image.Resampling.NEAREST)
    once = large.resize((1024, 1024), PIL.Image.Resampling.NEAREST)

    assert value(distortion, twice) == pytest.approx(value(distortion, once), abs=3)


def test_it_must_be_built() -> None:
    """Used before its model is read, it says so instead of a number."""
    with pytest.raises(MeasureError, match="Call `build`"):
        Distortion().run([Subject(open_image(skimage.data.astronaut()))])
