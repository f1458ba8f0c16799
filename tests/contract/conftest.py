"""Shipped policies, and portraits to try them on."""

import pytest
from PIL import Image

from motifs import Picture
from selector import Candidate, Policy, Selection, Selector


@pytest.fixture
def choose(root):
    """Select among pictures by name, or paths, by a shipped policy; entries of it may change."""

    def selected(
        policy: str,
        pictures,
        *,
        prompt="a picture",
        expect=None,
        journal=False,
        limits=None,
        **changes,
    ) -> Selection:
        policy = Policy.load(root / "policies" / f"{policy}.yaml").having(**changes)
        given = list(pictures)
        if isinstance(pictures, dict):
            given = [Candidate(picture, id=name) for name, picture in pictures.items()]
        with Selector(policy, journal=journal, limits=limits) as selector:
            return selector.select(prompt, given, expect=expect)

    return selected


@pytest.fixture(scope="module")
def portrait(astronaut) -> Picture:
    """A portrait large enough for print."""
    return astronaut.resize((1024, 1024), Image.Resampling.BICUBIC)


@pytest.fixture(scope="module")
def closer(astronaut) -> Picture:
    """The same person from nearer, in another frame."""
    return astronaut.resize((2048, 2048), Image.Resampling.BICUBIC).crop((300, 0, 1500, 1600))
