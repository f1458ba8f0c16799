"""Measures that ask a server on this machine, in this project's own words unless others are there."""

from collections.abc import Callable, Iterator

import numpy as np
import PIL.Image
import pytest

import published as wordings
from openai_server import JudgeServer, judge_server  # noqa: F401 - a fixture
from selector.images import open_image
from selector.measures import loader
from selector.measures.base import Measure, Subject
from services import Answer


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty cache folder."""
    monkeypatch.setenv("SELECTOR_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def published(shared, cache):
    """The published wordings, in the cache; return where more of them lies."""
    wordings.bring(shared, cache)
    return shared


@pytest.fixture
def judging(judge_server: JudgeServer, cache) -> Iterator[Callable[..., Measure]]:  # noqa: F811, ARG001
    """Return a measure by its path, built, whose judge gives these answers in turn."""
    made: list[Measure] = []

    def built(path: str, *answers: Answer, **parameters) -> Measure:
        if answers:
            judge_server.answering(*answers)
        made.append(loader.construct(path, {"judge": judge_server.parameter(), **parameters}))
        made[-1].build("cpu")
        return made[-1]

    yield built
    for each in made:
        each.close()


@pytest.fixture
def painted() -> Callable[..., Subject]:
    """Return a subject whose picture is all of one red, of an edit if it has a source."""

    def paint(red: int, prompt: str = "a wall", *, size=(40, 30), **more) -> Subject:
        if "source" in more:
            more["source"] = open_image(PIL.Image.new("RGB", (32, 32), (0, 0, more["source"])))
        pixels = np.full((size[1], size[0], 3), (red, 0, 0), np.uint8)
        return Subject(open_image(pixels), prompt, **more)

    return paint
