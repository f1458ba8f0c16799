"""What the shipped policies make of pictures: photographs, faults made from one, and drawings."""

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter

from selector import Candidate, Policy, Selection, Selector
from selector.errors import JournalError

WHITE = (255, 255, 255)
Picture = Image.Image


@pytest.fixture
def choose(root):
    """Select among pictures by name, or paths, by a shipped policy; entries of it may change."""

    def selected(policy: str, pictures, *, expect=None, journal=False, **changes) -> Selection:
        policy = Policy.load(root / "policies" / f"{policy}.yaml").having(**changes)
        given = list(pictures)
        if isinstance(pictures, dict):
            given = [Candidate(picture, id=name) for name, picture in pictures.items()]
        with Selector(policy, journal=journal) as selector:
            return selector.select("a picture", given, expect=expect)

    return selected


def ids(candidates) -> list[str]:
    return [one.id for one in candidates]


def why(selection: Selection, candidate: str) -> set[tuple[str, str]]:
    """Return the kind and the instance of every reason."""
    return {(reason.kind, reason.instance) for reason in selection.reasons[candidate]}


@pytest.fixture(scope="module")
def portrait(astronaut) -> Picture:
    """A portrait large enough for print."""
    return astronaut.resize((1024, 1024), Image.Resampling.BICUBIC)


@pytest.fixture(scope="module")
def closer(astronaut) -> Picture:
    """The same person from nearer, in another frame."""
    return astronaut.resize((2048, 2048), Image.Resampling.BICUBIC).crop((300, 0, 1500, 1600))


def upside_down_face(portrait: Picture) -> Picture:
    face = (340, 20, 600, 330)
    turned = portrait.copy()
    turned.paste(portrait.crop(face).transpose(Image.Transpose.FLIP_TOP_BOTTOM), face[:2])
    return turned


def two_of_them(portrait: Picture) -> Picture:
    both = Image.new("RGB", (1536, 1024))
    for at in (0, 768):
        both.paste(portrait.crop((100, 0, 868, 1024)), (at, 0))
    return both


