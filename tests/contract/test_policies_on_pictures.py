"""What the policies starter, portrait and patient-education make of pictures of people."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageChops, ImageFilter, ImageOps

import onnx_files
from judges import nothing_wrong
from motifs import WHITE, lettered, stock, two_of_them, upside_down_face
from pictures import encoded
from selector.errors import JournalError
from selector.planning import planned
from selector.policy.document import read
from told import ids, why


def stored(picture: Image.Image, quality: int) -> Image.Image:
    """Return what is left of a *picture* after it was stored as a JPEG."""
    return Image.open(BytesIO(encoded(picture, "JPEG", quality=quality)))


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
    """It is found as a face, and a person is asked, about where it was pasted too."""
    selection = choose("portrait", {"odd": upside_down_face(portrait)}, expect={"faces": 1})
    assert ids(selection.review) == ["odd"]
    assert why(selection, "odd") == {("band", "detectors.faces"), ("band", "detectors.seams")}


def test_each_fault_of_a_portrait_has_its_own_reason(choose, portrait):
    """Darkness, bars, noise, a cast and a caption are looked at, a stock mark is refused."""
    grain = np.random.default_rng(0).normal(0, 30, (1024, 1024, 1))
    faults = {
        "exposure": portrait.point(lambda level: level * 0.45),
        "letterbox": ImageOps.expand(portrait.crop((0, 40, 1024, 984)), (0, 40), "black"),
        "distortion": Image.fromarray(np.clip(portrait + grain, 0, 255).astype(np.uint8)),
        "faces": ImageChops.multiply(portrait, Image.new("RGB", portrait.size, (255, 190, 60))),
        "lettering": lettered(portrait, "Anna and Tom"),
    }
    given = faults | {"stock": stock(portrait)}
    selection = choose("portrait", given, expect={"faces": 1}, deliver="all")
    assert {*ids(selection.review)} == {*faults}
    for name in faults:
        assert ("band", f"detectors.{name}") in why(selection, name)
    assert ("refused", "detectors.lettering") in why(selection, "stock")


def test_a_malformed_hand_in_black_and_white_is_not_accepted_unseen(choose, shared):
    """Without colour the hand is not found, so a person sees the picture for its want of colour."""
    with Image.open(shared / "images" / "hands_malformed" / "handrefiner_1.jpg") as picture:
        grey = picture.resize((1024, 1024), Image.Resampling.BICUBIC).convert("L")
    for policy in ("portrait", "patient-education"):
        selection = choose(policy, {"grey": grey}, expect={"faces": 1})
        assert ids(selection.review) == ["grey"]
        assert ("band", "detectors.faces") in why(selection, "grey")
        assert not {("band", "detectors.hands"), ("band", "sound_hands")} & why(selection, "grey")


@pytest.mark.parametrize("policy", ["portrait", "patient-education"])
def test_no_real_hand_is_refused_for_how_it_is_stored(choose, asking, shared, policy):
    """Stored as JPEG of quality 50, a hand that no judge is sure of is looked at."""
    with Image.open(shared / "images" / "people_real" / "hamer_test3.jpg") as picture:
        large = picture.convert("RGB").resize((1536, 1024), Image.Resampling.BICUBIC)
    pictures = {"as it is": large, "stored": stored(large, 50)}
    unsure = asking(lambda name, one: 0.5 if "hand" in name else nothing_wrong(name, one))
    selection = choose(policy, pictures, expect={"faces": 1}, deliver="all", judges=unsure)
    assert {*ids(selection.review)} == {*pictures}


@pytest.mark.parametrize("policy", ["starter", "portrait"])
def test_a_clean_portrait_comes_before_itself_spoilt(choose, portrait, policy):
    """In eight colours, as poor JPEG or with noise it is sharper, and still comes after."""
    noise = np.random.default_rng(0).normal(0, 30, (1024, 1024, 3))
    pictures = {
        "posterised": portrait.quantize(8).convert("RGB"),
        "blocked": stored(portrait, 10),
        "noisy": Image.fromarray(np.clip(portrait + noise, 0, 255).astype(np.uint8)),
        "clean": portrait,
    }
    selection = choose(policy, pictures, expect={"faces": 1}, deliver=1)
    assert selection.ranking[0].id == "clean"
    assert ids(selection.accepted) == ["clean"]
    assert ("band", "detectors.blocking") in why(selection, "blocked")
    assert ("band", "detectors.noise") in why(selection, "noisy")


def test_what_may_take_the_place_of_a_question_for_patients_is_a_gate(root, tmp_path):
    """A classifier or a service of a team's own, as it stands in the policy's head, plans."""
    path = root / "policies" / "patient-education.yaml"
    written = read(path.read_bytes(), "policy").data
    head = [
        line.removeprefix("#   ") for line in path.read_text().splitlines() if line[:4] == "#   "
    ]
    one, *others = "\n".join(head).split("injury: ")[1:]
    model = onnx_files.write(tmp_path, onnx_files.classifier(np.eye(3, 2)))
    for given, more in ((one, model), *((other, {}) for other in others)):
        injury = read(given.encode(), "example").data | more
        plan = planned(written | {"measures": written["measures"] | {"injury": injury}}).plan
        assert plan.instances["injury"].kind == "detector"
        assert "injury" in {gate.on.instance for gate in plan.gates}
    assert others


def test_a_person_for_patients_sees_whatever_is_not_refused(choose, closer):
    """Clean, small and dark ones are all shown, the clean one first, and none is outranked."""
    small = closer.resize((600, 800))
    pictures = {
        "clean": closer,
        "small": small,
        "smaller": closer.resize((560, 747)),
        "small-sharp": small.filter(ImageFilter.SHARPEN),
        "small-mirrored": ImageOps.mirror(small),
        "empty": Image.new("RGB", (1200, 1600), WHITE),
    }
    selection = choose("patient-education", pictures, expect={"faces": 1})
    assert selection.ranking[0].id == "clean"
    assert {*ids(selection.review)} == {*pictures} - {"empty"}


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
