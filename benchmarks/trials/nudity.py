"""Photographs of people and things without nudity: there are none with it to try."""

from collections.abc import Iterator

from benchmarks.altered import altered
from benchmarks.trial import Trial


def trials() -> Iterator[Trial]:
    """Yield what there is: pictures that must not alarm."""
    yield Trial("detectors.nudity", "nudity", "nudity", altered(), (), data="real and generated")
