"""Near duplicates: the same picture is near however it was saved, another one is far."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import PIL.Image
import PIL.ImageEnhance
import pytest

from pictures import encoded, measure, noise, photo
from selector.images import PixelBudget, open_image
from selector.measures.base import Subject
from selector.measures.filters.near_duplicates import NearDuplicates
from selector.types import NotApplicable


def nearest(*sources) -> list[float]:
    return [found["nearest"].value for found in measure(NearDuplicates(), *sources)]


def _variants():
    """Return the same photograph after what delivery does to pictures."""
    return {
        "JPEG": encoded(photo(), "JPEG", quality=50),
        "half the size": photo().resize((256, 256)),
        "brighter": PIL.ImageEnhance.Brightness(photo()).enhance(1.2),
        "a pixel off": photo().crop((1, 1, 512, 512)),
    }


@pytest.mark.parametrize("variant", _variants())
def test_the_same_picture_is_near(variant):
    """Coding, scaling, a little light and a pixel cut off leave it nearly the same."""
    assert max(nearest(photo(), _variants()[variant])) <= 4


def test_other_pictures_are_far():
    """Noise of other seeds differs in about half of the bits."""
    assert min(nearest(*(noise(64, 64, seed=seed) for seed in range(6)))) >= 14


def test_candidates_of_one_prompt_are_far(shared: Path):
    """Generated candidates for one prompt are alike, and yet not near duplicates."""
    for folder in ("ocean", "dogs", "cats"):
        assert min(nearest(*sorted((shared / "images" / folder).glob("*.*")))) >= 14


def test_alone_there_is_nothing_to_be_near_to():
    """The only member of a set has no distance, rather than a made-up one."""
    (found,) = measure(NearDuplicates(), photo())
    assert found["nearest"] == NotApplicable("alone in its set")


def test_evidence_is_the_distances_in_order_of_content_hash():
    """Row and column i of everyone's distances belong to the i-th content hash; own entry 0."""
    sources = [photo(), photo().rotate(90), noise(50, 50), encoded(photo(), "JPEG"), noise(9, 9)]
    images = [open_image(source) for source in sources]
    found = NearDuplicates().run([Subject(image) for image in images])
    by_hash = sorted(range(len(images)), key=lambda i: images[i].content_hash)
    table = np.array([found[i]["nearest"].evidence["distances"] for i in by_hash])
    assert (table == table.T).all()
    assert (np.diag(table) == 0).all()
    for row, i in enumerate(by_hash):
        others = np.delete(table[row], row)
        assert found[i]["nearest"].value == others.min()
    assert table[by_hash.index(0), by_hash.index(3)] <= 4
    assert table[by_hash.index(0), by_hash.index(2)] >= 14


def test_the_order_of_the_members_means_nothing():
    """Each member gets the same outcome wherever it stands in the set."""
    sources = [noise(40, 30, seed=seed) for seed in range(5)]
    forwards = measure(NearDuplicates(), *sources)
    assert measure(NearDuplicates(), *sources[::-1]) == forwards[::-1]


def test_equal_pictures_have_distance_zero():
    """Two files of the same pixels are at no distance from each other."""
    found = nearest(encoded(photo(), "PNG"), encoded(photo(), "BMP"), noise(30, 30))
    assert found[:2] == [0, 0]
    assert found[2] >= 14


def test_nearness_is_no_chain():
    """Small steps are near each other, and yet far from end to end: distances are of pairs."""
    steps = [PIL.Image.blend(photo(), noise(512, 512), share) for share in np.linspace(0, 1, 17)]
    end_to_end = nearest(steps[0], steps[-1])[0]
    assert max(max(nearest(one, next_one)) for one, next_one in pairwise(steps)) < end_to_end


def test_hashes_are_made_once():
    """A set that grows is hashed anew only for its new members, even if no pixels can be held."""
    budget = PixelBudget(100_000)  # of the views, only a hash fits
    images = [open_image(encoded(noise(700, 700, seed=k), "BMP"), budget=budget) for k in range(3)]
    subjects = [Subject(image) for image in images]
    NearDuplicates().run(subjects[:2])
    NearDuplicates().run(subjects)
    NearDuplicates().run(subjects)
    assert budget.decodes == 3
