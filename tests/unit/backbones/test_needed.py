"""What is missing is said when a measure is built, with the command that cures it."""

import subprocess
import sys

import pytest

from selector.backbones.needed import need
from selector.errors import WeightsError

WITHOUT = """
import sys
class Missing:
    def find_spec(name, path=None, target=None):
        if name.partition(".")[0] == {module!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Missing)
from selector.measures.detectors.{detector} import {name}
{name}(**{name}.example).build("cpu")
"""


@pytest.mark.parametrize(
    ("detector", "module"),
    [("faces", "skimage"), ("faces", "cv2"), ("hands", "cv2"), ("distortion", "cv2"),
     ("distortion", "scipy"), ("background", "skimage"), ("palette", "skimage")],
)  # fmt: skip
def test_a_detector_without_a_package_is_not_built(detector: str, module: str) -> None:
    """It fails before any picture is looked at, and one command cures it."""
    code = WITHOUT.format(detector=detector, name=detector.title(), module=module)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    last = done.stderr.strip().splitlines()[-1]
    assert "WeightsError" in last
    assert module in last
    assert " Run: " in last
    assert "pip install" in last


def test_what_is_there_is_no_error() -> None:
    """Modules that can be imported are, and nothing is said."""
    need("a detector", {"scipy.special": "scipy"})
    assert "scipy.special" in sys.modules


def test_what_is_not_there_names_the_optional_part() -> None:
    """Who needs it, what it is, and the command that brings it."""
    with pytest.raises(WeightsError, match=r"^a detector: .* no_such_module.*\[detectors\]"):
        need("a detector", {"no_such_module": "no-such-package"})
