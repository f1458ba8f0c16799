"""The pictures of a canary measured, all by every measure; whatever breaks is a failure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from selector.errors import ImageError
from selector.images import Image, PixelBudget, open_image
from selector.measures.base import Measure, Subject
from selector.runner import Runner
from selector.types import Failure, Measured, evidence_needed, is_needed

Progress = Callable[[str, int], None]  # what is being done, on how many pictures
Opened = Image | Failure
Row = dict[str, dict[str, Measured]]  # by instance and output


@dataclass(frozen=True, slots=True)
class Scene:
    """What is measured together: the pictures of one prompt, or the edits of one picture.

    Attributes:
        pictures: Where each lies, by its name.
        prompt: What they were made for; of edits the instruction.
        source: Where the picture before the edits lies.
    """

    pictures: Mapping[str, Path]
    prompt: str = ""
    source: Path | None = None


def lacking(measures: Mapping[str, Measure], prompt: str, *, is_edit: bool) -> str:
    """Return what a request lacks that a measure reads, and what to do; "" if nothing."""
    for name, measure in measures.items():
        if not is_edit and {"instruction", "source"} & measure.needs:
            return f"--source: {name} reads the picture before an edit (got none). Name it."
        if is_edit and "prompt" in measure.needs:
            return f"--source: {name} reads a prompt, and an edit has none (got both). Drop it."
        reads = any(is_needed(one, measure.needs) for one in ("prompt", "instruction"))
        if reads and not prompt.strip():
            return f"--prompt: {name} reads it (got none). Say what the pictures were made for."
    return ""


def measured(
    scene: Scene, measures: Mapping[str, Measure], runner: Runner, progress: Progress
) -> dict[str, dict[str, Measured]]:
    """Return what every measure finds in every picture, by picture and "instance.output".

    A measure of sets is given all the pictures that could be read.

    Args:
        scene: What is measured.
        measures: By instance, those whose evidence is needed first.
        runner: Has them.
        progress: Is told of every instance.
    """
    with _opened(scene) as (pictures, source):
        rows: dict[str, Row] = {name: {} for name in pictures}
        for instance, measure in measures.items():
            failed = _failures(pictures, source, measure)
            images = {name: one for name, one in pictures.items() if name not in failed}
            progress(instance, len(images))
            subjects = [
                _subject(measure, image, scene, source, rows[name])
                for name, image in images.items()
            ]
            found = dict(zip(images, runner.run(instance, subjects), strict=True))
            for name, row in rows.items():
                row[instance] = found.get(name) or dict.fromkeys(measure.outputs, failed[name])
    return {name: _flat(row) for name, row in rows.items()}


@contextmanager
def _opened(scene: Scene) -> Iterator[tuple[dict[str, Opened], Opened | None]]:
    """Give the pictures by name, and the picture before the edits; let go of them at the end."""
    budget = PixelBudget()
    pictures = {name: _read(path, budget) for name, path in scene.pictures.items()}
    source = _read(scene.source, budget) if scene.source else None
    try:
        yield pictures, source
    finally:
        for image in (*pictures.values(), source):
            if isinstance(image, Image):
                image.close()


def _read(path: Path, budget: PixelBudget) -> Opened:
    try:
        image = open_image(path, budget=budget)
        image.decode()
    except ImageError as error:
        return Failure(str(error))
    return image


def _failures(
    pictures: Mapping[str, Opened], source: Opened | None, measure: Measure
) -> dict[str, Failure]:
    """Return which pictures a measure can't be asked about, and why."""
    if isinstance(source, Failure) and "source" in measure.needs:
        return dict.fromkeys(pictures, source)
    return {name: one for name, one in pictures.items() if isinstance(one, Failure)}


def _subject(
    measure: Measure, image: Opened, scene: Scene, source: Opened | None, row: Row
) -> Subject:
    """Return a picture as a measure sees it: exactly what its `needs` names."""
    edit = scene.source is not None
    return Subject(
        image=cast("Image", image),
        prompt=scene.prompt if not edit and is_needed("prompt", measure.needs) else None,
        instruction=scene.prompt if edit and is_needed("instruction", measure.needs) else None,
        source=cast("Image", source) if "source" in measure.needs else None,
        evidence={one: dict(row[one]) for one in evidence_needed(measure.needs)},
    )


def _flat(row: Row) -> dict[str, Measured]:
    return {
        f"{instance}.{output}": outcome
        for instance, outcomes in row.items()
        for output, outcome in outcomes.items()
    }
