"""What one measure found: a row for each image, and of each output its mean with an interval."""

from __future__ import annotations

import json
import os
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import JsonValue

from selector.errors import RequestError
from selector.scoring import writing
from selector.statistics import mean_interval
from selector.types import (
    Failure,
    Measured,
    NotApplicable,
    Output,
    Score,
    from_data,
    to_data,
    unread,
)

NOT_STATED = "not stated"


@dataclass(frozen=True, slots=True)
class Model:
    """A model that made the numbers.

    Attributes:
        name: In the manifest; of a file of one's own, the parameter that names it; of a published
            model that the manifest does not know, what the measure calls it.
        revision: The commit that it was published with; "" if there is none.
        licence: The SPDX name of the licence of the weights; "" of a file of one's own, "not
            stated" of a model that the manifest does not know.
        commercial: Whether that licence allows commercial use; None if it is not stated.
        identity: What tells its content from any other: its sha256, or where that is not stated
            its repository, commit and path; "" of a model that the manifest does not know.
    """

    name: str
    revision: str
    licence: str
    commercial: bool | None
    identity: str


@dataclass(frozen=True, slots=True)
class Row:
    """What was found in one image.

    Attributes:
        image: Its path as it was given, its id, or its number among the images.
        prompt: What it was made for, if that was said.
        source: The picture before the edit, likewise.
        outcomes: By output: a `Score`, a `Failure` or `NotApplicable`.
        notes: What reading it had to leave out or convert: "animation: first frame of 12".
    """

    image: str
    prompt: str | None
    source: str | None
    outcomes: Mapping[str, Measured] = field(hash=False)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Summary:
    """One output over all images. Failures are counted, and are in no number.

    Attributes:
        mean: Of all that were evaluated; None if none was.
        interval: Where the true mean lies, with 95 % confidence (fewer with less than ten groups);
            None with fewer than two groups, and where all values are equal: that says nothing of
            the values that were not seen.
        over: What the interval takes for a sample: the prompts, because images of one prompt
            resemble each other; the images, where there is but one prompt, or none was given.
            Of a measure of sets it is always the prompts.
        groups: How many of these have numbers.
        total: How many images were given.
        evaluated: How many have a number.
        failed: How many should have one and have none.
        not_applicable: In how many there was nothing to measure.
    """

    mean: float | None
    interval: tuple[float, float] | None
    over: Literal["prompts", "images"]
    groups: int
    total: int
    evaluated: int
    failed: int
    not_applicable: int


@dataclass(frozen=True, slots=True)
class Scores:
    """What one measure found in every image, in the order in which they were given.

    Attributes:
        measure: Its path.
        version: Of its numbers.
        parameters: With which it ran.
        fingerprint: Equal fingerprints, equal numbers.
        models: Which models made them.
        outputs: What each number means.
        summaries: By output.
        rows: One for each image.
    """

    measure: str
    version: int
    parameters: Mapping[str, JsonValue] = field(hash=False)
    fingerprint: str
    models: tuple[Model, ...]
    outputs: Mapping[str, Output] = field(hash=False, repr=False)
    summaries: Mapping[str, Summary] = field(hash=False)
    rows: tuple[Row, ...] = field(repr=False)

    def summary(self, output: str | None = None) -> Summary:
        """Return the summary of an output; a measure that has but one need not be told which.

        Raises:
            RequestError: There is no such output, or it is not clear which.
        """
        return self.summaries[self._output(output)]

    def values(self, output: str | None = None) -> list[float | None]:
        """Return the numbers of an output in the order of the images; None where there is none.

        Raises:
            RequestError: There is no such output, or it is not clear which.
        """
        name = self._output(output)
        found = (row.outcomes[name] for row in self.rows)
        return [one.value if isinstance(one, Score) else None for one in found]

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know of how it was measured, in sentences, each once.

        They quote prompts, which anybody may have written: make them harmless before showing.
        """
        found = (outcome for row in self.rows for outcome in row.outcomes.values())
        tails = dict.fromkeys(filter(None, map(unread, found)))
        return tuple(
            f"{self.measure} did not read the end of the prompt: “{tail}”." for tail in tails
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the scores as JSON data; `from_dict` reads it back, equal."""
        return dict(to_data(Scores, self))

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Scores:
        """Return the scores that `to_dict` wrote.

        Raises:
            pydantic.ValidationError: *data* does not hold scores.
        """
        scores: Scores = from_data(Scores, data)
        return scores

    def to_json(self) -> str:
        """Return the scores as one JSON text."""
        return json.dumps(self.to_dict(), ensure_ascii=False)

    def write(self, path: str | os.PathLike[str]) -> None:
        """Write the scores to *path*, whose ending says how: .json, .csv or .parquet.

        JSON keeps everything. The two tables have a row for each image: of each output its number,
        or of what kind the outcome is and why there is none. In CSV a text that a spreadsheet
        would take for a formula begins with ', and control characters are written out. The file
        appears whole or not at all, in place of one of that name.

        Raises:
            RequestError: The ending is none of these, a package is missing, or the file can't be
                written there.
        """
        writing.write(path, self.to_dict())

    def __repr__(self) -> str:
        said = (
            f"{name} {'none' if one.mean is None else f'{one.mean:.6g}'} "
            f"({one.evaluated} of {one.total})"
            for name, one in self.summaries.items()
        )
        return f"<Scores {self.measure}: {', '.join(said)}>"

    def _output(self, given: str | None) -> str:
        if given is None and len(self.outputs) == 1:
            return next(iter(self.outputs))
        if given not in self.outputs:
            raise RequestError(
                f"{self.measure}: which output? (got {given!r}). "
                f"Name one of {', '.join(self.outputs)}."
            )
        return str(given)


def summarised(output: str, rows: Sequence[Row], *, sets: bool) -> Summary:
    """Return what the rows say of one output.

    Args:
        output: Its name.
        rows: Of all images.
        sets: Whether the images of a prompt were measured as one set, so that no number of it is
            independent of the others.
    """
    found = [row.outcomes[output] for row in rows]
    values = [one.value for one in found if isinstance(one, Score)]
    by_prompt: dict[str | None, list[float]] = {}
    for row, one in zip(rows, found, strict=True):
        if isinstance(one, Score):
            by_prompt.setdefault(row.prompt, []).append(one.value)
    whole = sets or len(by_prompt) > 1
    groups = list(by_prompt.values()) if whole else [[value] for value in values]
    return Summary(
        mean=statistics.mean(values) if values else None,
        interval=mean_interval(groups) if len(groups) > 1 and len(set(values)) > 1 else None,
        over="prompts" if whole else "images",
        groups=len(groups),
        total=len(rows),
        evaluated=len(values),
        failed=sum(isinstance(one, Failure) for one in found),
        not_applicable=sum(isinstance(one, NotApplicable) for one in found),
    )
