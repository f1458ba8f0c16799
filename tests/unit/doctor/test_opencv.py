"""Several packages bring OpenCV: that is fine while they agree, and told with a cure if not."""

from importlib.metadata import version

import pytest

from selector.doctor.finding import Asked
from selector.doctor.opencv import opencv

INSTALLED = "opencv-contrib-python"  # which MediaPipe brings


@pytest.fixture
def bring(announce, tmp_path):
    """Announce another package with files in cv2, of which only the first is there."""

    def write(name, release, *files):
        announce(name, release)
        record = "".join(f"cv2/{file},,\n" for file in files)
        (tmp_path / f"{name.replace('-', '_')}-{release}.dist-info" / "RECORD").write_text(record)
        (tmp_path / "cv2").mkdir(exist_ok=True)
        (tmp_path / "cv2" / files[0]).write_text("1 / 0")

    return write


def test_packages_that_agree():
    """All that bring it are named with their versions, and nothing is to be done."""
    (found,) = opencv(Asked())
    assert (found.state, found.cure) == ("ok", "")
    assert f"{INSTALLED} {version(INSTALLED)}" in found.said


def test_two_versions(bring):
    """It is told which, and the cure brings all of them to the newest of these versions."""
    bring("opencv-old", "4.9", "__init__.py")
    (found,) = opencv(Asked())
    assert found.state == "warning"  # what came last can be imported still
    assert "opencv-old 4.9" in found.said
    assert "one folder, cv2" in found.said
    assert found.cure.startswith("pip install --force-reinstall --no-deps ")
    newest = version(INSTALLED)
    assert f'"{INSTALLED}=={newest}"' in found.cure
    assert f'"opencv-old=={newest}"' in found.cure


@pytest.mark.parametrize(("release", "newest"), [("9.10", "9.10"), ("oddly", version(INSTALLED))])
def test_the_newest_is_newest_as_versions_go(bring, release, newest):
    """9.10 is newer than any 9.9 and 5; what no rule knows is not."""
    bring("opencv-other", release, "__init__.py")
    bring("opencv-more", "4.9", "more.py")
    (found,) = opencv(Asked())
    assert f'"{INSTALLED}=={newest}"' in found.cure


def test_what_uninstalling_another_took_along(bring):
    """One version, and a file that a package brought is not there any more."""
    bring("opencv-left", version(INSTALLED), "__init__.py", "left/gone.py", "__pycache__/x.pyc")
    (found,) = opencv(Asked())
    assert "lack cv2/left/gone.py" in found.said
    assert f'"opencv-left=={version(INSTALLED)}"' in found.cure


def test_what_can_not_be_imported_is_broken(bring, tmp_path, monkeypatch):
    """It is really imported, in a process of its own."""
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    bring("opencv-broken", "4.9", "__init__.py")
    (found,) = opencv(Asked())
    assert found.state == "broken"
