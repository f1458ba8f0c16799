"""What every measure promises. A new file under measures/ is picked up by itself."""

import json
import subprocess
import sys
from typing import Any, get_args

import numpy as np
import pytest
from PIL import Image

import goldens
import judged
import onnx_files
import services
from selector import measures
from selector.images import open_image
from selector.measures import loader
from selector.measures.base import CARD_LINES, Subject
from selector.measures.judges import InProcess
from selector.policy.values import KIND_FOLDERS
from selector.runner import Runner
from selector.types import Failure, NotApplicable, Score, to_data

PATHS = loader.names()
KINDS = {"filters": "filter", "detectors": "detector", "scorers": "scorer"}
HEAVY = (
    "torch", "transformers", "mediapipe", "ray", "imagehash", "skimage", "scipy", "cv2",
    "onnxruntime", "ai_edge_litert", "rapidocr", "spellchecker", "open_clip", "safetensors",
    "huggingface_hub",
)  # fmt: skip


def holds(annotation: Any, wanted: type) -> bool:
    """Return whether a type is *wanted*, or one of those that it is made of."""
    return annotation is wanted or any(holds(one, wanted) for one in get_args(annotation))


# The parameter of every measure that names a judge, found by its type.
JUDGES = [
    (path, name)
    for path in PATHS
    for name, field in loader.load(path).model_fields.items()
    if holds(field.annotation, InProcess)
]


def noise(height: int, width: int) -> Image.Image:
    pixels = np.random.default_rng(height * width).integers(0, 256, (height, width, 3), np.uint8)
    return Image.fromarray(pixels)


ODD = {
    "one pixel": noise(1, 1),
    "a line": noise(3, 2048),
    "a column": noise(700, 2),
    "grey": noise(80, 60).convert("L"),
    "alpha": noise(80, 60).convert("RGBA"),
    "black": Image.new("RGB", (300, 300)),
    "white": Image.new("RGB", (300, 300), "white"),
    "noise": noise(200, 300),
}


@pytest.fixture(scope="module")
def runner(tmp_path_factory):
    """One runner with every measure, so that models load once."""
    with services.serving() as service, judged.serving() as judges:
        model = onnx_files.classifier(np.eye(3, 2))
        yours = {
            "detectors.classifier": onnx_files.write(tmp_path_factory.mktemp("models"), model),
            "detectors.service": {"url": service.answering(services.redness)},
            **judges,
        }
        assert set(yours) == {path for path in PATHS if loader.load(path).yours}
        yours |= {path: goldens.parameters(path) for path in goldens.FILES}
        made = Runner(
            {
                path: loader.construct(path, {**loader.load(path).example, **yours.get(path, {})})
                for path in PATHS
            }
        )
        yield made
        made.close()


def subject(picture) -> Subject:
    source = open_image(Image.new("RGB", picture.size, "blue"))
    return Subject(open_image(picture), "a picture", source, instruction="make it red")


def test_every_file_is_a_measure_and_every_measure_a_file():
    """The names are exactly the public modules on disk."""
    (root,) = (path for path in measures.__path__)
    from pathlib import Path

    on_disk = {
        f"{folder}.{file.stem}"
        for folder in KIND_FOLDERS
        for file in (Path(root) / folder).glob("*.py")
        if not file.name.startswith("_")
    }
    assert set(PATHS) == on_disk
    assert PATHS


@pytest.mark.parametrize("path", PATHS)
def test_card_is_complete(path):
    """A card has a first line and the six lines, each with something in it."""
    card = loader.load(path).card()
    assert set(card) == {"", *CARD_LINES}
    assert all(len(text) > 3 for text in card.values())


@pytest.mark.parametrize("path", PATHS)
def test_declarations_are_sound(path):
    """Kind fits the folder, outputs have unit, words and range, the cost is a time."""
    measure = loader.construct(path, loader.load(path).example)
    assert measure.kind == KINDS[path.partition(".")[0]]
    assert measure.version >= 1
    assert 0 < measure.cost.seconds < 60
    assert measure.outputs
    for name, output in measure.outputs.items():
        assert name.isidentifier()
        assert output.unit
        assert output.words
        assert output.low is None or output.high is None or output.low < output.high
        often = output.usual or (0, 1)
        assert often[0] < often[1]
        ends = (output.low, *(output.usual or ()), output.high)
        assert sorted(known := [end for end in ends if end is not None]) == known


