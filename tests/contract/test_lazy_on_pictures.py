"""Every shipped policy decides pictures as measuring everything would, for fewer calls."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from PIL import Image, ImageFilter

import judges
import openai_server
from judged import marks
from judges import ASKED, Files, asked, nothing_wrong
from motifs import landscape, mug, sprite, stock
from pictures import encoded
from selector import Candidate, Edit, Policy, Selection, Selector
from selector.policy import find
from told import ids

Pictures = dict[str, Any]
EXACT, EVERYTHING = {"audit": 0}, {"mode": "exhaustive"}


@pytest.fixture(scope="module")
def opinionated() -> Iterator[Files]:
    """Judges that have an opinion on each picture, and questions whose answers differ."""

    def opinion(question: str, picture: Image.Image) -> float:
        redness = picture.convert("RGB").resize((1, 1)).getpixel((0, 0))[0] / 255
        sound = nothing_wrong(question, picture)
        return sound if redness < 0.6 else 0.5

    with asked(opinion) as server, openai_server.serving() as editor:
        editor.answering(openai_server.by(marks))
        edited = {"judge": editor.parameter()}
        yield judges.golden() | {
            ASKED: {"judge": server.parameter()},
            "scorers.unified_reward_edit": edited,
        }


@pytest.fixture(scope="module")
def people(portrait, closer) -> Pictures:
    """Pictures of people: good ones, spoilt ones, a copy, and one that can't be read."""
    return {
        "whole": portrait,
        "closer": closer.crop((0, 0, 1024, 1024)),
        "copy": portrait,
        "stored": Image.open(BytesIO(encoded(portrait, "JPEG", quality=40))),
        "soft": portrait.filter(ImageFilter.GaussianBlur(1)),
        "blurred": portrait.filter(ImageFilter.GaussianBlur(8)),
        "small": portrait.resize((200, 200)),
        "broken": b"no picture at all",
    }


def products(_: Pictures) -> Pictures:
    made = {f"mug on {level}": mug((level,) * 3) for level in (255, 250, 128)}
    made |= {"small": mug(share=0.2), "blurred": mug(blur=10), "twin": mug()}
    return made | {"stock": stock(mug()), "scene": landscape(3)}


def drawings(people: Pictures) -> Pictures:
    made = {f"hills {seed}": landscape(seed) for seed in range(4)}
    made |= {"blurred": landscape(1, blur=8), "stock": stock(landscape(2))}
    return made | {"person": people["whole"]}


def sprites(people: Pictures) -> Pictures:
    colours = [(220, 30, 30), (30, 160, 60), (40, 60, 200), (240, 200, 20), (160, 30, 160)]
    return {f"ghost {one}": sprite(one) for one in colours} | {"photo": people["whole"]}


PICTURES = {"catalog": products, "editorial": drawings, "pixel-art": sprites}


@pytest.fixture
def decided(root, people, opinionated):
    """Decide the pictures that a policy is for, measuring as it is told to."""

    def by(name: str, **cascade) -> Selection:
        written = Policy.load(root / "policies" / f"{name}.yaml")
        policy = judges.appointed(written, opinionated, cascade=cascade)
        pictures = PICTURES[name](people) if name in PICTURES else people
        given = [Candidate(picture, id=each) for each, picture in pictures.items()]
        request = Edit("make it red", people["whole"]) if name == "edit" else "somebody"
        expect = {"faces": 1} if name in {"portrait", "patient-education"} else None
        with Selector(policy, journal=False) as selector:
            return selector.select(request, given, expect=expect)

    return by


# One of each kind always: small measures alone, learned scorers, judges, an edit. The rest repeats it.
ALWAYS = {"starter", "general", "portrait", "edit"}


@pytest.mark.parametrize(
    "name",
    [one if one in ALWAYS else pytest.param(one, marks=pytest.mark.slow) for one in find.names()],
)
def test_a_policy_decides_lazily_as_it_does_exhaustively(decided, monkeypatch, name):
    """The same verdicts, the same order of what is delivered or reviewed, the same answer."""
    monkeypatch.setenv("SELECTOR_OFFLINE", "1")
    lazy, whole = decided(name, **EXACT), decided(name, **EVERYTHING)
    assert lazy.decision.verdicts == whole.decision.verdicts
    assert (ids(lazy.accepted), ids(lazy.review)) == (ids(whole.accepted), ids(whole.review))
    assert (lazy.answer, lazy.advice) == (whole.answer, whole.advice)
    assert lazy.needs_person == whole.needs_person
    assert sum(lazy.cost.values()) < sum(whole.cost.values())
    assert all(calls <= whole.cost[one] for one, calls in lazy.cost.items())
