"""An image that another process has read needs not be read again: it is the same image."""

import pickle

import numpy as np
import pytest

from pictures import encoded, noise, photo
from selector.errors import ImageError
from selector.images import Limits, PixelBudget, Stored, open_image, pack, unpacked
from selector.measures.base import Subject
from selector.planning import measure_of, plan_of

MEASURES = {
    "name": "all",
    "version": 1,
    "method": {
        "weighted_sum": [
            {"of": "filters.sharpness.overall", "scale": {"ends": [0, 0.5]}},
            {"of": "filters.blank.structure"},
        ]
    },
}


def _sent(image, given, *, pixels=True, budget=None):
    """Return the image as another process would have it."""
    packed = pickle.loads(pickle.dumps(pack(image, pixels=pixels)))  # noqa: S301 - our own
    return unpacked(packed, given, limits=Limits(), budget=budget or PixelBudget())


def _gone(_most: int) -> bytes:
    raise AssertionError("nothing is to be read")


@pytest.fixture
def file(tmp_path):
    """A photograph in a file."""
    path = tmp_path / "a.jpg"
    photo().save(path, quality=95)
    return path


def test_it_is_the_same_image(file):
    """All that is known of it, its pixels and every view arrive as they were."""
    image = open_image(file)
    there = _sent(image, file)
    for known in ("name", "path", "format", "size", "content_hash", "pixel_hash", "notes"):
        assert getattr(there, known) == getattr(image, known)
    for view in ("rgb", "luma", "array224", "thumbnail"):
        assert np.array_equal(getattr(there, view), getattr(image, view))
    assert repr(there) == repr(image)
    assert there.original_bytes() == file.read_bytes()


@pytest.mark.parametrize("pixels", [True, False], ids=["pixels", "none"])
def test_it_measures_the_same(file, pixels):
    """Real measures return the very same numbers, whether its pixels came along or not."""
    image = open_image(file)
    there = _sent(image, file, pixels=pixels)
    for instance in plan_of(MEASURES).instances.values():
        measure = measure_of(instance)
        measure.build("cpu")
        assert measure.run([Subject(there)]) == measure.run([Subject(image)])


def test_nothing_is_read_until_pixels_are_asked_for():
    """Unpacking opens nothing; with pixels in the budget nothing is ever read."""
    given = encoded(noise(30, 20), "PNG")
    image = open_image(given)
    there = _sent(image, Stored("gone", _gone))
    assert np.array_equal(there.luma, image.luma)
    _sent(image, Stored("gone", _gone), pixels=False)


def test_pixels_obey_the_budget():
    """Pixels that find no room are dropped on arrival, and decoded when they are asked for."""
    given = encoded(noise(30, 20), "PNG")
    budget = PixelBudget(0)
    there = _sent(open_image(given), given, budget=budget)
    assert budget.used == 0
    assert np.array_equal(there.rgb, open_image(given).rgb)
    assert budget.decodes == 1


def test_pixels_that_came_along_cant_be_changed():
    """No measure can spoil a picture for the next one, here as where it was decoded."""
    given = encoded(noise(30, 20), "PNG")
    assert not _sent(open_image(given), given).rgb.flags.writeable


def test_another_image_in_its_place_is_refused(tmp_path):
    """A file that was replaced meanwhile is told by its name, once, and never measured."""
    path = tmp_path / "a.png"
    noise(30, 20).save(path)
    there = _sent(open_image(path), path, pixels=False)
    noise(30, 20, seed=1).save(path)
    with pytest.raises(ImageError, match=r"^[^\n]*a\.png: it is another image") as refused:
        there.decode()
    assert str(refused.value).count("a.png") == 1
    with pytest.raises(ImageError, match="it is another image"):
        there.original_bytes()


def test_what_was_decoded_soon_is_read_once():
    """Whoever says that it decodes next reads the bytes once; later, they are compared again."""
    data = encoded(noise(30, 20), "PNG")
    asked = []

    def read(most: int) -> bytes:
        asked.append(most)
        return data[:most]

    image = open_image(Stored("a", read), budget=PixelBudget(0), soon=True)
    image.decode()
    assert len(asked) == 1
    image.decode()
    assert len(asked) == 2
