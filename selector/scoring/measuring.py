"""One measure at work on many images, without a policy: `score`, and `Scoring` for many calls."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Self

from selector.images import Limits, PixelBudget
from selector.measures import loader
from selector.measures.base import Measure, Subject
from selector.runner import Runner
from selector.scoring import given
from selector.scoring.given import Asked, Item
from selector.scoring.instances import fingerprints, made, models, with_evidence
from selector.scoring.reading import READERS, Read, ahead, reader
from selector.scoring.scores import Row, Scores, summarised
from selector.types import EITHER_TEXT, Failure, Measured, evidence_needed, members_hash

Found = dict[str, Measured]
Progress = Callable[[int, int], None]  # how many images are done, of how many


def score(  # noqa: PLR0913 - what is measured, on what, and how
    measure: str | Measure,
    prompts: str | Sequence[str] | None,
    images: Sequence[Any],
    sources: Any = None,
    *,
    parameters: Mapping[str, Any] | None = None,
    device: str = "cpu",
    timeout_s: float | None = None,
    limits: Limits | None = None,
) -> Scores:
    """Return what one measure finds in each image, and the mean with an interval.

    It works for every measure: filters, detectors, scorers, those of your own. Whose evidence a
    measure needs runs before it, with its default parameters. A measure of sets, such as
    `filters.near_duplicates`, takes the images of one prompt (and one source) for one set, as one
    request would hold them; without prompts all images are one. An image that can't be read, or
    makes the measure fail, is a `Failure` that says why; the others go on. Equal images with equal
    prompts are measured once.

    For many calls make one `selector.scoring.Scoring`: it keeps the model loaded.

    Args:
        measure: A path, as in policies, or a measure.
        prompts: One for all images or one each; None for measures that read none. For measures
            that need an instruction these are the instructions.
        images: Paths, encoded bytes, PIL images, `(H, W, 3)` uint8 arrays (sRGB), or `Candidate`s
            that carry one of these with an id. As many files as you like: only some are held.
        sources: For measures of edits the picture before: one for all images or one each.
        parameters: Of the measure, if it is given as a path.
        device: Where models run: "cpu", "cuda", "cuda:1".
        timeout_s: What is not measured after this many seconds is a Failure("deadline").
        limits: What an image may be: bytes, pixels, the colour behind transparency.

    Raises:
        MeasureError: There is no such measure, or a parameter does not fit.
        RequestError: There are not as many prompts or sources as images, or some are missing.
        WeightsError: The measure names a model that nobody knows.
    """
    with Scoring(measure, parameters=parameters, device=device, limits=limits) as scoring:
        return scoring.score(prompts, images, sources, timeout_s=timeout_s)


class Scoring:
    """A measure ready to score images. Keeps its models loaded; see `score` for what it does.

    Args:
        measure: A path, as in policies, or a measure.
        parameters: Of the measure, if it is given as a path.
        device: Where models run: "cpu", "cuda", "cuda:1".
        limits: What an image may be: bytes, pixels, the colour behind transparency.
        pixel_budget: Bytes of decoded pixels held at once.

    Attributes:
        measure: What measures.
        progress: Called with how many images are done, of how many.

    Raises:
        MeasureError: There is no such measure, or a parameter does not fit.
        RequestError: The limits are no `Limits`.
        WeightsError: The measure names a model that nobody knows.
    """

    def __init__(
        self,
        measure: str | Measure,
        *,
        parameters: Mapping[str, Any] | None = None,
        device: str = "cpu",
        limits: Limits | None = None,
        pixel_budget: int = 512 * 2**20,
    ) -> None:
        self.measure = made(measure, parameters)
        self.progress: Progress = lambda _done, _total: None
        self._path = loader.path_of(type(self.measure))
        self._instances = with_evidence(self._path, self.measure)
        self.reads = {need: name for name, one in self._instances.items() for need in one.needs}
        for one in self._instances.values():
            one.prepare()  # what names its numbers, before they are named
        self._fingerprint = fingerprints(self._instances)[self._path]
        self._models = tuple(models(self._instances))
        self._runner = Runner(self._instances, device=device)
        self._limits = given.limits(limits)
        self._budget = PixelBudget(pixel_budget)

    def score(
        self,
        prompts: str | Sequence[str] | None,
        images: Sequence[Any],
        sources: Any = None,
        *,
        timeout_s: float | None = None,
    ) -> Scores:
        """Return what the measure finds in each image; see `selector.score`.

        Raises:
            RequestError: There are not as many prompts or sources as images, or some are missing.
        """
        deadline = given.deadline(timeout_s)
        asked = given.asked(self.reads, prompts, images, sources)
        read = reader(
            asked, self._limits, self._budget, deadline=deadline, sources="source" in self.reads
        )
        rows: dict[int, Row] = {}
        known: dict[Hashable, Found] = {}
        for group in ahead(self._groups(asked), read):
            self._measure(group, known, deadline)
            for one in group:
                rows[one.item.at] = self._row(one, known)
                if one.image is not None:
                    one.image.close()
            self.progress(len(rows), len(asked.items))
        return self._scores(tuple(rows[at] for at in sorted(rows)))

    def close(self) -> None:
        """Let go of the models."""
        self._runner.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _groups(self, asked: Asked) -> Iterator[list[Item]]:
        """Give what is read together: the members of one set, or as many as fill a batch."""
        if self.measure.scope == "set":
            sets: dict[tuple[str | None, str | None], list[Item]] = {}
            for item in asked.items:
                sets.setdefault((item.prompt, item.source), []).append(item)
            yield from sets.values()
            return
        size = max(READERS, self.measure.batch)
        for start in range(0, len(asked.items), size):
            yield list(asked.items[start : start + size])

    def _measure(
        self, group: Iterable[Read], known: dict[Hashable, Found], deadline: float | None
    ) -> None:
        """Measure those of a group that are not *known* yet, and add them."""
        fresh: dict[Hashable, Read] = {}
        for one in group:
            if one.image is not None and self._key(one) not in known:
                fresh.setdefault(self._key(one), one)
        known |= zip(fresh, self._run(tuple(fresh.values()), deadline), strict=True)

    def _key(self, read: Read) -> Hashable:
        """Return what the numbers depend on: two images of one key are measured once."""
        if read.image is None or self.measure.scope == "set":
            return read.item.at
        prompt = read.item.prompt if given.reader_of_texts(self.reads) else None
        return (read.image.content_hash, prompt, read.source and read.source.content_hash)

    def _run(self, reads: Sequence[Read], deadline: float | None) -> list[Found]:
        """Run the measure, after those whose evidence it needs."""
        found: dict[str, list[Found]] = {}
        for name, measure in self._instances.items():
            wanted = evidence_needed(measure.needs)
            subjects = [
                _subject(measure, one, {other: found[other][at] for other in wanted})
                for at, one in enumerate(reads)
            ]
            found[name] = self._runner.run(name, subjects, deadline)
        own = found[self._path]
        return own if self.measure.scope == "candidate" else _stamped(reads, own)

    def _row(self, one: Read, known: Mapping[Hashable, Found]) -> Row:
        item = one.item
        failed: Found = dict.fromkeys(self.measure.outputs, one.failure or Failure(""))
        found = failed if one.image is None else known[self._key(one)]
        notes = () if one.image is None else one.image.notes
        return Row(item.name, item.prompt, item.source, found, notes)

    def _scores(self, rows: tuple[Row, ...]) -> Scores:
        return Scores(
            measure=self._path,
            version=self.measure.version,
            parameters=self.measure.model_dump(mode="json"),
            fingerprint=self._fingerprint,
            models=self._models,
            outputs=dict(self.measure.outputs),
            summaries={
                output: summarised(output, rows, sets=self.measure.scope == "set")
                for output in self.measure.outputs
            },
            rows=rows,
        )


def _subject(measure: Measure, one: Read, evidence: Mapping[str, Found]) -> Subject:
    """Return an image as a measure sees it: exactly what its `needs` names."""
    assert one.image is not None  # noqa: S101 - who could not be read is measured by nobody
    text, needs = one.item.prompt, measure.needs
    either = EITHER_TEXT in needs
    return Subject(
        image=one.image,
        prompt=text if "prompt" in needs or (either and one.item.source is None) else None,
        source=one.source if "source" in needs else None,
        evidence=evidence,
        instruction=text if "instruction" in needs or (either and one.item.source) else None,
    )


def _stamped(members: Sequence[Read], found: Iterable[Found]) -> list[Found]:
    """Write into the outcomes of a set which set it was."""
    name = members_hash(one.image.content_hash for one in members if one.image is not None)
    return [
        {output: replace(outcome, members=name) for output, outcome in row.items()} for row in found
    ]
