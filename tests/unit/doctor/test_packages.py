"""What is installed is held against what is needed."""

from importlib.metadata import version

from selector.doctor.finding import Asked
from selector.doctor.packages import extras, packages
from selector.installed import requirements
from selector.measures import loader

DISTRIBUTION = "selector-engine"


def by_name(findings):
    return {one.what: one for one in findings}


def test_versions_are_told():
    """The product, Python and every package that is needed are named with their versions."""
    found = by_name(packages(Asked()))
    assert found["Python"].state == "ok"
    assert f"numpy {version('numpy')}" in found[DISTRIBUTION].said


def test_a_package_that_is_too_old_or_gone_is_broken(announce):
    """It is told what is needed, with the command that brings just that."""
    announce(DISTRIBUTION, "9.9", "Requires-Dist: numpy>=999", "Requires-Dist: no-such-thing>=1")
    found = by_name(packages(Asked()))
    assert found["numpy"].state == found["no-such-thing"].state == "broken"
    assert version("numpy") in found["numpy"].said
    assert found["numpy"].cure == 'pip install "numpy>=999"'
    assert "not installed" in found["no-such-thing"].said


def test_a_requirement_of_another_system_is_none(announce):
    """What is needed elsewhere only is not missed here."""
    announce(DISTRIBUTION, "9.9", "Requires-Dist: no-such-thing; sys_platform == 'amiga'")
    assert "no-such-thing" not in by_name(packages(Asked()))


def test_a_version_that_no_rule_knows_does_not_fit(announce):
    """An odd version string is told, not raised."""
    announce(DISTRIBUTION, "9.9", "Requires-Dist: oddly>=1")
    announce("oddly", "best-ever")
    assert "best-ever" in by_name(packages(Asked()))["oddly"].said


def test_optional_parts(announce):
    """Whole: ok; not installed: absent; too old: a warning; nobody is asked to install dev."""
    announce(
        DISTRIBUTION,
        "9.9",
        *(f"Provides-Extra: {extra}" for extra in ("whole", "gone", "old", "dev")),
        "Requires-Dist: numpy>=1; extra == 'whole'",
        "Requires-Dist: no-such-thing>=1; extra == 'gone'",
        "Requires-Dist: numpy>=999; extra == 'old'",
        "Requires-Dist: no-such-thing; extra == 'dev'",
    )
    found = by_name(extras(Asked()))
    states = {name: one.state for name, one in found.items()}
    assert states == {"[whole]": "ok", "[gone]": "absent", "[old]": "warning"}
    assert found["[gone]"].cure == 'pip install "selector-engine[gone]"'
    assert "no measure needs it" in found["[gone]"].said


def test_an_optional_part_says_which_measures_need_it(announce):
    """Whoever reads that detectors are absent learns what that costs."""
    announce(
        DISTRIBUTION, "9.9", "Provides-Extra: detectors", "Requires-Dist: gone; extra=='detectors'"
    )
    said = by_name(extras(Asked()))["[detectors]"].said
    _, _, users = said.partition("not installed: gone; needed by ")
    of_it = [path for path in loader.names() if loader.load(path).extra == "detectors"]
    assert users.split(", ") == of_it
    assert {"detectors.faces", "detectors.hands"} <= set(of_it)


def test_the_packages_that_detectors_need(announce):
    """All of them are imported and told with their versions, as the project announces them."""
    wanted = requirements("detectors")
    lines = (f"Requires-Dist: {str(one).partition(';')[0]}; extra == 'detectors'" for one in wanted)
    announce(DISTRIBUTION, "9.9", "Provides-Extra: detectors", *lines)
    whole = by_name(extras(Asked()))["[detectors]"]
    assert wanted
    assert whole.state == "ok", whole.said
    for needed in wanted:
        assert f"{needed.name} {version(needed.name)}" in whole.said


def test_one_of_many_packages_is_missing(announce):
    """It alone is named, and the cure installs the part as a whole."""
    announce(
        DISTRIBUTION, "9.9", "Provides-Extra: x", "Requires-Dist: numpy>=1; extra == 'x'",
        "Requires-Dist: gone>=1; extra == 'x'", "Requires-Dist: pillow>=1; extra == 'x'",
    )  # fmt: skip
    found = by_name(extras(Asked()))["[x]"]
    assert found.state == "absent"
    assert found.said.startswith("not installed: gone; ")
    assert found.cure == 'pip install "selector-engine[x]"'


def test_a_package_that_can_not_be_imported_is_broken(announce, tmp_path, monkeypatch):
    """It is really imported, in a process of its own, which it may end as it likes."""
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    announce(
        DISTRIBUTION, "9.9", "Provides-Extra: x", "Requires-Dist: ends",
        "Requires-Dist: fails; extra == 'x'",
    )  # fmt: skip
    for name, text in {"ends": "import os; os._exit(3)", "fails": "1 / 0"}.items():
        announce(name, "1.0")
        (tmp_path / f"{name}-1.0.dist-info" / "RECORD").write_text(f"{name}.py,,\n")
        (tmp_path / f"{name}.py").write_text(text)
    ends, fails = by_name(packages(Asked()))["ends"], by_name(extras(Asked()))["[x]"]
    assert ends.state == fails.state == "broken"
    assert "exit code 3" in ends.said
    assert "fails: it can't be imported (ZeroDivisionError" in fails.said
    assert fails.cure == 'pip install --force-reinstall --no-deps "fails==1.0"'
