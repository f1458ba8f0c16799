"""How the page of labels looks: at every width, in both schemes, on paper; and that it loads nothing."""

import numpy as np
import pytest

from contrast import hardly_readable
from selector.labels import Label, Pair, Rating, Verdict
from selector.labels.summary import overview
from selector.report.labels import labels

WIDTHS = (320, 400, 768, 1440)
OPEN_ALL = "document.querySelectorAll('details').forEach((one) => { one.open = true })"
RATERS = ("ann", "bo", "a-very-long-name-of-somebody-" * 4, "odd")


@pytest.fixture(scope="module", params=["one aspect", "three"])
def content(request):
    """Ratings of four people, one of whom misses every gold question; verdicts and pairs beside."""
    random = np.random.default_rng(0)
    truth = random.integers(1, 6, 40)
    given = [
        Label(f"p{at // 4}", rater, Rating(str(at), float(np.clip(value + random.integers(-1, 2), 1, 5))), "fidelity")
        for at, value in enumerate(truth) for rater in RATERS
    ]  # fmt: skip
    gold = Rating("check", 1.0)
    given += [Label(f"c{n}", "odd", Rating("check", 5.0), "fidelity", gold=gold) for n in range(9)]
    if request.param == "three":
        given += [
            Label("p", who, Verdict(str(n), good=n % 3 > 0)) for who in RATERS for n in range(25)
        ]
        given += [
            Label("p", who, Pair("x", str(n), "tie"), "better") for who in RATERS for n in range(25)
        ]
    return labels(overview(given, notes=["What to know of it."]))


@pytest.mark.parametrize("dark", [False, True])
def test_every_text_can_be_read_at_every_width(look, content, dark):
    """No sideways scrolling of the page, no text under a contrast of 4.5, all parts open."""
    seen = look(content, dark=dark)
    seen.evaluate(OPEN_ALL)
    for width in WIDTHS:
        seen.page.set_viewport_size({"width": width, "height": 900})
        assert seen.evaluate("document.documentElement.scrollWidth") <= width
        assert hardly_readable(seen.page) == []


def test_it_asks_nothing_of_the_network_and_prints(look, content):
    """One file, no script, no complaint; on paper everything is light."""
    seen = look(content, dark=True)
    assert [one for one in seen.requests if not one.startswith(("file:", "data:"))] == []
    assert seen.complaints == []
    assert seen.evaluate("document.scripts.length") == 0
    seen.page.emulate_media(media="print")
    assert seen.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert len(seen.page.pdf()) > 10_000


def test_the_dot_lies_inside_its_interval(look, content):
    """Alpha is drawn where its interval is, and both on the line from 0 to 1."""
    boxes = look(content).evaluate(
        """() => [...document.querySelectorAll('.gauge svg')].map((one) =>
            ['rect.zone.low', '.maybe', '.at', 'rect.zone.high'].map((part) => {
                const box = one.querySelector(part).getBoundingClientRect();
                return [box.left, box.right];
            }))"""
    )
    assert boxes
    for first, interval, dot, last in boxes:
        middle = (dot[0] + dot[1]) / 2
        assert first[0] - 1 <= interval[0] <= middle <= interval[1] <= last[1] + 1
