"""What the policies catalog, editorial and pixel-art make of pictures: photographs and drawings."""

from io import BytesIO

import pytest
from PIL import Image, ImageEnhance, ImageFilter

import judges
from motifs import WHITE, crowd, figure, landscape, lettered, mug, pair, sprite, stock
from pictures import encoded
from selector.images import Limits
from told import ids, why

NEAREST = Image.Resampling.NEAREST
LABELLED = 'a mug that says "FRESH COFFEE"'


def test_a_product_alone_on_a_light_ground_beats_all_else(choose, portrait):
    """Scenes, people and specks are no products; what is small goes to a person."""
    pictures = {
        "scene": crowd(portrait),
        "portrait": portrait,
        "grey": mug((235, 235, 235)),
        "white": mug(),
        "small": mug(share=0.2),
        "speck": mug(share=0.05),
        "blurred": mug(blur=10),
    }
    selection = choose("catalog", pictures, deliver="all")
    assert ids(selection.accepted) == ["white", "grey"]
    assert ids(selection.review) == ["small"]
    for nothing in ("scene", "portrait", "speck"):
        assert why(selection, nothing) == {("infeasible", "detectors.background")}
    assert why(selection, "blurred") == {("refused", "filters.sharpness")}


def test_a_ground_need_not_be_pure_white(choose):
    """What is light and neutral is accepted unseen, off-white as well as light grey."""
    grounds = ((230, 230, 230), (238, 236, 232), (250, 250, 250), WHITE)
    selection = choose("catalog", {str(one): mug(one) for one in grounds}, deliver="all")
    assert {*ids(selection.accepted)} == {str(one) for one in grounds}


def test_a_product_on_a_grey_or_cream_ground_is_never_generated_again_for_it(choose):
    """It is for a person, on account of the ground alone."""
    grounds = ((128, 128, 128), (220, 220, 220), (245, 235, 215))
    selection = choose("catalog", {str(one): mug(one) for one in grounds})
    assert (selection.answer, selection.advice) == ("review", None)
    for one in selection.ranking:
        assert why(selection, one.id) == {("band", "detectors.background")}


def test_two_products_or_half_of_one_go_to_a_person(choose):
    """Only what is whole and alone is accepted unseen."""
    half = mug(share=0.5).crop((0, 0, 640, 1024)).resize((1024, 1024))
    pictures = {"two": pair(460), "half": half}
    selection = choose("catalog", pictures)
    assert {*ids(selection.review)} == {"two", "half"}
    for one in pictures:
        assert why(selection, one) == {("band", "detectors.background")}


def test_only_scenes_are_a_reason_to_generate_again(choose, portrait):
    """Where nothing can be a product alone nothing is delivered, and nobody is asked to look."""
    selection = choose("catalog", {"one": crowd(portrait), "dark": mug((30, 34, 60))})
    assert (selection.answer, selection.advice) == ("empty", "regenerate")
    assert not selection.needs_person


def test_no_scene_is_accepted_as_a_product(choose, shared):
    """Of twelve pictures of cats, dogs and the sea none is, and a person sees none of them."""
    pictures = [
        one for topic in ("cats", "dogs", "ocean") for one in (shared / "images" / topic).iterdir()
    ]
    selection = choose("catalog", sorted(pictures), deliver="all")
    assert len(selection.rejected) == len(pictures) == 12


def test_a_hand_in_front_of_white_is_looked_at(choose, shared):
    """A thumb on white has the right ground, and is no product alone."""
    thumb = shared / "images" / "people_real" / "mpsamples_hand_landmarker_thumbs-up.png"
    selection = choose("catalog", [thumb])
    assert len(selection.review) == 1
    assert ("band", "detectors.hands") in why(selection, selection.review[0].id)


def test_a_label_is_accepted_where_it_says_what_was_ordered(choose):
    """In the prompt's words it passes; misspelt, missing or made up, a person reads it."""
    label = {"label": lettered(mug(share=0.5), "FRESH COFFEE")}
    assert choose("catalog", label, prompt=LABELLED).answer == "complete"
    wrong = {"misspelt": lettered(mug(share=0.5), "FRESH COFEFE"), "missing": mug(share=0.5)}
    for selection, number in (
        (choose("catalog", wrong, prompt=LABELLED), 2),
        (choose("catalog", label, prompt="a mug"), 1),
    ):
        assert len(selection.review) == number
        for one in selection.review:
            assert why(selection, one.id) == {("band", "lettering")}


def test_the_shops_own_words_may_be_allowed(choose):
    """A label that `allowed` names needs no word in the prompt."""
    label = {"label": lettered(mug(share=0.5), "FRESH COFFEE")}
    measures = {"lettering": {"use": "detectors.lettering", "allowed": ["Fresh Coffee"]}}
    assert choose("catalog", label, measures=measures).answer == "complete"


@pytest.mark.parametrize(("policy", "picture"), [("catalog", mug()), ("editorial", landscape(0))])
def test_what_carries_the_mark_of_an_agency_is_rejected(choose, policy, picture):
    """A tiled watermark is nothing that a person has to see."""
    selection = choose(policy, {"stock": stock(picture)})
    assert selection.answer == "empty"
    (reason,) = why(selection, "stock")
    assert reason in {("infeasible", "lettering"), ("refused", "detectors.lettering")}


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


def test_a_headline_is_accepted_where_it_says_what_was_ordered(choose):
    """Misspelt, missing, or ordered by nobody, it is the editor's to read."""
    prompt = 'hills, titled "LONG WINTER"'
    right = {"right": lettered(landscape(0), "LONG WINTER")}
    assert choose("editorial", right, prompt=prompt).answer == "complete"
    wrong = {"misspelt": lettered(landscape(1), "LONG WNITER"), "missing": landscape(2)}
    selection = choose("editorial", wrong, prompt=prompt)
    assert {*ids(selection.review)} == {"misspelt", "missing"}
    assert ids(choose("editorial", right, prompt="hills").review) == ["right"]


