"""What the policies starter, portrait and patient-education make of pictures of people."""

import pytest
from PIL import Image, ImageFilter, ImageOps

from motifs import WHITE, two_of_them, upside_down_face
from selector.errors import JournalError
from told import ids, why


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
