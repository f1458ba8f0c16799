"""Pictures of a request opened and decoded: what is known of each, or why it can't be read."""

from __future__ import annotations

from dataclasses import replace

from selector.engine.request import Request
from selector.errors import ImageError
from selector.images import Image, Limits, PixelBudget, open_image
from selector.types import Candidate, Edit, Failure, is_needed


def read(one: Candidate, limits: Limits, budget: PixelBudget) -> tuple[Candidate, Image | None]:
    """Return a candidate with what its picture says of itself, and the decoded picture.

    Args:
        one: With `image`: what was given as its picture.
        limits: What an image may be.
        budget: Where decoded pixels are held.

    Returns:
        The candidate, with its `error` if it can't be read; then there is no picture.
    """
    image: Image | None = None
    try:
        image = open_image(one.image, limits=limits, budget=budget, soon=True)
        one = replace(one, path=image.path, content_hash=image.content_hash)
        image.decode()
        return replace(one, pixel_hash=image.pixel_hash, notes=image.notes), image
    except ImageError as error:
        if image is not None:
            image.close()
        return replace(one, error=str(error)), None


def read_source(edit: Edit, request: Request, limits: Limits, budget: PixelBudget) -> None:
    """Open the picture before an edit for a request, which then knows it, or why there is none."""
    if edit.source is None:
        request.source = Failure(
            "the edit's source: there is none (got None). Give the picture before the edit."
        )
        return
    wanted = is_source_needed(request)
    try:
        source = open_image(edit.source, limits=limits, budget=budget, soon=wanted)
        request.prompt = replace(edit, path=source.path, content_hash=source.content_hash)
        request.source = source
        if wanted:
            source.decode()  # now, so that what is damaged is told as what it is
    except ImageError as error:
        request.source = Failure(f"the edit's source: {error}")


def is_source_needed(request: Request) -> bool:
    """Return whether any instance reads the picture before the edit."""
    return any(is_needed("source", one.needs) for one in request.plan.instances.values())