def test_of_generated_pictures_a_large_one_is_chosen(choose, shared):
    """Of four that generators made, the one of 256 pixels is refused, another is accepted."""
    selection = choose("editorial", sorted((shared / "images" / "dogs").iterdir()))
    assert selection.answer == "complete"
    assert why(selection, "DeepFloyd.jpg") == {("refused", "filters.resolution")}


def test_four_figures_that_differ_are_delivered(choose):
    """A darker one with other eyes is the same one; an empty one is none."""
    with_eyes = figure(0)
    with_eyes.paste(WHITE, (14, 10, 18, 12))
    pictures = {f"figure-{seed}": figure(seed) for seed in range(4)}
    pictures |= {
        "darker": ImageEnhance.Brightness(with_eyes).enhance(0.7),
        "empty": Image.new("RGB", (32, 32), (40, 44, 52)),
    }
    selection = choose("pixel-art", pictures, deliver="all")
    assert {*ids(selection.accepted)} == {f"figure-{seed}" for seed in range(4)}
    assert why(selection, "darker") == {("duplicate", "filters.near_duplicates")}
    assert why(selection, "empty") >= {("refused", "filters.blank")}
    assert choose("pixel-art", pictures).answer == "complete"


def test_art_may_be_enlarged_by_whole_numbers_only(choose):
    """Enlarged pixel by pixel it passes; softly, smeared, or stored as JPEG, it is refused."""
    jpeg = Image.open(BytesIO(encoded(figure(3), "JPEG", quality=90)))
    pictures = {
        "clean": figure(0).resize((256, 256), NEAREST),
        "soft": figure(1).resize((1024, 1024), Image.Resampling.BICUBIC),
        "broken": figure(2).resize((121, 121), NEAREST),
        "smeared": figure(6).filter(ImageFilter.GaussianBlur(1)),
        "jpeg": jpeg,
    }
    selection = choose("pixel-art", pictures)
    assert ids(selection.accepted) == ["clean"]
    for spoilt in pictures.keys() - {"clean"}:
        assert why(selection, spoilt) == {("refused", "detectors.pixel_grid")}


def test_a_photograph_of_any_size_is_no_pixel_art(choose, portrait):
    """Small, large, or enlarged pixel by pixel, it is refused."""
    pictures = {str(side): portrait.resize((side, side)) for side in (32, 64, 96, 256, 512)}
    pictures["enlarged"] = pictures["64"].resize((512, 512), NEAREST)
    selection = choose("pixel-art", pictures)
    assert {*ids(selection.rejected)} == {*pictures}
    for photograph in pictures:
        assert why(selection, photograph) == {("refused", "detectors.pixel_grid")}


def test_what_only_looks_like_pixel_art_is_looked_at(choose, portrait):
    """A grey photograph in large pixels, a flat drawing, and a part pasted in larger pixels."""
    grey = portrait.resize((64, 64)).convert("L").convert("RGB").resize((512, 512), NEAREST)
    scene = portrait.resize((72, 72)).quantize(10, dither=Image.Dither.NONE).convert("RGB")
    scene.paste(scene.crop((18, 18, 36, 36)).resize((36, 36), NEAREST), (0, 0))
    selection = choose("pixel-art", {"grey": grey, "flat": landscape(0), "pasted": scene})
    assert {*ids(selection.review)} == {"grey", "flat", "pasted"}


def test_a_pale_transparent_sprite_shows_on_mid_grey_only(choose):
    """On white it is for a person; on the ground that the policy's first lines name it passes."""
    sprites = {"pale": sprite((250, 250, 250)), "dark": sprite((40, 40, 60))}
    on_white = choose("pixel-art", sprites)
    assert (ids(on_white.accepted), ids(on_white.review)) == (["dark"], ["pale"])
    assert why(on_white, "pale") == {("band", "filters.blank")}
    on_grey = choose("pixel-art", sprites, limits=Limits(background=(128, 128, 128)))
    assert {*ids(on_grey.accepted)} == {"pale", "dark"}


def test_no_judge_changes_what_bounds_say(choose, portrait):
    """Whatever it thinks of a picture, it neither refuses it nor takes it out of doubt."""
    pictures = {
        "mug": mug(),
        "person": portrait,
        "dark": portrait.point(lambda level: level * 0.4),
        "blurred": landscape(1, blur=8),
        "small": portrait.resize((300, 300)),
    }
    fair = choose("general", pictures, deliver="all")
    partial = choose("general", pictures, deliver="all", judges=judges.golden())
    assert partial.decision.quality != fair.decision.quality
    for one in pictures:
        assert why(partial, one) == why(fair, one)


def test_what_policies_confess_not_to_see_they_do_not_see(choose, portrait, shared):
    """Their first lines are true: each of these is accepted, and is not what it should be."""
    nearly_touching = {"two": pair(350)}
    assert choose("catalog", nearly_touching, prompt="one armchair").answer == "complete"
    photographs = sorted((shared / "images" / "cats").glob("[MS]*.jpg"))
    selection = choose("editorial", photographs, deliver="all")
    assert len(selection.accepted) == len(photographs) == 2
    with Image.open(shared / "images" / "lettering" / "ref4.jpg") as vessel:
        numbered = {"a number across it": vessel.convert("RGB").resize((1024, 1024))}
    assert choose("editorial", numbered).answer == "complete"
    few = portrait.resize((64, 64)).quantize(16, dither=Image.Dither.NONE).convert("RGB")
    assert choose("pixel-art", {"photograph": few}).accepted
