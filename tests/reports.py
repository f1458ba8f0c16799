"""Selections to show: real pictures through the real engine, and what a measure could have left."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image

import outside
from selector import Candidate, Selection, report, select
from selector.types import Outcome, Score

POLICY = {
    "name": "show",
    "version": 2,
    "gates": [
        {"on": "filters.resolution.short_side", "reject_below": 128, "accept_above": 256},
        {"on": "filters.blank.structure", "reject_below": 0.0003, "accept_above": 0.001},
        {"on": "filters.clipping.highlights", "accept_below": 0.35},
    ],
    "method": {
        "weighted_sum": [
            {"of": "filters.sharpness.sharpest", "weight": 3, "scale": {"ends": [0, 0.02]}},
            {"of": "filters.clipping.highlights", "weight": 1},
        ]
    },
    "cut": {"of": "quality", "reject_below": 0.2, "accept_above": 0.4},
    "deliver": 1,
    "distinct": {"by": "filters.near_duplicates", "within": 6},
    "cascade": {"audit": 0},  # else one request in a hundred, by chance, measures everything
}
EVERYTHING = {  # accepts whatever could be read, of any size
    "name": "everything",
    "version": 1,
    "method": {"weighted_sum": [{"of": "filters.clipping.highlights", "weight": 1}]},
    "deliver": "all",
}
PROMPT = "a smiling astronaut"

HOSTILE = (
    "<script>window.hit = 1</script>\"'><img src=x onerror='window.hit = 1'>"
    "<style>* { display: none }</style>{{ 7 * 7 }}&amp;\u202egnp.exe\u2066\n\r\t\x00\x1b[2J"
)
FOUND = {
    "boxes": [{"box": [190, 70, 290, 200], "label": "face 1", "score": 0.98, "jitter": 0.002}],
    "polygons": [{"polygon": [[350, 20], [430, 50], [420, 80], [340, 50]], "label": "word"}],
    "lines": [{"line": [-20, 400, 600, 410], "label": "seam", "step": 0.4}],
    "texts": ["NASA"],
}


def chosen(candidates: Sequence[Any], prompt: Any = PROMPT, **rest: Any) -> Selection:
    """Return what the engine makes of *candidates* under `POLICY`, or another."""
    return select(prompt, candidates, rest.pop("policy", POLICY), journal=False, **rest)


def varied(photo: PIL.Image.Image) -> Selection:
    """Return a selection with every verdict, a copy, a small, a black and an unreadable picture."""
    bright = photo.point(lambda value: min(255, int(value * 2.2 + 60)))
    pictures = {
        "original": photo,
        "turned": photo.rotate(90),
        "small": photo.resize((200, 200)),
        "tiny": photo.resize((64, 64)),
        "black": PIL.Image.new("RGB", (300, 300)),
        "bright": bright,
        "twin": photo,
    }
    candidates = [Candidate(picture, id=name) for name, picture in pictures.items()]
    broken = Candidate(b"no picture", id="broken", metadata={"seed": 7})
    return leaving(chosen([*candidates, broken]), "original", FOUND)


BROKEN, ABSENT, LATE = 255, 254, 253
PRESCRIBED = f"""
found = []
for subject in subjects:
    level = int(subject.image.rgb[0, 0, int(self.level)])
    if level == {LATE}:
        time.sleep(0.5)
    special = {{{BROKEN}: Failure("broken"), {ABSENT}: NotApplicable("nothing there")}}
    found.append({{"value": special.get(level) or Score(level / 100)}})
return found
"""


def prescribing(folder: Path) -> str:
    """Write a measure that finds, in hundredths, what the first pixel of a picture says."""
    path = outside.write(folder, "prescribed", PRESCRIBED)
    file = folder / "prescribed" / "own.py"
    file.write_text(file.read_text().replace("better=True)", "better=True, optional=True)"))
    return path


def prescribed(
    measure: str, rows: Mapping[str, tuple[int, int]], policy: Mapping[str, Any], **rest: Any
) -> Selection:
    """Return what the engine decides where its measures "a" and "b" find what *rows* say.

    Args:
        measure: What `prescribing` wrote.
        rows: By candidate id, what "a" and "b" find, in hundredths; BROKEN, ABSENT, LATE.
        policy: All but name, version and measures.
        rest: As for `chosen`; "alike" makes pictures that are near duplicates.
    """
    whole = policy_of(measure, policy)
    alike = rest.pop("alike", False)
    candidates = [
        Candidate(_dotted(levels, 0 if alike else at), id=name)
        for at, (name, levels) in enumerate(rows.items())
    ]
    return chosen(candidates, policy=whole, **rest)


def policy_of(measure: str, policy: Mapping[str, Any]) -> dict[str, Any]:
    """Return a policy by the measures "a" and "b" that `prescribing` wrote."""
    measures = {name: {"use": measure, "level": at} for at, name in enumerate("ab")}
    return {"name": "prescribed", "version": 1, "measures": measures, **policy}


def _dotted(levels: tuple[int, int], seed: int) -> np.ndarray:
    """Return noise whose first pixel holds what measures are to find."""
    pixels = np.random.default_rng(seed).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    pixels[0, 0] = (*levels, seed)
    return pixels


def leaving(selection: Selection, name: str, evidence: Any) -> Selection:
    """Return *selection* as if a measure had left this evidence on the candidate *name*."""
    key = "filters.clipping.highlights"
    value = selection.outcomes[name][key]
    assert isinstance(value, Score)
    return having(selection, name, {key: replace(value, evidence=evidence)})


def having(selection: Selection, name: str, outcomes: Mapping[str, Outcome]) -> Selection:
    """Return *selection* with other outcomes of the candidate *name*."""
    row = {**selection.outcomes[name], **outcomes}
    return replace(selection, outcomes={**selection.outcomes, name: row})


def marked(size: tuple[int, int], box: tuple[int, int, int, int]) -> PIL.Image.Image:
    """Return a grey picture with a red block where *box* says."""
    pixels = np.full((size[1], size[0], 3), 90, np.uint8)
    pixels[box[1] : box[3], box[0] : box[2]] = (255, 0, 0)
    return PIL.Image.fromarray(pixels)


class Read(HTMLParser):
    """The words of a page, by article, what stands outside of them first; its tags and attributes."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.parts = [""]
        self.names: set[str] = set()
        self._now = 0
        self.feed(source)

    def handle_starttag(self, tag, attrs):
        self.names |= {tag, *(name for name, _ in attrs)}
        if tag == "article":
            self._now = len(self.parts)
            self.parts.append("")

    def handle_endtag(self, tag):
        if tag == "article":
            self._now = 0

    def handle_data(self, data):
        self.parts[self._now] += data

    @property
    def said(self) -> list[str]:
        return [" ".join(part.split()) for part in self.parts]


def cards(selection: Selection) -> dict[str, str]:
    """Return the words on each candidate's card, in the order of the page."""
    _, *said = Read(report.page(selection)).said
    return {one.id: words for one, words in zip(selection.in_order(), said, strict=True)}
