"""What every scorer promises beyond other measures. A new file under scorers/ is picked up by itself."""

import shutil
from functools import partial

import numpy as np
import pytest
from PIL import Image

import goldens
import pictures
from selector.images import open_image
from selector.measures import loader
from selector.measures.base import Subject
from selector.runner import Runner
from selector.types import Failure, Score

# Those with a model of their own: whoever asks a judge is held to its answers, one by one.
PATHS = [
    path for path in loader.names() if path.startswith("scorers.") and not loader.load(path).yours
]
OFF = 5e-4  # what float32 in another order moves a score of these checkpoints by, with room
PROMPTS = ("a red fox in the snow", "", "a lighthouse &amp; a storm", "🦊")


@pytest.fixture
def apart(tmp_path):
    """Return a scorer whose model is shared with nobody: it remembers no picture from before."""
    runners = []

    def made(path: str, **parameters):
        folder = tmp_path / str(len(runners))
        name = next(iter(goldens.FILES[path].values())).partition("/")[0]
        shutil.copytree(goldens.FOLDER / name, folder / name)
        given = goldens.parameters(path, folder) | parameters
        runners.append(Runner({path: loader.construct(path, given)}))
        return partial(runners[-1].run, path)

    yield made
    for runner in runners:
        runner.close()


def subjects() -> list[Subject]:
    drawn = [pictures.noise(61, 300), pictures.smooth(500, 200), Image.new("RGB", (90, 90))]
    opened = [open_image(picture) for picture in [*drawn, pictures.photo()]]
    return [Subject(image, prompt=prompt) for image in opened for prompt in PROMPTS]


def values(found) -> np.ndarray:
    outcomes = [outcome for one in found for outcome in one.values()]
    assert all(isinstance(outcome, Score) for outcome in outcomes), outcomes
    return np.array([[outcome.value for outcome in one.values()] for one in found])


def test_every_scorer_has_golden_cases():
    """None ships that was not held to its authors' numbers."""
    assert set(PATHS) == set(goldens.FILES)


@pytest.mark.parametrize("path", PATHS)
def test_alone_in_a_batch_and_reversed_are_the_same(path, apart):
    """To float32: each picture is computed anew, in batches of one and of many."""
    given = subjects()
    together = values(apart(path)(given))
    backwards = values(apart(path)(given[::-1]))[::-1]
    run = apart(path)
    alone = values([found for one in given for found in run([one])])

    assert backwards == pytest.approx(together, abs=OFF)
    assert alone == pytest.approx(together, abs=OFF)
    assert np.ptp(together) > 100 * OFF


@pytest.mark.parametrize("path", PATHS)
def test_a_broken_picture_fails_alone(path, apart):
    """One that can't be decoded is a Failure, its neighbours in the batch have scores."""
    whole = pictures.encoded(pictures.photo(), "PNG")
    broken = Subject(open_image(whole[: len(whole) // 2]), prompt=PROMPTS[0])
    given = subjects()[:6]
    found = apart(path)([*given[:3], broken, *given[3:]])

    assert all(isinstance(outcome, Failure) for outcome in found.pop(3).values())
    assert len(values(found)) == len(given)


@pytest.mark.parametrize("path", PATHS)
def test_half_floats_are_near_and_have_a_name_of_their_own(path, apart):
    """bf16 moves a score by far less than pictures differ; its fingerprint is another."""
    full, half = (values(apart(path, precision=one)(subjects())) for one in ("fp32", "bf16"))

    assert 0 < np.abs(half - full).max() < 0.2 * np.ptp(full)
    full, half = (loader.construct(path, {"precision": one}) for one in ("fp32", "bf16"))
    assert full.fingerprint() != half.fingerprint()


@pytest.mark.parametrize("path", PATHS)
def test_half_floats_of_gpus_are_refused_on_the_cpu(path, apart):
    """With what to write instead; nothing is scored in them by accident."""
    (found,) = apart(path, precision="fp16")(subjects()[:1])
    for failure in found.values():
        assert isinstance(failure, Failure)
        assert "Write bf16, or fp32" in failure.reason


@pytest.mark.parametrize("path", PATHS)
def test_scores_of_a_prompt_compare_within_it_only(path):
    """Whatever reads the prompt says so: no bound across prompts means anything."""
    measure = loader.construct(path, {})
    score = next(iter(measure.outputs.values()))
    assert score.higher_is_better
    assert score.within_prompt == ("prompt" in measure.needs)
