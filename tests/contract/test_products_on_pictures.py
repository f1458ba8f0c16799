"""What the policies catalog, editorial and pixel-art make of pictures: photographs and drawings."""

import pytest
from PIL import Image, ImageChops, ImageEnhance, ImageFilter

from motifs import WHITE, crowd, figure, landscape, mug, sprite
from selector.images import Limits
from told import ids, why


def test_a_product_on_white_beats_a_better_scene(choose, portrait):
    """A crowd ranks before it and is infeasible; a person sees what has another ground."""
    pictures = {
        "scene": crowd(portrait),
        "portrait": portrait,
        "white": mug(),
        "small": mug(share=0.2),
        "grey": mug((235, 235, 235)),
        "speck": mug(share=0.03),
        "blurred": mug(blur=10),
    }
    selection = choose("catalog", pictures, deliver="all")
    assert ids(selection.ranking).index("scene") < ids(selection.ranking).index("white")
    assert ids(selection.accepted)[0] == "white"
    assert why(selection, "scene") >= {("infeasible", "filters.blank")}
    assert {*ids(selection.review)} == {"portrait", "small", "grey"}
    assert selection.verdict("speck") == "reject"
    assert why(selection, "blurred") == {("refused", "filters.sharpness")}


@pytest.mark.parametrize("level", [128, 200, 230, 245, 250, 252])
def test_a_product_on_a_neutral_ground_is_never_generated_again_for_it(choose, level):
    """Off-white and grey grounds are for a person, on account of the ground alone."""
    selection = choose("catalog", {"mug": mug((level, level, level))})
    assert (selection.answer, selection.advice) == ("review", None)
    assert why(selection, "mug") == {("band", "filters.clipping")}


def test_what_is_nearly_white_is_accepted(choose):
    """Within what JPEG makes of pure white, a ground is white."""
    assert choose("catalog", {"mug": mug((253, 253, 253))}).answer == "complete"


def test_only_rich_scenes_are_a_reason_to_generate_again(choose, portrait):
    """Where nothing can be a product alone nothing is delivered, and nobody is asked to look."""
    selection = choose("catalog", {"one": crowd(portrait)})
    assert (selection.answer, selection.advice) == ("empty", "regenerate")
    assert not selection.needs_person


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


def test_a_pale_transparent_sprite_shows_on_mid_grey_only(choose):
    """On white it is for a person; on the ground that the policy's first lines name it passes."""
    sprites = {"pale": sprite((250, 250, 250)), "dark": sprite((40, 40, 60))}
    on_white = choose("pixel-art", sprites)
    assert (ids(on_white.accepted), ids(on_white.review)) == (["dark"], ["pale"])
    assert why(on_white, "pale") == {("band", "filters.blank")}
    on_grey = choose("pixel-art", sprites, limits=Limits(background=(128, 128, 128)))
    assert {*ids(on_grey.accepted)} == {"pale", "dark"}


def test_what_policies_confess_not_to_see_they_do_not_see(choose, portrait, shared):
    """Their first lines are true: two products, and photographs where none belong, pass."""
    one = mug(share=0.25)
    two = ImageChops.darker(ImageChops.offset(one, -230, 0), ImageChops.offset(one, 230, 0))
    assert choose("catalog", {"two": two}).answer == "complete"
    photographs = sorted((shared / "images" / "cats").glob("[MS]*.jpg"))
    selection = choose("editorial", photographs, deliver="all")
    assert len(selection.accepted) == len(photographs) == 2
    for side in (64, 96, 256):
        assert choose("pixel-art", {"small": portrait.resize((side, side))}).accepted
