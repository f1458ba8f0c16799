"""Pictures are measured all by every measure, and whatever breaks fails alone."""

import pytest

from asking import png
from pictures import encoded, noise
from selector.canary.measuring import Scene, measured
from selector.measures.detectors.preservation import Preservation
from selector.measures.filters.near_duplicates import NearDuplicates
from selector.measures.filters.resolution import Resolution
from selector.runner import Runner
from selector.types import Failure, Score


def found(scene: Scene, **measures):
    runner = Runner(measures)
    try:
        return measured(scene, measures, runner, lambda _what, _count: None)
    finally:
        runner.close()


@pytest.fixture
def pictures(tmp_path):
    """Two pictures of 64 and 80 pixels, and a file that is none."""
    paths = {name: tmp_path / name for name in ("small", "large", "broken")}
    for name, content in zip(paths, (png(64, 1), png(80, 2), b"no picture"), strict=True):
        paths[name].write_bytes(content)
    return paths


def test_a_picture_that_can_not_be_read_fails_and_the_others_are_measured(pictures):
    """As after an upgrade of the decoder: every output of that one says why."""
    rows = found(Scene(pictures), size=Resolution())
    assert [rows[name]["size.short_side"] for name in ("small", "large")] == [
        Score(64), Score(80)
    ]  # fmt: skip
    assert {type(one) for one in rows["broken"].values()} == {Failure}
    assert rows["broken"].keys() == rows["small"].keys()


def test_a_measure_of_sets_gets_all_that_could_be_read(pictures, tmp_path):
    """A copy in other bytes is found among them."""
    twin = tmp_path / "twin"
    twin.write_bytes(encoded(noise(64, 64, seed=5), "PNG"))
    other = tmp_path / "other"
    other.write_bytes(encoded(noise(64, 64, seed=5), "TIFF"))
    rows = found(Scene({**pictures, "twin": twin, "other": other}), alike=NearDuplicates())
    nearest = {name: row["alike.nearest"] for name, row in rows.items()}
    assert [nearest[name].value for name in ("twin", "other")] == [0, 0]
    assert nearest["small"].value > 0
    assert isinstance(nearest["broken"], Failure)


def test_without_the_picture_before_it_an_edit_can_not_be_compared(pictures):
    """Who needs the source says why it is not there; who does not, measures."""
    scene = Scene({"small": pictures["small"]}, "redder", pictures["broken"])
    (row,) = found(scene, size=Resolution(), kept=Preservation()).values()
    assert row["size.short_side"] == Score(64)
    assert {type(one) for name, one in row.items() if name.startswith("kept.")} == {Failure}
