"""A classifier of a team's own: seen as it was trained to see, pinned to its file."""

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest

import onnx_files
from policies import small
from selector import select
from selector.errors import MeasureError, PolicyError, WeightsError
from selector.images import open_image
from selector.measures import loader
from selector.measures.base import Measure, Subject
from selector.planning import plan_of
from selector.types import Score

COLOURS = ["red", "green", "blue"]
ONE = np.eye(3)  # each class gets the mean of its channel

Make = Callable[..., Measure]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    """Write a model and return the measure of it, built, with such parameters."""
    made = []

    def write(content: bytes = onnx_files.classifier(ONE), **parameters: Any) -> Measure:
        usual = {"size": 8, "classes": COLOURS, "activation": "none"}
        named = onnx_files.write(tmp_path, content)
        made.append(loader.construct("detectors.classifier", {**named, **usual, **parameters}))
        made[-1].build("cpu")
        return made[-1]

    yield write
    for one in made:
        one.close()


def refused(tmp_path: Path, **parameters: Any) -> str:
    """Return why such parameters are refused."""
    named = onnx_files.write(tmp_path, onnx_files.classifier(ONE))
    with pytest.raises(MeasureError) as caught:
        loader.construct(
            "detectors.classifier", {**named, "size": 8, "classes": COLOURS, **parameters}
        )
    return str(caught.value)


def measured(measure: Measure, picture: PIL.Image.Image) -> dict[str, float]:
    """Return what it says of one picture, by class."""
    said = measure.run([Subject(open_image(picture))])[0]
    return {name: one.value for name, one in said.items() if isinstance(one, Score)}


def plain(*colour: int, size: tuple[int, int] = (40, 30)) -> PIL.Image.Image:
    return PIL.Image.new("RGB", size, colour)


def test_each_class_has_its_probability(make: Make) -> None:
    """What the model gives stands under the names of the classes, in their order."""
    assert measured(make(), plain(255, 51, 0)) == pytest.approx({"red": 1, "green": 0.2, "blue": 0})


def test_only_what_is_reported_is_an_output(make: Make) -> None:
    """Classes that nobody asked for are no outputs; of those in `good` more is better."""
    measure = make(report=["blue", "red"], good=["blue"])

    assert measured(measure, plain(255, 0, 51)) == pytest.approx({"blue": 0.2, "red": 1})
    better = {name: one.higher_is_better for name, one in measure.outputs.items()}
    assert better == {"blue": True, "red": False}


def test_softmax_and_sigmoid(make: Make) -> None:
    """Raw outputs become shares that add up to 1, or each a probability of its own."""
    shares = measured(make(activation="softmax"), plain(255, 0, 0))
    alone = measured(make(activation="sigmoid"), plain(255, 0, 0))

    e = float(np.e)
    assert shares == pytest.approx({"red": e / (e + 2), "green": 1 / (e + 2), "blue": 1 / (e + 2)})
    assert alone == pytest.approx({"red": e / (e + 1), "green": 0.5, "blue": 0.5})


@pytest.mark.parametrize("layout", ["NCHW", "NHWC"])
@pytest.mark.parametrize("kind", [onnx_files.FLOAT, onnx_files.HALF])
def test_layouts_and_precisions(make: Make, layout: str, kind: int) -> None:
    """Channels first or last, single or half precision: the same numbers."""
    measure = make(onnx_files.classifier(ONE, side=8, layout=layout, kind=kind), layout=layout)

    assert measured(measure, plain(255, 51, 0)) == pytest.approx(
        {"red": 1, "green": 0.2, "blue": 0}, abs=1e-3
    )


def test_channels_in_the_other_order(make: Make) -> None:
    """Trained on BGR, the first channel is blue."""
    assert measured(make(channels="BGR"), plain(0, 0, 255)) == pytest.approx(
        {"red": 1, "green": 0, "blue": 0}
    )


