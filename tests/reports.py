"""Selections to show: real pictures through the real engine, and what a measure could have left."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import numpy as np
import PIL.Image

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
}
PROMPT = "a smiling astronaut"

HOSTILE = (
    "<script>window.hit = 1</script>\"'><img src=x onerror='window.hit = 1'>"
    "<style>* { display: none }</style>{{ 7 * 7 }}&amp;\u202egnp.exe\u2066\n\r\t\x00\x1b[2J"
)


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
    found = [{"box": [190, 70, 290, 200], "label": "face 1", "score": 0.98, "jitter": 0.002}]
    return leaving(chosen([*candidates, broken]), "original", found)


def leaving(selection: Selection, name: str, boxes: Any) -> Selection:
    """Return *selection* as if a measure had left these boxes on the candidate *name*."""
    key = "filters.clipping.highlights"
    value = selection.outcomes[name][key]
    assert isinstance(value, Score)
    return having(selection, name, {key: replace(value, evidence={"boxes": boxes})})


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
