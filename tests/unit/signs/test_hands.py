"""Hands that are found, judged and boxed."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from selector.errors import MeasureError
from selector.images import open_image
from selector.signs.hands import HandModels
from selector.weights.fetch import fetch


def test_a_hand_too_small_for_the_whole_picture_is_found_at_the_end_of_its_arm(
    shared: Path,
) -> None:
    """Two people who fill a third of a large picture hold hands of 3 % of it; one is seen."""
    name = "mpsamples_object_detection_coupleanddog.jpeg"
    with PIL.Image.open(shared / "images/people_real" / name) as couple:
        people = couple.convert("RGB").resize((614, 554), PIL.Image.Resampling.LANCZOS)
    picture = PIL.Image.new("RGB", (1024, 1024), (150, 150, 140))
    picture.paste(people, (60, 90))
    models = HandModels.load()

    assert models.hands.find(np.asarray(picture)) == []
    seen = models.see(open_image(picture))
    models.close()

    assert len(seen.hands) == 1
    assert seen.people == 2
    x0, y0, x1, y1 = seen.hands[0].box
    held = (60 + 218 / 370 * 614, 90 + 129 / 334 * 554)  # read off the picture
    assert x0 < held[0] < x1
    assert y0 < held[1] < y1


def test_closed_models_say_so() -> None:
    """Using them after closing is the caller's mistake, not an empty picture."""
    models = HandModels.load()
    models.close()

    with pytest.raises(MeasureError, match="closed"):
        models.see(open_image(np.zeros((8, 8, 3), np.uint8)))


def test_all_are_loaded_or_none(tmp_path: Path) -> None:
    """If the last file is missing, the models before it are let go of."""
    code = """
from selector.backbones import landmarker, litert
from selector.signs.hands import HandModels
from selector.errors import WeightsError
try:
    HandModels.load()
except WeightsError as error:
    print(error)
print(len(landmarker._tasks.loaded()), len(litert._networks.loaded()))
"""
    for name in ("hand_landmarker", "pose_landmarker"):
        path = fetch(name)
        (tmp_path / path.name).symlink_to(path)
    environment = os.environ | {"SELECTOR_OFFLINE": "1", "SELECTOR_CACHE": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )

    assert done.stdout.startswith("face_landmarker: its model file can't be had")
    assert "https://storage.googleapis.com/mediapipe-models/" in done.stdout
    assert done.stdout.splitlines()[-1] == "0 0"