def test_values_are_brought_to_what_the_model_knows(make: Make) -> None:
    """A value is scaled to [0, `white`], less the mean, over the deviation of its channel."""
    parameters = {"white": 255, "mean": [5, 11, 50], "std": [500, 200, 5], "activation": "sigmoid"}

    found = measured(make(**parameters), plain(255, 51, 52))

    raw = {name: float(np.log(share / (1 - share))) for name, share in found.items()}
    assert raw == pytest.approx({"red": 0.5, "green": 0.2, "blue": 0.4}, abs=1e-5)


@pytest.mark.parametrize(
    ("resize", "red"), [("crop", 0.0), ("squash", 0.5), ("pad", 0.25)], ids=str
)
def test_what_the_model_sees_of_a_long_picture(make: Make, resize: str, red: float) -> None:
    """Red ends count not at all, by their share, or less for the black bars."""
    picture = plain(0, 255, 0, size=(160, 80))
    picture.paste((255, 0, 0), (0, 0, 40, 80))
    picture.paste((255, 0, 0), (120, 0, 160, 80))
    for turned in (picture, picture.rotate(90, expand=True)):
        measure = make(size=64, resize=resize)
        assert measured(measure, turned)["red"] == pytest.approx(red, abs=0.02)


def test_the_middle_of_a_larger_view(make: Make) -> None:
    """With `larger` the border of the square is cut off."""
    picture = plain(255, 0, 0, size=(128, 128))
    picture.paste((0, 255, 0), (16, 16, 112, 112))

    assert measured(make(size=64), picture)["red"] > 0.3
    assert measured(make(size=32, larger=64), picture)["red"] == pytest.approx(0, abs=0.01)


def test_the_file_must_be_named_with_its_checksum(tmp_path: Path) -> None:
    """Without one, or with what is none, the error holds the very checksum to paste."""
    sha256 = hashlib.sha256(onnx_files.classifier(ONE)).hexdigest()

    for given in ("", "?", sha256.upper(), sha256[:-1]):
        assert f"write sha256: {sha256}" in refused(tmp_path, sha256=given)
    said = refused(tmp_path, sha256="", model=str(tmp_path / "gone.onnx"))
    assert "gone.onnx: the model file can't be read" in said
    assert "expected the checksum of the file, 64 hex" in refused(tmp_path, sha256="", model=7)


def test_what_is_no_file_is_never_read(tmp_path: Path) -> None:
    """A device without end is told, when its checksum is asked for and when it is loaded."""
    assert "/dev/zero: it is no file" in refused(tmp_path, sha256="", model="/dev/zero")
    usual = {"size": 8, "classes": COLOURS, "sha256": "0" * 64, "model": "/dev/zero"}
    measure = loader.construct("detectors.classifier", usual)

    assert "/dev/zero: it is no file" in measure.missing()
    with pytest.raises(WeightsError, match="/dev/zero: it is no file"):
        measure.build("cpu")


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"classes": []}, "expected 1 or more entries"),
        ({"classes": ["a", "a"]}, "one class twice"),
        ({"classes": ["not a name"]}, "expected text that fits"),
        ({"report": ["pink"]}, "name no class: pink"),
        ({"good": ["pink"]}, "name no class: pink"),
        ({"std": [1, 0, 1]}, "'std' is 0"),
        ({"larger": 4 + 4, "size": 9}, "'larger' is below 'size'"),
        ({"classes": ["injury"]}, "Write 'activation: sigmoid'"),
        ({"resize": "stretch"}, "expected 'crop', 'squash' or 'pad'"),
        ({"mean": [0.5]}, "parameter 'mean"),
        ({"size": 0}, "expected a number from 8"),
    ],
)
def test_parameters_that_make_no_sense_are_refused(
    tmp_path: Path, parameters: dict[str, Any], said: str
) -> None:
    """What can be told without the model is told when the policy is read."""
    assert said in refused(tmp_path, **parameters)


