"""The picture that a person judges: how large it is, and that it can be seen by itself."""

import pytest

import reports
from motifs import figure
from selector import Candidate

LARGER = {"on": "filters.resolution.short_side", "accept_above": 600}  # than those shown here
DOUBTFUL = {**reports.POLICY, "gates": [LARGER]}
STATE = """() => {
  const view = document.querySelector('.view');
  const page = document.documentElement;
  return [view.matches(':popover-open'), view.scrollTop, page.scrollHeight, page.scrollTop];
}"""


@pytest.fixture(scope="module")
def selection(astronaut):
    """One accepted candidate with marks."""
    return reports.leaving(reports.chosen([astronaut]), "candidate-01", reports.FOUND)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_few_for_review_are_as_large_as_few_accepted(look, astronaut, count):
    """Whom a person must judge is shown no smaller than who was chosen."""
    several = [astronaut.rotate(90 * at) for at in range(count)]
    widths = []
    for policy in ({**reports.POLICY, "deliver": 3}, {**DOUBTFUL, "deliver": 3}):
        page = look(reports.chosen(several, policy=policy)).page
        assert page.locator(".card").count() == count
        widths.append([one.bounding_box()["width"] for one in page.locator(".frame").all()])
    assert widths[0] == widths[1]
    assert min(widths[1]) > 400


def test_under_the_pointer_a_picture_has_no_marks(look, selection):
    """They are back when the pointer leaves it."""
    page = look(selection).page
    page.mouse.move(0, 0)
    assert page.locator(".overlay").is_visible()
    page.locator(".frame").hover()
    assert not page.locator(".overlay").is_visible()
    page.mouse.move(0, 0)
    assert page.locator(".overlay").is_visible()


@pytest.mark.parametrize(("size", "width"), [((1500, 1000), 390), ((300, 400), 1440)])
def test_pressed_it_has_the_screen_to_itself(look, size, width):
    """Whole or as large as its preview, whichever is larger; with no marks, and nothing beside it."""
    block = (0, 0, size[0] // 2, size[1] // 2)
    left = {"boxes": [{"box": [9, 9, 200, 200]}]}
    found = reports.chosen([reports.marked(size, block)], policy=reports.EVERYTHING)
    page = look(reports.leaving(found, "candidate-01", left), width).page
    page.locator(".zoom").click()
    box = page.locator(".view").bounding_box()
    assert (box["x"], box["y"], box["width"], box["height"]) == (0, 0, width, 900)
    assert not page.locator(".overlay").is_visible()
    whole = min(width / size[0], 900 / size[1])
    preview = page.evaluate("document.querySelector('img').naturalWidth")
    times = max(whole, preview / size[0])
    img = page.locator("img").bounding_box()
    fitted = min(img["width"] / size[0], img["height"] / size[1])
    assert fitted == pytest.approx(times, abs=0.01)


def test_a_sprite_is_pressed_large_square_by_square(look):
    """Its pixels stay equal squares: as large as a whole number allows."""
    found = reports.chosen([Candidate(figure(1), id="figure")], policy=reports.EVERYTHING)
    page = look(found).page
    page.locator(".zoom").click()
    fit = page.locator(".fit").bounding_box()
    assert (fit["width"], fit["height"]) == (28 * 32, 28 * 32)
    assert page.locator("img").bounding_box() == fit


def test_pressed_anywhere_it_opens_and_goes_back(look, selection):
    """The whole picture is the button, small and large, and the icon in its corner too."""
    page = look(selection).page
    for place in (".zoom", ".chip"):  # of the first the middle is pressed
        for opened in (True, False):
            page.locator(place).click()
            assert page.evaluate(STATE)[0] == opened


def test_by_keyboard_it_is_opened_scrolled_and_closed(look, selection):
    """Enter, End, and Escape or Enter again; nothing moves behind it, and the focus stays."""
    page = look(selection, 390).page
    zoom = page.locator(".zoom")
    zoom.focus()
    closed = page.evaluate(STATE)
    assert not closed[0]
    for leave in ("Escape", "Enter"):
        page.keyboard.press("Enter")
        page.keyboard.press("ArrowRight")
        page.wait_for_timeout(200)
        opened = page.evaluate(STATE)
        assert opened[0]
        assert opened[2:] == closed[2:]
        assert page.locator(".view").evaluate("one => one.scrollLeft") > 0
        page.keyboard.press(leave)
        assert page.evaluate(STATE) == closed
        assert page.evaluate("document.activeElement.className") == "zoom"


def test_its_button_says_what_it_does(look, selection):
    """Whoever sees no icon is told whose picture it enlarges, and then how to get back."""
    page = look(selection).page
    page.get_by_role("button", name="Candidate candidate-01, larger").press("Enter")
    page.get_by_role("button", name="Back to the report").press("Enter")
    assert not page.evaluate(STATE)[0]


def test_on_paper_it_has_no_button(look, selection):
    """There is nothing to press, and nothing of it lies on the picture."""
    page = look(selection).page
    page.emulate_media(media="print")
    assert not page.locator(".chip").is_visible()
