"""What whole policies say of people with malformed and with real hands, each judged alone."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measuring import table
from benchmarks.trial import REAL
from selector import Policy, Selection, Selector

FOLDERS = ("people_real", "hands_malformed")
POLICIES = ("starter", "portrait", "patient-education")
VERDICTS = ("accept", "review", "reject")
# Most of these pictures are smaller than a print needs, which says nothing about people.
SIZE = "filters.resolution."
HANDS = {"on": "detectors.hands.count", "accept_below": 0}
ANY = {"of": "filters.sharpness.sharpest", "weight": 1, "scale": {"ends": [0, 0.03]}}  # to rank by
# How many faces a person sees in each picture; one in all others.
FACES = {
    "hamer_test2.jpg": 0,
    "mpsamples_face_detector_testImg.jpeg": 2,
    "mpsamples_gesture_recognizer_hand_thumb_up.jpg": 0,
    "mpsamples_hand_landmarker_test_image.jpg": 0,
    "mpsamples_hand_landmarker_thumbs-up.png": 0,
    "mpsamples_object_detection_coupleanddog.jpeg": 2,
}


@dataclass(frozen=True, slots=True)
class Said:
    """What a policy said of one picture.

    Attributes:
        path: The picture.
        verdict: accept, review or reject.
        why: The reasons in words.
    """

    path: Path
    verdict: str
    why: str


def verdicts() -> Iterator[str]:
    """Give the confusion table, and one of each picture under `portrait` with the reasons."""
    pictures = [path for folder in FOLDERS for path in sorted((REAL / folder).glob("*.[jp]*g"))]
    if not pictures:
        return
    said = {policy: list(_said(_trial(policy), pictures)) for policy in POLICIES}
    yield table(
        ("policy, its lines on size and its scorers left out", "pictures", *VERDICTS),
        _confusion(said),
    )
    yield table(("picture", "verdict", "why, under `portrait`"), _each(said["portrait"]))


def _trial(name: str) -> Policy:
    """Return a policy without its lines on size and without scorers, whose models are gigabytes.

    Each picture is judged alone, so that nothing is ranked and they have no say. Nor is a judge
    asked: then, as the policies say, every hand is looked at.
    """
    policy = Policy.load(name)
    without = [gate for gate in policy.gates if gate.on not in (*policy.measures, HANDS["on"])]
    kept = [gate for gate in without if not gate.on.startswith(SIZE)]
    gates = [gate.model_dump(exclude_unset=True) for gate in kept]
    gates += [HANDS] * (len(without) < len(policy.gates))
    return policy.having(gates=gates, measures={}, method={"weighted_sum": [ANY]})


def _said(policy: Policy, pictures: list[Path]) -> Iterator[Said]:
    with tempfile.TemporaryDirectory() as folder:
        journal = Path(folder) / "journal.sqlite"
        with Selector(policy, journal=journal) as selector:
            for path in pictures:
                expect = {"faces": FACES.get(path.name, 1)}
                yield _one(path, selector.select("a person", [path], expect=expect))


def _one(path: Path, selection: Selection) -> Said:
    (candidate,) = selection.in_order()
    why = "; ".join(map(str, selection.reasons[candidate.id]))
    return Said(path, selection.verdict(candidate.id), why)


def _confusion(said: dict[str, list[Said]]) -> Iterator[tuple[str, ...]]:
    for policy, every in said.items():
        for folder in FOLDERS:
            counts = Counter(each.verdict for each in every if each.path.parent.name == folder)
            yield (f"`{policy}`", folder, *(str(counts[verdict]) for verdict in VERDICTS))


def _each(said: list[Said]) -> Iterator[tuple[str, ...]]:
    for each in said:
        name = f"{each.path.parent.name}/{each.path.name}"
        yield (name, each.verdict, each.why.replace("|", "/"))


if __name__ == "__main__":
    print("\n\n".join(verdicts()))
