"""How well each detector tells its fault, on pictures that nothing was tuned on; and how fast."""

from __future__ import annotations

import argparse
import importlib
import pkgutil
from collections.abc import Iterable, Iterator, Mapping, Sequence

import PIL.Image

from benchmarks import trials
from benchmarks.measuring import machine, milliseconds, repeated, table
from benchmarks.pictures import enlarged, squared
from benchmarks.separation import Measured, Separation, separation
from benchmarks.trial import REAL, Example, Trial
from benchmarks.verdicts import verdicts
from selector.images import open_image
from selector.measures import loader
from selector.measures.base import Measure, Subject
from selector.types import Failure, Outcome, Score

HEAD = ("detector", "output", "fault", "good", "bad", "AUC", "95 % interval", "recall at 5 %")
SIDE = 1024
TWO_HANDS = REAL / "people_real" / "mpsamples_pose_landmarker_test_image.jpg"


def main() -> None:
    """Print the tables."""
    options = _options()
    print(machine(), end="\n\n")
    print(table(HEAD, _rows(options.detectors, options.resamples)), end="\n\n")
    if not options.no_speed:
        print(_speed(options.detectors, options.repeats), end="\n\n")
    if not options.detectors:
        print("\n\n".join(verdicts()))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("detectors", nargs="*", help="only these: seams hands …; default: all")
    parser.add_argument("--resamples", type=int, default=2000)
    parser.add_argument("--repeats", type=int, default=10)
    parser.add_argument("--no-speed", action="store_true")
    return parser.parse_args()


def _rows(only: Sequence[str], resamples: int) -> Iterator[tuple[str, ...]]:
    for name in only or _tried():
        made = importlib.import_module(f"benchmarks.trials.{name}")
        built: dict[str, Measure] = {}
        for trial in made.trials():
            key = f"{trial.detector} {dict(trial.parameters)}"
            measure = built.get(key) or _built(trial.detector, trial)
            built[key] = measure
            yield _row(trial, measure, resamples)
        for measure in built.values():
            measure.close()


def _tried() -> list[str]:
    return sorted(each.name for each in pkgutil.iter_modules(trials.__path__))


def _built(path: str, trial: Trial | None = None) -> Measure:
    parameters = trial.parameters if trial else {}
    measure = loader.construct(path, parameters or loader.load(path).example)
    measure.build("cpu")
    return measure


def _row(trial: Trial, measure: Measure, resamples: int) -> tuple[str, ...]:
    good, bad = (list(_measured(trial, measure, examples)) for examples in (trial.good, trial.bad))
    name, fault = trial.detector.removeprefix("detectors."), f"{trial.fault} ({trial.data})"
    counts = (_count(good, trial.good), _count(bad, trial.bad))
    if not good or not bad:
        return (name, trial.output, fault, *counts, "–", "–", "–")
    found = separation(good, bad, resamples=resamples)
    return (name, trial.output, fault, *counts, *_figures(found))


def _figures(found: Separation) -> tuple[str, str, str]:
    return f"{found.auc:.2f}", f"{found.low:.2f}–{found.high:.2f}", f"{found.recall:.2f}"


def _count(measured: Sequence[Measured], given: Sequence[Example]) -> str:
    """Return how many pictures have a number, of how many; the others have nothing to measure."""
    many, all_ = len(measured), len(given)
    return str(all_) if many == all_ else f"{many} of {all_}"


def _measured(trial: Trial, measure: Measure, examples: Iterable[Example]) -> Iterator[Measured]:
    sign = 1 if trial.worse == "high" else -1
    for example in examples:
        outcome = _outcomes(measure, example)[trial.output]
        assert not isinstance(outcome, Failure), outcome.reason
        if isinstance(outcome, Score):
            yield Measured(sign * outcome.value, example.origin)


def _outcomes(measure: Measure, example: Example) -> Mapping[str, Outcome]:
    """Return what *measure* says of a picture; trials share their good ones."""
    image = open_image(example.picture)
    source = example.source and open_image(example.source)
    key = (
        measure.fingerprint(),
        image.content_hash,
        example.prompt,
        source and source.content_hash,
    )
    if key not in _known:
        (_known[key],) = measure.run([Subject(image, prompt=example.prompt, source=source)])
    return _known[key]


def _speed(only: Sequence[str], repeats: int) -> str:
    """Return a table of milliseconds: decoding is done before, views are made anew each time."""
    paths = [f"detectors.{name}" for name in only or ()] or [
        path for path in loader.names() if path.startswith("detectors.")
    ]
    pictures = {"no people": enlarged(SIDE, SIDE, which=2)}
    if TWO_HANDS.exists():
        with PIL.Image.open(TWO_HANDS) as people:
            pictures["two hands, a face"] = squared(people, SIDE)
    rows = []
    for path in paths:
        if loader.load(path).yours:  # as fast as what its user has
            continue
        measure = _built(path)
        times = [_time(measure, picture, repeats) for picture in pictures.values()]
        rows.append((path.removeprefix("detectors."), *map(milliseconds, times)))
        measure.close()
    return table(("detector", *(f"1024², {name}" for name in pictures)), rows)


def _time(measure: Measure, picture: PIL.Image.Image, repeats: int) -> float:
    """Return the median time of one picture that is decoded already, but never looked at before."""
    ready = [open_image(picture) for _ in range(repeats + 1)]
    for image in ready:
        image.decode()
    subjects = iter(
        [Subject(image, prompt='a poster that says "OPEN"', source=image) for image in ready]
    )
    return repeated(lambda: measure.run([next(subjects)]), repeats).median


_known: dict[tuple[str, str, str | None, str | None], Mapping[str, Outcome]] = {}

if __name__ == "__main__":
    main()
