"""SSIM is Wang's, to the reference's numbers, whatever the size of the pictures."""

import numpy as np
import pytest
from PIL import Image
from skimage.metrics import structural_similarity

import goldens
from pictures import noise, photo
from selector.signs.ssim import RADIUS, ssim_map

GOLDEN = goldens.document("pair_metrics")


def pair(case: dict) -> list[np.ndarray]:
    names = (case["inputs"][which] for which in ("reference", "distorted"))
    return [np.asarray(Image.open(goldens.FOLDER / "pairs" / name)) for name in names]


@pytest.mark.parametrize("case", GOLDEN["cases"], ids=lambda case: case["id"])
def test_golden_cases(case):
    """Of each pair the mean is what torchmetrics gives with a window of 11 and mirrored borders."""
    found = ssim_map(*pair(case)).mean(dtype=float)
    wanted = case["expected"]["ssim_gaussian_reflect"]
    assert found == pytest.approx(wanted, abs=GOLDEN["tolerance"]["ssim"]["abs"])


def test_the_map_is_scikit_images_at_every_pixel_inside():
    """Also across the bands in which a large picture is computed; the border is another convention."""
    one = np.asarray(noise(90, 700))
    other = np.clip(one * 0.8 + np.asarray(noise(90, 700, seed=1)) * 0.2, 0, 255).astype(np.uint8)
    _, wanted = structural_similarity(
        one, other, data_range=255, channel_axis=2, gaussian_weights=True, sigma=1.5,
        use_sample_covariance=False, full=True,
    )  # fmt: skip
    inside = slice(RADIUS, -RADIUS)
    found = ssim_map(one, other)[inside, inside]
    np.testing.assert_allclose(found, wanted.mean(axis=2)[inside, inside], atol=1e-4)


@pytest.mark.parametrize("size", [(1, 1), (3, 2048), (7, 5), (64, 64)])
def test_equal_pictures_of_any_size_are_alike(size):
    """The map has their size, and is exactly 1 everywhere; of black and white it is near 0."""
    one = np.asarray(noise(*size))
    np.testing.assert_array_equal(ssim_map(one, one), np.ones(size[::-1]))
    black, white = (np.full_like(one, level) for level in (0, 255))
    assert ssim_map(black, white).max() < 0.001


def test_flat_and_real_pictures_are_exactly_like_themselves():
    """No rounding tells two copies apart, of which both are to be ranked first."""
    for one in (np.full((40, 40, 3), 251, np.uint8), np.asarray(photo())):
        assert ssim_map(one, one).min() == 1


def test_a_negative_is_less_than_unlike():
    """What is light for dark has a negative likeness, and never under −1."""
    found = ssim_map(np.asarray(noise(64, 64)), 255 - np.asarray(noise(64, 64)))
    assert found.mean() < -0.5
    assert found.min() >= -1


def test_two_shapes_are_a_mistake():
    """Nothing is resized in silence."""
    with pytest.raises(ValueError, match="two shapes"):
        ssim_map(np.asarray(photo()), np.asarray(photo().resize((511, 512))))
