"""Previews show what was judged, in the room that they have."""

import base64
import io

import numpy as np
import PIL.Image
import pytest

import reports
from pictures import encoded, noise, photo
from selector import Selector
from selector.images import Limits
from selector.report.pictures import Missing, Picture, Room, picture, pictures, room_for
from selector.report.sheet import sheet
from selector.types import Candidate

LARGE = Room(side=200, bytes=100_000)


def judged(given) -> Candidate:
    """Return a candidate as the engine leaves it behind."""
    (one,) = reports.chosen([given]).candidates
    return one


def decoded(preview: Picture) -> PIL.Image.Image:
    head, _, data = preview.uri.partition(",")
    assert head == f"data:image/{'png' if preview.exact else 'webp'};base64"
    return PIL.Image.open(io.BytesIO(base64.b64decode(data)))


@pytest.mark.parametrize("kind", ["path", "bytes", "pil", "array"])
def test_every_way_of_giving_a_picture_has_a_preview(kind, tmp_path):
    """A file, bytes, a PIL image and an array are shown, upright, small, in their colours."""
    source = photo().crop((0, 0, 512, 256))
    source.save(tmp_path / "a.png")
    given = {
        "path": tmp_path / "a.png",
        "bytes": encoded(source, "PNG"),
        "pil": source,
        "array": np.asarray(source),
    }[kind]
    preview = picture(judged(given), LARGE)
    assert isinstance(preview, Picture)
    assert (preview.size, preview.shown) == ((512, 256), (200, 100))
    shown = np.asarray(decoded(preview).convert("RGB"), float)
    wanted = np.asarray(source.resize((200, 100), PIL.Image.Resampling.BOX), float)
    assert np.abs(shown - wanted).mean() < 6


def test_a_small_picture_is_not_enlarged():
    """It is shown as it is; its true size is told."""
    preview = picture(judged(photo().resize((40, 30))), LARGE)
    assert isinstance(preview, Picture)
    assert preview.shown == preview.size == (40, 30)


@pytest.mark.parametrize("size", [(1, 1), (16, 24), (300, 120), (120, 300)])
def test_of_a_small_picture_every_pixel_is_kept(size):
    """No codec touches the colours of pixel art."""
    art = noise(*size).quantize(64).convert("RGB")
    preview = picture(judged(art), Room(side=400, bytes=10**6))
    assert isinstance(preview, Picture)
    assert preview.exact
    assert np.array_equal(np.asarray(decoded(preview)), np.asarray(art))


@pytest.mark.parametrize(
    ("size", "room"),
    [((301, 200), Room(400, 10**6)), ((96, 97), Room(96, 10**6)), ((200, 200), Room(400, 10_000))],
)
def test_what_is_larger_or_has_no_room_is_a_preview_like_any_other(size, room):
    """A longer side over 300 px, a crowded page, or more bytes than it has room for."""
    preview = picture(judged(noise(*size).quantize(64).convert("RGB")), room)
    assert isinstance(preview, Picture)
    assert not preview.exact
    assert decoded(preview).format == "WEBP"


def test_a_small_photograph_is_none_of_pixels():
    """Enlarged it stays smooth."""
    preview = picture(judged(photo().resize((200, 200))), LARGE)
    assert isinstance(preview, Picture)
    assert not preview.exact


def test_noise_is_made_worse_rather_than_large():
    """A picture that compresses badly takes hardly more than its room."""
    one = judged(noise(512, 512))
    fine, coarse = picture(one, Room(512, 10**6)), picture(one, Room(512, 1000))
    assert isinstance(fine, Picture)
    assert isinstance(coarse, Picture)
    assert len(coarse.uri) < 0.7 * len(fine.uri)


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (lambda path: path.unlink(), "can't be read"),
        (lambda path: photo().rotate(90).save(path), "changed after it was judged"),
        (lambda path: path.write_bytes(b"broken"), "can't be read"),
        (lambda path: path.write_bytes(path.read_bytes()[:2000]), "changed after it was judged"),
    ],
)
def test_another_picture_than_the_judged_one_is_never_shown(tmp_path, harm, said):
    """Gone, replaced, overwritten or cut short: there is no preview, but a reason."""
    photo().save(tmp_path / "a.png")
    one = judged(tmp_path / "a.png")
    harm(tmp_path / "a.png")
    missing = picture(one, LARGE)
    assert isinstance(missing, Missing)
    assert said in missing.why


def test_a_picture_in_memory_that_was_painted_over_is_not_shown():
    """What the caller changed after it was judged is not what was judged."""
    array = np.asarray(photo()).copy()
    one = judged(array)
    array[:100] = 0
    assert picture(one, LARGE) == Missing(
        "The picture changed after it was judged, so it is not shown."
    )


def test_what_never_was_read():
    """Unreadable, not read in time, or not at hand: each says so."""
    unreadable = picture(Candidate(b"x", error="not an image"), LARGE)
    late = picture(Candidate(encoded(photo(), "PNG")), LARGE)
    from_json = picture(Candidate(content_hash="abc"), LARGE)
    said = [one.why for one in (unreadable, late, from_json) if isinstance(one, Missing)]
    assert ["could not be read" in said[0], "before time" in said[1], "not at hand" in said[2]] == [
        True
    ] * 3


def test_copies_share_a_preview(tmp_path):
    """Files of the same bytes show the same picture, the second even where it has vanished."""
    for name in ("a.png", "b.png"):
        photo().save(tmp_path / name)
    selection = reports.chosen([tmp_path / "a.png", tmp_path / "b.png"])
    (tmp_path / "b.png").unlink()
    made = pictures(selection.candidates, LARGE)
    assert made["a.png"] is made["b.png"]


def test_the_more_pictures_the_less_room():
    """Few are crisp, many share the page, none is smaller than a thumbnail."""
    sides = [
        room_for(count, pixels=10**7, total=10**6, longest=1280).side for count in (1, 8, 64, 9999)
    ]
    assert sides == [1280, 1118, 395, 96]


def test_a_picture_is_shown_as_it_was_judged(tmp_path):
    """With the limits of its request: the same colour behind transparency, however large it is."""
    clear = PIL.Image.new("RGBA", (300, 300), (0, 0, 0, 0))
    clear.save(tmp_path / "clear.png")
    limits = Limits(background=(200, 0, 0))
    with Selector(reports.POLICY, journal=False, limits=limits) as selector:
        selection = selector.select("x", [tmp_path / "clear.png"])
    shown = sheet(selection, LARGE).pictures["clear.png"]
    assert isinstance(shown, Picture)
    red, green, _ = np.asarray(decoded(shown).convert("RGB"), float).mean((0, 1))
    assert red > 180
    assert green < 20


def test_a_picture_beyond_its_limits_is_not_shown(tmp_path):
    """What a request could not have read is not read for its report either."""
    photo().save(tmp_path / "a.png")
    missing = picture(judged(tmp_path / "a.png"), LARGE, Limits(max_pixels=1000))
    assert isinstance(missing, Missing)
    assert "can't be read" in missing.why
