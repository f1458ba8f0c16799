"""What agencies and owners write over their pictures."""

import pytest

from selector.signs.watermarks import is_mark


@pytest.mark.parametrize(
    "text",
    [
        "shutterstock", "shuttersteck", "GETTY IMAGES", "ttyimages", "a dreamstime b", "视觉中国",
        "123RF", "© Jane Doe", "www.example.com", "https://a.b", "jane.com", "@jane",
    ],
)  # fmt: skip
def test_a_name_is_known_in_any_case_misread_or_cut(text):
    """Names of agencies, signs of rights, addresses and handles are marks."""
    assert is_mark(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "shutters",
        "deposit",
        "calamity",
        "alarm",
        "Summer stock sale",
        "images",
        "a @ b",
    ],
)
def test_words_like_a_name_are_no_marks(text):
    """A word that is part of a name, or an edit away from a short one, is an ordinary word."""
    assert not is_mark(text)
