"""Small pictures have a style that enlarges them by whole numbers; others have none."""

from selector.report.pictures import Missing, Picture
from selector.report.pixels import fit, rules


def preview(*size, exact=True):
    return Picture("data:,", size, size, exact=exact)


def test_only_what_is_exact_is_enlarged_by_whole_numbers():
    """A photograph fills its frame as ever."""
    assert fit(preview(16, 24)) == "of-16x24"
    assert fit(preview(16, 24, exact=False)) == ""


def test_every_size_on_a_page_has_one_rule():
    """However many pictures share it; what is not exact or not there has none."""
    found = rules([preview(16, 24), preview(8, 8), preview(16, 24), Missing("gone"),
                   preview(400, 300, exact=False)])  # fmt: skip
    assert found.count(".of-16x24 {") == found.count(".of-8x8 {") == 1
    assert found.count("@container") == 2
    assert rules([Missing("gone")]) == ""