def test_a_policy_without_the_checksum_is_told_it(tmp_path: Path) -> None:
    """`selector policy check` prints what to paste, at the line of the instance."""
    named = onnx_files.write(tmp_path, onnx_files.classifier(ONE))
    use = {"use": "detectors.classifier", "size": 8, "classes": COLOURS, "model": named["model"]}
    gates = [{"on": "colour.red", "reject_above": 0.5}]

    with pytest.raises(PolicyError, match=f"measures.colour.*write sha256: {named['sha256']}"):
        plan_of(small(measures={"colour": use}, gates=gates))


@pytest.mark.parametrize(
    ("content", "parameters", "said"),
    [
        (onnx_files.classifier(np.ones((3, 2))), {}, r"gives float32 \[1, 2\].*as many classes"),
        (onnx_files.classifier(ONE, side=16), {}, r"8, 8\].*\[any, 3, 16, 16\]"),
        (onnx_files.classifier(ONE, layout="NHWC"), {}, r"\[any, any, any, 3\]"),
        (onnx_files.classifier(ONE, kind=onnx_files.BYTES), {}, r"takes tensor\(uint8\)"),
        (onnx_files.classifier(ONE * np.nan), {}, "what is no number"),
        (onnx_files.classifier(ONE), {"mean": [9, 9, 9]}, "which are no probabilities"),
    ],
    ids=["classes", "size", "layout", "type", "nan", "activation"],
)
def test_a_model_that_does_not_fit_says_how(
    make: Make, content: bytes, parameters: dict[str, Any], said: str
) -> None:
    """It is tried when it is built: what it takes or gives is told beside what was expected."""
    with pytest.raises(MeasureError, match=said):
        make(content, **parameters)


def test_a_relative_path_is_told_whole(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From which folder it was looked for is in the message."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(MeasureError) as caught:
        make(onnx_files.classifier(ONE * np.nan), model="model.onnx")

    assert str(tmp_path / "model.onnx") in str(caught.value)


def test_a_replaced_file_is_never_run(make: Make, tmp_path: Path) -> None:
    """Another file under the same name is an error, not other numbers."""
    measure = make()
    measure.close()
    onnx_files.write(tmp_path, onnx_files.classifier(ONE * 2))

    with pytest.raises(WeightsError, match="another model than it should be"):
        measure.build("cpu")


def test_numbers_are_named_by_content_not_by_place(tmp_path: Path) -> None:
    """The fingerprint follows the file wherever it lies, and changes with it."""
    (tmp_path / "other").mkdir()
    usual = {"size": 8, "classes": COLOURS}

    def fingerprint(folder: Path, weights: np.ndarray) -> str:
        named = onnx_files.write(folder, onnx_files.classifier(weights))
        return loader.construct("detectors.classifier", {**usual, **named}).fingerprint()

    here = fingerprint(tmp_path, ONE)
    assert fingerprint(tmp_path / "other", ONE) == here
    assert fingerprint(tmp_path, ONE * 2) != here


def test_it_gates_a_request(tmp_path: Path) -> None:
    """A team's own classifier refuses what it was trained to find, and passes the rest."""
    named = onnx_files.write(tmp_path, onnx_files.classifier(ONE))
    use = {"use": "detectors.classifier", "size": 8, "classes": COLOURS, "activation": "none"}
    policy = small(
        measures={"colour": {**use, **named, "report": ["red"]}},
        gates=[{"on": "colour", "reject_above": 0.8, "accept_below": 0.5}],
        deliver=3,
    )
    selection = select("a chair", [plain(250, 0, 9), plain(40, 90, 9), plain(160, 9, 9)], policy)

    given = [one.id for one in selection.candidates]
    assert [selection.verdict(one) for one in given] == ["reject", "accept", "review"]
    reds = [selection.outcomes[one]["colour.red"].value for one in given]
    assert reds == pytest.approx([250 / 255, 40 / 255, 160 / 255], abs=1e-3)
