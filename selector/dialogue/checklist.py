"""Reads the checklists of Qwen-Image-Bench, and sums them up from facets to a total."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from selector.dialogue.loose_json import once
from selector.dialogue.thought import answer
from selector.dialogue.unreadable import UnreadableError

# What the judge was trained to be asked: names of dimensions, of their parts, of those facets.
HIERARCHY: Mapping[str, Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "Quality": {
            "Realism": ("Physical Logic", "Material Texture"),
            "Detail": ("Noise", "Edge Clarity", "Naturalness"),
            "Resolution": ("Resolution",),
        },
        "Aesthetics": {
            "Composition": ("Composition",),
            "Color Harmony": ("Color Harmony",),
            "Lighting": ("Lighting & Atmosphere",),
            "Anatomical Portraiture": ("Anatomical Fidelity",),
            "Emotional Expression": ("Emotional Expression",),
            "Style Control": ("Style Control",),
        },
        "Alignment": {
            "Attributes": (
                "Quantity",
                "Facial Expression",
                "Material Properties",
                "Color",
                "Shape",
                "Size",
            ),
            "Actions": ("Contact Interaction", "Non-contact Interaction", "Full-body Action"),
            "Layout": ("2D Space", "3D Space"),
            "Relations": ("Composition Relationship", "Difference/Similarity", "Containment"),
            "Scene": ("Real-world Scene", "Virtual Scene"),
        },
        "Real-world Fidelity": {
            "Fairness": ("Social Bias", "Cultural Fairness"),
            "Safety & Compliance": ("Safety & Compliance",),
            "World Knowledge": (
                "Animals",
                "Objects",
                "Information Visualization",
                "Temporal Characteristics",
                "Cultural Elements",
            ),
        },
        "Creative Generation": {
            "Imagination": ("Imagination",),
            "Feature Matching": ("Feature Matching",),
            "Logical Resolution": ("Logical Resolution",),
            "Text Rendering": ("Text Accuracy", "Text Layout", "Font", "Cross-lingual Generation"),
            "Design Applications": (
                "Graphic Design",
                "Product Design",
                "Spatial Design",
                "Fashion Styling",
                "Game Design",
                "Art Design",
            ),
            "Visual Storytelling": (
                "Cinematic Style",
                "Camera / Lens Style",
                "Storyboard Creation",
                "Shot Sizes",
                "Composition",
                "Angles",
                "Comic Creation",
            ),
        },
    }
)
RENAMED = {"Feature Mapping": "Feature Matching"}  # the judge's one slip of the pen
POINTS = {"0": 0.0, "1": 60.0, "2": 100.0}  # fails, passes, excels
ABSENT = frozenset({"n/a", "na", "not applicable"})

Facets = dict[str, dict[str, float | None]]


@dataclass(frozen=True, slots=True)
class Dimension:
    """What was found in one dimension, each from 0 to 100, best; None where nothing applies.

    Attributes:
        level1_score: The mean of its parts.
        level2_scores: Of each part the mean of its facets, by name.
        level3_scores: Of each part its facets, by name.
    """

    level1_score: float | None
    level2_scores: Mapping[str, float | None]
    level3_scores: Mapping[str, Mapping[str, float | None]]


def read(text: str, level1: str) -> Dimension:
    """Return what an answer says about the dimension *level1*, a name of HIERARCHY.

    Its order is taken as it comes: a facet without its part, or under another, is put where it
    belongs. Of its marks only 0, 1 and 2 count; every other is as if the facet did not apply, as
    long as one counts. What neither the dimension nor its parts know is left out.

    Raises:
        UnreadableError: There is no JSON object, or none with a known name; a name stands there
            twice; a part has a mark and so has a facet in it; no mark counts, and not all say that
            nothing applies; it was still thinking.
    """
    facets: Facets = {}
    unknown = False
    for part, facet, mark in _marks(_object(answer(text)), HIERARCHY[level1]):
        under = facets.setdefault(part, {})
        if facet in under:
            raise UnreadableError(f"{facet} is marked twice")
        under[facet] = _points(mark)
        unknown |= under[facet] is None and not _absent(mark)
    if not facets:
        raise UnreadableError(f"nothing of {level1} is marked")
    parts = {part: _mean(under.values()) for part, under in facets.items()}
    score = _mean(parts.values())
    if score is None and unknown:  # "Fail" everywhere is not that nothing applies
        raise UnreadableError(f"no mark of {level1} is 0, 1 or 2")
    return Dimension(score, parts, facets)


def total(dimensions: Iterable[Dimension]) -> float | None:
    """Return the mean of the dimensions where something applies; None if there is none."""
    return _mean(dimension.level1_score for dimension in dimensions)


def _object(text: str) -> dict[str, Any]:
    """Return the object that the answer is, or that lies between its first and last brace."""
    for part in (text, text[text.find("{") : text.rfind("}") + 1]):
        try:
            found = json.loads(part, object_pairs_hook=once)
        except UnreadableError:
            raise
        except (ValueError, RecursionError):  # RecursionError: brackets without end
            continue
        if isinstance(found, dict):
            return found
        break
    raise UnreadableError("no JSON object")


def _marks(
    found: dict[str, Any], parts: Mapping[str, tuple[str, ...]]
) -> Iterator[tuple[str, str, Any]]:
    """Yield each facet that is known, or stands in a part that is: its part, its name, its mark."""
    home = {facet: part for part, facets in parts.items() for facet in facets}
    for name, under in found.items():
        if not isinstance(under, dict):
            continue
        if "score" in under and any(RENAMED.get(one, one) in home for one in under):
            raise UnreadableError(f"{name} is marked, and so is what stands in it")
        for given, mark in {name: under}.items() if "score" in under else under.items():
            facet = RENAMED.get(given, given)
            part = home.get(facet, name)
            if part in parts:
                yield part, facet, mark.get("score") if isinstance(mark, dict) else mark


def _points(mark: Any) -> float | None:
    if isinstance(mark, float) and mark.is_integer():
        mark = int(mark)
    if isinstance(mark, bool) or not isinstance(mark, int | str):
        return None
    return POINTS.get(mark.strip() if isinstance(mark, str) else str(mark))


def _absent(mark: Any) -> bool:
    return isinstance(mark, str) and mark.strip().lower() in ABSENT


def _mean(scores: Iterable[float | None]) -> float | None:
    given = [score for score in scores if score is not None]
    return sum(given) / len(given) if given else None