def test_judges_are_found_by_their_type():
    """Those that answer here are exactly those that the tests of all judges below go through."""
    assert {path for path, _ in JUDGES} == set(judged.JUDGES)


@pytest.mark.parametrize(("path", "name"), JUDGES)
def test_a_model_that_a_judge_loads_is_told_for_its_licence(path, name):
    """One from the hub that nobody here knows is `unlisted`, so that no check passes it silently."""
    model = {"repo": "a/b", "revision": "0123456789" * 4}
    measure = loader.construct(path, {**loader.load(path).example, name: model})
    assert measure.unlisted == ("a/b@01234567",)


@pytest.mark.parametrize(("path", "name"), JUDGES)
def test_a_judge_that_is_not_there_is_told_before_it_is_asked(path, name, tmp_path):
    """A folder without a model is `missing`; that nobody is named is a caution."""
    given = loader.load(path).example
    nowhere = loader.construct(path, {**given, name: {"folder": str(tmp_path / "gone")}})
    assert "gone" in nowhere.missing()
    assert "no judge is named" in loader.construct(path, {**given, name: None}).caution()


@pytest.mark.parametrize("path", PATHS)
def test_parameters_round_trip(path):
    """A measure rebuilt from its written parameters is the same, with the same fingerprint."""
    measure = loader.construct(path, loader.load(path).example)
    again = loader.construct(path, json.loads(json.dumps(measure.model_dump(mode="json"))))
    assert again == measure
    assert again.fingerprint() == measure.fingerprint()


def test_fingerprints_differ():
    """No two measures share the name of their numbers."""
    prints = [loader.construct(path, loader.load(path).example).fingerprint() for path in PATHS]
    assert len(set(prints)) == len(prints)


def test_importing_measures_imports_nothing_heavy():
    """All measures can be listed and described without loading a model library."""
    code = (
        "import sys; from selector.measures import loader\n"
        "made = [loader.construct(path, loader.load(path).example) for path in loader.names()]\n"
        "prints = [one.fingerprint() for one in made]\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("path", PATHS)
def test_odd_pictures_give_outcomes_inside_the_declared_range(path, runner):
    """Grey, alpha, 1×1, 2048×3, black: every output is there, in range, with small evidence."""
    outputs = loader.construct(path, loader.load(path).example).outputs
    for name, picture in ODD.items():
        (found,) = runner.run(path, [subject(picture)])
        assert set(found) == set(outputs), name
        for output, outcome in found.items():
            if isinstance(outcome, Failure):
                assert _too_long_for_a_judge(path, picture), (name, output, outcome.reason)
            if isinstance(outcome, NotApplicable):
                assert outputs[output].optional, (name, output)
            assert len(json.dumps(outcome.evidence)) <= 16 * 1024


def _too_long_for_a_judge(path, picture) -> bool:
    """Return whether a judge refuses a picture, as their models take none over 200 to 1."""
    looks_on = {*judged.JUDGES, "scorers.hpsv3"}
    return path in looks_on and max(picture.size) > 200 * min(picture.size)


@pytest.mark.parametrize("path", PATHS)
def test_alone_in_a_batch_and_reversed_are_the_same(path, runner, astronaut):
    """A candidate's numbers do not depend on who is measured with it, nor in which order."""
    pictures = [*ODD.values(), astronaut, astronaut.rotate(5)]
    subjects = [subject(picture) for picture in pictures]
    together = runner.run(path, subjects)
    backwards = runner.run(path, subjects[::-1])[::-1]
    if loader.load(path).scope == "candidate":
        alone = [runner.run(path, [one])[0] for one in subjects]
        assert to_data(list, alone) == to_data(list, together)
    assert [values(one) for one in backwards] == [values(one) for one in together]


def values(outcomes) -> dict[str, float | str]:
    return {
        name: outcome.value if isinstance(outcome, Score) else outcome.kind
        for name, outcome in outcomes.items()
    }
