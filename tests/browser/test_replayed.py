"""How the page of a replay looks: at every width, in both schemes, on paper; it loads nothing."""

import pytest

import judged_twice
from contrast import hardly_readable
from selector.cli.replay import read
from selector.journal.recorded import Which
from selector.replay.meaning import differences
from selector.replay.replayed import Told
from selector.replay.run import Task, replayed
from selector.report.replayed import page

WIDTHS = (320, 390, 768, 1440)
OPEN_ALL = "document.querySelectorAll('details').forEach((one) => { one.open = true })"


@pytest.fixture(scope="module")
def pages(tmp_path_factory, astronaut):
    """A comparison with flips and pictures, and one in which nothing can be decided."""
    folder = tmp_path_factory.mktemp("replayed")
    judged_twice.policies(folder)
    place = str(folder / judged_twice.journal(folder, astronaut))
    old, _ = read(str(folder / "old.yaml"), place)
    made = {}
    for name in ("strict", "never"):
        plan, price = read(str(folder / f"{name}.yaml"), place)
        told = Told(price, (), "shop@3", differences(old, plan))
        made[name] = page(replayed(Task(place, plan, Which()), told))
    return made


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("name", ["strict", "never"])
def test_every_text_can_be_read_at_every_width(look, pages, name, dark):
    """No sideways scrolling, no text under a contrast of 4.5, light and dark, all parts open."""
    seen = look(pages[name], dark=dark)
    seen.evaluate(OPEN_ALL)
    for width in WIDTHS:
        seen.page.set_viewport_size({"width": width, "height": 900})
        assert seen.evaluate("document.documentElement.scrollWidth") <= width
        assert hardly_readable(seen.page) == []


def test_it_loads_and_complains_of_nothing(look, pages):
    """Only itself and what lies in it; no message in the browser's console."""
    seen = look(pages["strict"])
    assert seen.complaints == []
    assert [url for url in seen.requests if not url.startswith(("file:", "data:"))] == []


def test_pictures_then_and_now_are_seen(look, pages):
    """Thumbnails are decoded, and the best then stands beside the best now."""
    seen = look(pages["strict"])
    shown = "[...document.images].filter((one) => one.naturalWidth > 0).length"
    assert seen.evaluate(shown) == seen.evaluate("document.images.length") > 0


def test_bars_show_what_is_not_known(look, pages):
    """Where nothing can be decided, a rate runs from its least to its most."""
    seen = look(pages["never"])
    count = seen.evaluate("document.querySelectorAll('.then-now .maybe').length")
    assert count >= 4


def test_a_flip_stands_out_from_what_stays(look, pages):
    """In the table of flips the cells that changed have a colour; those that stayed have none."""
    seen = look(pages["strict"])
    background = "getComputedStyle(document.querySelector({!r})).backgroundColor"
    assert seen.evaluate(background.format(".cell.same")) == "rgba(0, 0, 0, 0)"
    assert seen.evaluate(background.format(".cell.reject:not(.same, .w0)")) != "rgba(0, 0, 0, 0)"


def test_it_prints(look, pages):
    """On paper everything is there, in colours that cost little ink."""
    seen = look(pages["strict"], dark=True)
    seen.page.emulate_media(media="print")
    assert hardly_readable(seen.page) == []
    assert len(seen.page.pdf()) > 10_000
