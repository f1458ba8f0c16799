"""Parameters are told in the words of whoever writes a policy."""

from typing import Annotated, Any, Literal

import numpy as np
import pytest
from pydantic import ConfigDict, Field

from selector.cli.parameters import parameters, told
from selector.measures.base import Measure
from selector.measures.own_file import OwnFile
from selector.types import Cost


class Own(Measure):
    """A measure of a team's own."""

    kind = "filter"
    version = 1
    example = {"text": "é", "sizes": [1, 2]}  # noqa: RUF012 - read only

    @property
    def outputs(self):
        return {}

    @property
    def cost(self):
        return Cost(0.1)

    def run(self, subjects):
        return [{} for _ in subjects]


class Many(Own):
    """With a parameter of every sort."""

    text: Annotated[str, Field(pattern="^.$", max_length=1)]
    sizes: Annotated[tuple[Annotated[int, Field(gt=0)], ...], Field(min_length=1)]
    share: float = Field(0.5, ge=0, lt=1, description="How much of it.")
    on: bool = True
    side: Annotated[int | None, Field(ge=8)] = None
    way: Literal["crop", "pad"] = "crop"
    only: Literal["one"] = "one"
    languages: tuple[Literal["de", "en"], ...] = ("en",)
    mean: tuple[float, float, float] = (0.0, 0.0, 0.0)
    rest: dict[str, float] = Field(default_factory=dict)
    whatever: Any = None
    file: OwnFile | None = None


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("text", 'text, for example "é"'),
        ("sizes", "list of whole numbers (more than 0), for example [1, 2]"),
        ("share", "number (at least 0 and less than 1), default 0.5; How much of it."),
        ("on", "true or false, default true"),
        ("side", "whole number (at least 8) or null, default null"),
        ("way", 'one of "crop", "pad", default "crop"'),
        ("only", 'one of "one", default "one"'),
        ("languages", 'list of any of "de", "en", default ["en"]'),
        ("mean", "list of 3 numbers, default [0.0, 0.0, 0.0]"),
        ("file", "mapping of path, sha256 or null, default null"),
        ("rest", "mapping, default {}"),
        ("whatever", "value, default null"),
    ],
)
def test_a_parameter_in_words(name, words):
    """Its type and its limits, its default or an example, and what it is for."""
    of_it = {it["name"]: it for it in parameters(Many(**Many.example))}
    assert told(of_it[name]) == words
    assert of_it[name]["required"] == ("default" not in words)


def test_a_type_that_json_has_no_word_for():
    """A team's own measure may take anything: its other parameters are told all the same."""

    class Odd(Own):
        """With a parameter that no file can hold."""

        model_config = ConfigDict(arbitrary_types_allowed=True)
        grid: np.ndarray = Field(default_factory=lambda: np.zeros(2))

    (it,) = parameters(Odd())
    assert told(it).startswith("value, default ")
