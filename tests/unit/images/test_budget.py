"""Decoded pixels stay within the budget, each image is decoded once if it can be, and shared."""

import gc
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pictures import encoded, noise
from selector.images import PixelBudget, open_image

SIDE = 800  # pixels of 1.9 MB and luma of 0.6 MB, both above what counts as small
BYTES = SIDE * SIDE * 3
FILES = [encoded(noise(SIDE, SIDE, seed=seed), "BMP") for seed in range(5)]
WANTED = [np.asarray(noise(SIDE, SIDE, seed=seed)) for seed in range(5)]
VIEWS = ("rgb", "luma", "array224", "thumbnail")


def test_within_the_budget_each_image_is_decoded_once():
    """However often and in whatever order pixels and views are asked for, one decoding an image."""
    budget = PixelBudget()
    images = [open_image(file, budget=budget) for file in FILES]
    for name in VIEWS * 2 + VIEWS[::-1]:
        for image in images:
            assert getattr(image, name) is getattr(image, name)
    assert budget.decodes == len(images)
    assert budget.used == len(images) * (BYTES + SIDE * SIDE + 224 * 224 * 3 + 256 * 256 * 3)


def test_over_the_budget_scans_still_hit():
    """Measures that go round and round over more images than fit decode only what does not fit."""
    budget = PixelBudget(4 * BYTES)
    images = [open_image(file, budget=budget) for file in FILES]
    rounds = 12
    for _ in range(rounds):
        for image in images:
            image.decode()
    # Three of five stay in place, and the last two take turns: a third to a half is decoded again,
    # where dropping the least recently used would decode all five each time.
    assert budget.decodes <= len(images) + (rounds - 1) * 2


def test_small_views_outlive_large_ones():
    """A thumbnail is kept when pixels are dropped, even the latest: decoding would be its price."""
    budget = PixelBudget(BYTES + 3 * 256 * 256 * 3)
    images = [open_image(file, budget=budget) for file in FILES]
    for image in images:
        assert image.thumbnail.shape == (256, 256, 3)
    decoded = budget.decodes
    for image in images:
        assert image.thumbnail.shape == (256, 256, 3)
    assert budget.decodes == decoded == len(images)


def test_larger_views_of_others_make_way_for_pixels():
    """Lumas of pictures that are done with never crowd out the pixels of the one at work."""
    budget = PixelBudget(3 * BYTES)
    images = [open_image(file, budget=budget) for file in FILES * 3]
    for image in images:
        for name in ("rgb", "luma", "rgb", "thumbnail", "rgb"):
            assert getattr(image, name) is not None
    assert budget.decodes == len(images)


@settings(max_examples=25, deadline=None)
@given(
    steps=st.lists(st.tuples(st.integers(0, 4), st.sampled_from((*VIEWS, "close"))), max_size=20),
    room=st.sampled_from([0, 1000, BYTES - 1, BYTES, int(2.5 * BYTES), 10 * BYTES]),
)
def test_any_budget_holds_and_gives_the_right_pixels(steps, room):
    """Never more than the budget is held, even by one image larger than it, and never mixed up."""
    budget = PixelBudget(room)
    images = [open_image(file, budget=budget) for file in FILES]
    for which, name in steps:
        if name == "close":
            images[which].close()
        else:
            found = getattr(images[which], name)
            assert found.flags.writeable is False
            assert name != "rgb" or np.array_equal(found, WANTED[which])
        assert budget.used <= room


def test_closing_gives_everything_back():
    """A closed image holds nothing, and is decoded again if it is used after all."""
    budget = PixelBudget()
    image = open_image(FILES[0], budget=budget)
    assert image.luma.shape == (SIDE, SIDE)
    image.close()
    image.close()
    assert budget.used == 0
    assert np.array_equal(image.rgb, WANTED[0])
    assert budget.decodes == 2


def test_a_forgotten_image_gives_everything_back():
    """What nobody holds any more, closed or not, does not fill the budget."""
    budget = PixelBudget()
    image = open_image(FILES[0], budget=budget)
    image.decode()
    del image
    gc.collect()
    assert budget.used == 0


def test_a_view_is_made_once_and_shared():
    """Two measures that ask for the same view get the same array, made once; it can't be written."""
    calls = []

    def brightest(image):
        calls.append(image)
        return image.luma.max(axis=0)

    image = open_image(FILES[0])
    assert image.view(brightest) is image.view(brightest)
    assert calls == [image]
    with pytest.raises(ValueError, match="read-only"):
        image.view(brightest)[0] = 0


def test_a_view_that_fails_is_not_kept():
    """An error in making a view reaches who asked, and leaves the image as usable as before."""

    def broken(image):
        raise ZeroDivisionError(image.path)

    image = open_image(FILES[0])
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            image.view(broken)
    assert np.array_equal(image.rgb, WANTED[0])


@pytest.mark.parametrize("room", [100 * BYTES, int(2.5 * BYTES)])
def test_threads_share_images(room):
    """Threads that ask at once get right pixels, and, if all fit, decode each image once."""
    budget = PixelBudget(room)
    images = [open_image(file, budget=budget) for file in FILES]
    together = threading.Barrier(8)

    def work(seed):
        together.wait()
        order = np.random.default_rng(seed).permutation(np.repeat(range(len(images)), 3))
        return all(np.array_equal(images[which].rgb, WANTED[which]) for which in order)

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(work, range(8)))
    assert budget.used <= room
    assert room < 100 * BYTES or budget.decodes == len(images)