def mug(ground=WHITE, *, share: float = 0.36, blur: float = 0) -> Picture:
    """Draw a mug whose body fills *share* of the width."""
    picture = Image.new("RGB", (1024, 1024), ground)
    draw = ImageDraw.Draw(picture)
    wide, high = int(1024 * share), int(1200 * share)
    left, top = (1024 - wide) // 2, (1024 - high) // 2
    draw.arc((left + wide // 2, top + high // 4, left + wide * 4 // 3, top + high * 3 // 4),
             -90, 90, (140, 46, 36), max(1, wide // 10))  # fmt: skip
    draw.rounded_rectangle((left, top, left + wide, top + high), wide // 8, (176, 58, 46))
    draw.ellipse((left, top - wide // 10, left + wide, top + wide // 10), (88, 29, 23))
    return picture.filter(ImageFilter.GaussianBlur(blur))


def landscape(seed: int, *, blur: float = 0) -> Picture:
    """Draw hills and trees in flat colours, with outlines."""
    random = np.random.default_rng(seed)
    picture = Image.new("RGB", (1024, 1024), (250, 244, 230))
    draw = ImageDraw.Draw(picture)
    for horizon in (500, 650, 800):
        hills = [(x, horizon + random.normal(0, 40)) for x in range(0, 1025, 128)]
        shape = [(0, 1024), *hills, (1024, 1024)]
        draw.polygon(shape, tuple(random.integers(60, 220, 3).tolist()), (30, 30, 30))
    for x, y in random.integers(0, 950, (12, 2)).tolist():
        colour = tuple(random.integers(60, 230, 3).tolist())
        draw.ellipse((x, y, x + 60, y + 60), colour, (30, 30, 30), 4)
    return picture.filter(ImageFilter.GaussianBlur(blur))


def figure(seed: int) -> Picture:
    """Draw a symmetric figure of a few colours in 32 x 32 pixels."""
    random = np.random.default_rng(seed)
    colours = random.integers(20, 240, (6, 3), dtype=np.uint8)
    cells = random.integers(0, 6, (8, 5))
    cells[random.random((8, 5)) < 0.25] = -1  # where the ground shows
    half = np.kron(cells, np.ones((3, 3), int))
    body = np.hstack([half[:, ::-1], half])
    pixels = np.full((32, 32, 3), (40, 44, 52), np.uint8)
    pixels[4:28, 1:31][body >= 0] = colours[body[body >= 0]]
    return Image.fromarray(pixels)


def test_of_eight_portraits_two_that_differ_are_delivered(choose, portrait, closer):
    """Blurred, crowded, faceless, small and repeated ones never come before two good ones."""
    pictures = {
        "whole": portrait,
        "trimmed": portrait.crop((20, 20, 1004, 1004)).resize((1024, 1024)),
        "closer": closer,
        "blurred": portrait.filter(ImageFilter.GaussianBlur(6)),
        "crowded": two_of_them(portrait),
        "faceless": portrait.crop((0, 340, 684, 1024)).resize((1024, 1024)),
        "small": portrait.resize((512, 512)),
        "twin": portrait,
    }
    selection = choose("portrait", pictures, expect={"faces": 1})
    assert selection.answer == "complete"
    assert "closer" in ids(selection.accepted)
    assert len({"whole", "trimmed", "twin"} & {*ids(selection.accepted)}) == 1
    assert why(selection, "blurred") == {("refused", "filters.sharpness")}
    assert why(selection, "crowded") == why(selection, "faceless")
    assert why(selection, "faceless") == {("refused", "detectors.faces")}
    assert why(selection, "small") == {("refused", "filters.resolution")}


def test_a_face_upside_down_on_its_shoulders_is_not_accepted(choose, portrait):
    """It is found as a face, and a person is asked."""
    selection = choose("portrait", {"odd": upside_down_face(portrait)}, expect={"faces": 1})
    assert ids(selection.review) == ["odd"]
    assert why(selection, "odd") == {("band", "detectors.faces")}


def test_no_malformed_hand_is_accepted_unseen(choose, shared):
    """Of real pictures with malformed hands none is accepted as portrait or for patients."""
    folder = sorted((shared / "images" / "hands_malformed").glob("*.[jp][pn]g"))
    assert len(folder) == 7
    for policy in ("portrait", "patient-education"):
        selection = choose(policy, folder, expect={"faces": 1}, deliver="all")
        assert selection.accepted == ()
        assert selection.review
        for one in selection.review:
            assert ("band", "detectors.hands") in why(selection, one.id)


def test_a_product_on_white_beats_a_better_scene(choose, portrait):
    """A scene ranks first and is infeasible; so are a grey ground and a speck on white."""
    pictures = {
        "scene": portrait,
        "white": mug(),
        "small": mug(share=0.2),
        "grey": mug((235, 235, 235)),
        "speck": mug(share=0.03),
        "blurred": mug(blur=10),
    }
    selection = choose("catalog", pictures, deliver="all")
    assert selection.ranking[0].id in {"scene", "grey"}
    assert ids(selection.accepted)[0] == "white"
    for one in ("scene", "grey"):
        assert why(selection, one) >= {("infeasible", "filters.clipping")}
    assert selection.verdict("speck") == "reject"
    assert why(selection, "blurred") == {("refused", "filters.sharpness")}


def test_only_scenes_are_a_reason_to_generate_again(choose, portrait, closer):
    """Without any white ground nothing is delivered, and nobody is asked to look."""
    selection = choose("catalog", {"one": portrait, "other": closer})
    assert (selection.answer, selection.advice) == ("empty", "regenerate")


def test_a_hand_in_front_of_white_is_looked_at(choose, shared):
    """A thumb on white has the right ground, and is no product alone."""
    thumb = shared / "images" / "people_real" / "mpsamples_hand_landmarker_thumbs-up.png"
    selection = choose("catalog", [thumb])
    assert len(selection.review) == 1
    assert ("band", "detectors.hands") in why(selection, selection.review[0].id)


def test_a_clear_drawing_is_accepted_and_a_person_is_not(choose, portrait):
    """Nobody who can be recognised, no wash, and nothing blurred is accepted unseen."""
    pictures = {
        "drawing": landscape(0),
        "person": portrait,
        "wash": landscape(3, blur=2.5),
        "blurred": landscape(1, blur=8),
        "empty": Image.new("RGB", (1024, 1024), WHITE),
    }
    selection = choose("editorial", pictures, deliver="all")
    assert ids(selection.accepted) == ["drawing"]
    assert {*ids(selection.review)} == {"person", "wash"}
    assert why(selection, "person") == {("band", "detectors.faces")}
    assert {*ids(selection.rejected)} == {"blurred", "empty"}


def test_a_pale_and_soft_drawing_is_the_editors(choose):
    """A drawing faded to a tenth of its range is not accepted."""
    faded = Image.blend(landscape(0), Image.new("RGB", (1024, 1024), (230, 226, 220)), 0.85)
    selection = choose("editorial", {"faded": faded})
    assert (selection.answer, selection.needs_person) == ("review", True)


def test_of_generated_pictures_a_large_one_is_chosen(choose, shared):
    """Of four that generators made, the one of 256 pixels is refused, another is accepted."""
    selection = choose("editorial", sorted((shared / "images" / "dogs").iterdir()))
    assert selection.answer == "complete"
    assert why(selection, "DeepFloyd.jpg") == {("refused", "filters.resolution")}


def test_four_figures_that_differ_are_delivered(choose):
    """A darker one with other eyes is the same one; enlarged, smeared and empty ones are not accepted."""
    with_eyes = figure(0)
    with_eyes.paste(WHITE, (14, 10, 18, 12))
    pictures = {f"figure-{seed}": figure(seed) for seed in range(4)}
    pictures |= {
        "darker": ImageEnhance.Brightness(with_eyes).enhance(0.7),
        "enlarged": figure(5).resize((1024, 1024), Image.Resampling.BICUBIC),
        "smeared": figure(6).filter(ImageFilter.GaussianBlur(1)),
        "empty": Image.new("RGB", (32, 32), (40, 44, 52)),
    }
    selection = choose("pixel-art", pictures, deliver="all")
    assert {*ids(selection.accepted)} == {f"figure-{seed}" for seed in range(4)}
    assert why(selection, "darker") == {("duplicate", "filters.near_duplicates")}
    assert {*ids(selection.review)} == {"enlarged", "smeared"}
    assert why(selection, "empty") >= {("refused", "filters.blank")}
    assert choose("pixel-art", pictures).answer == "complete"


def test_the_cleanest_picture_for_patients_is_signed_by_a_person(choose, closer, tmp_path):
    """A sharp portrait that meets every bound is for review, for want of labels alone."""
    pictures = {"clean": closer, "blurred": closer.filter(ImageFilter.GaussianBlur(8))}
    journal = tmp_path / "journal.sqlite"
    selection = choose("patient-education", pictures, expect={"faces": 1}, journal=journal)
    assert (selection.answer, selection.needs_person) == ("review", True)
    assert why(selection, "clean") == {("uncertified", "")}
    assert why(selection, "blurred") == {("refused", "filters.sharpness")}


def test_for_patients_nothing_is_decided_off_the_record(choose, closer, monkeypatch):
    """Without a journal, and without a word that none is wanted, the request is refused."""
    monkeypatch.delenv("SELECTOR_JOURNAL", raising=False)
    with pytest.raises(JournalError, match="patient-education: its policy requires a journal"):
        choose("patient-education", {"clean": closer}, journal=None)
