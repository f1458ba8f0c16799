"""What a measure lacks is told with its cure, without trying it."""

import outside
from selector.doctor.measures import lacks
from selector.measures import loader


def test_a_filter_lacks_nothing():
    """What needs no model and no optional part is here."""
    assert lacks(loader.construct("filters.blank", {})) is None


def test_an_optional_part_that_is_not_installed(announce):
    """The packages that are missing, and the command that installs the part."""
    announce("selector-engine", "9.9", "Requires-Dist: no-such-thing>=2; extra == 'detectors'")
    lacking = lacks(loader.construct("detectors.hands", {}))
    assert (lacking.what, lacking.state) == ("detectors.hands", "absent")
    assert "no-such-thing" in lacking.said
    assert lacking.cure == 'pip install "selector-engine[detectors]"'


def test_a_model_that_is_not_in_the_cache(machine, monkeypatch):
    """It is fetched at first use, which is told with size and licence; or it is forbidden."""
    monkeypatch.setenv("SELECTOR_CACHE", str(machine / "none"))
    hands = loader.construct("detectors.hands", {})
    lacking = lacks(hands)
    assert "fetched at first use: hand_landmarker (7.8 MB, Apache-2.0)" in lacking.said
    assert lacking.cure == "selector doctor --fetch"
    monkeypatch.setenv("SELECTOR_OFFLINE", "1")
    assert "forbids" in lacks(hands).said
    assert lacks(hands).cure == "SELECTOR_OFFLINE=0 selector doctor --fetch"


def test_a_measure_of_a_teams_own(tmp_path, monkeypatch):
    """What declares no optional part and no model lacks nothing that is known of."""
    monkeypatch.syspath_prepend(tmp_path)
    path = outside.write(tmp_path, "lacking", "return []")
    assert lacks(loader.construct(path, {})) is None
