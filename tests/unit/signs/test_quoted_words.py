"""Which texts in quotes a prompt wants to see written, and which it refuses."""

import pytest

from selector.signs.quoted_words import LONGEST, quoted, without_quotes

WANTED = {
    '招牌上写着"营业中"的商店': ("营业中",),
    '一张海报写着"HELLO"': ("HELLO",),
    '看板に"OPEN"と書いてある': ("OPEN",),
    "写着‘营业中’的牌子": ("营业中",),
    "写着'营业中'的牌子": ("营业中",),
    "写着“欢迎光临”的招牌": ("欢迎光临",),
    "「出口」の看板": ("出口",),
    "表紙に『雪国』": ("雪国",),
    '没有人的街道上写着"OPEN"': ("OPEN",),
    "ein Schild »Offen«, ein zweites ›Zu‹": ("Offen", "Zu"),
    "une « Boulangerie » et un « Café »": ("Boulangerie", "Café"),
    "Schilder mit „Auf“ und „Zu“": ("Auf", "Zu"),
    'a sign saying"OPEN"': ("OPEN",),
    'a 12 " pipe with the label "ACME" on it': ("ACME",),
    'a board 12"x8" that says "ACME"': ("ACME",),
    'a jersey with the number 7 "SMITH"': ("SMITH",),
    'a man with a "weird look. The label "ACME" on it': ("ACME",),
    '"Sale 50" and "Size 12"': ("Sale 50", "Size 12"),
    '"""OPEN"""': ("OPEN",),
}
WANTED_BESIDE = {
    'replace "CLOSED" with "OPEN"': ("OPEN",),
    'change the text "CLOSED" to "OPEN"': ("OPEN",),
    'change the sign from "CLOSED" to "OPEN"': ("OPEN",),
    'change the sign to say "BAR"': ("BAR",),
    'do not change the text "OPEN"': ("OPEN",),
    'don\'t remove the word "OPEN"': ("OPEN",),
    'a street with no cars and a sign "OPEN"': ("OPEN",),
    'no text, "OPEN" only': ("OPEN",),
    '"OPEN" and no "SALE"': ("OPEN",),
    'no "SALE". A door that says "PULL"': ("PULL",),
    'an "OPEN" sign that is not lit': ("OPEN",),
    'a "DO NOT" sign, "ENTER" below': ("DO NOT", "ENTER"),
}
REFUSED = (
    'a street without the words "NO ENTRY"',
    'remove the text "SAMPLE"',
    'do not write "SALE"',
    'don\'t write "SALE"',
    "don’t write “SALE”",
    'no "SALE", "OFF" or "NEW"',
    'without "SALE" or the word "OFF"',
    'avoid "watermark", "signature"',
    'avoid: "watermark" and "signature"',
    'do not include any text such as "Lorem ipsum"',
    'there should be no text like "SALE"',
    'no signs, such as "EXIT"',
    '"SALE" must not appear',
    '"SALE" and "OFF" mustn\'t be shown',
    'the "SALE" sign cannot be visible',
    'in the style of "Starry Night"',
    'a poster inspired by "Alien"',
    'a letter from "Santa"',
    '不要写"促销"',
    '没有"SALE"字样',
    "去掉“样品”水印",
    "“样品”字样不得出现",
)


def texts(prompt: str) -> tuple[str, ...]:
    """Return the texts alone."""
    return tuple(text for _, text in quoted(prompt))


@pytest.mark.parametrize(("prompt", "wanted"), [*WANTED.items(), *WANTED_BESIDE.items()])
def test_quotes_of_any_script_hold_what_is_wanted(prompt, wanted):
    """Also right between two letters, beside signs of inches, and beside what is refused."""
    assert texts(prompt) == wanted


@pytest.mark.parametrize("prompt", REFUSED)
def test_what_a_prompt_refuses_is_not_wanted(prompt):
    """Whether it says so before the text, after it, or for a whole list."""
    assert texts(prompt) == ()


def test_a_text_may_be_long_but_not_a_page():
    """A text of 200 characters is wanted, a longer one is not; what comes behind it is."""
    for length in (LONGEST, LONGEST + 1):
        long = "x" * length
        expected = (long, "STOP") if length == LONGEST else ("STOP",)
        assert texts(f'a page with "{long}" beside a "STOP" sign') == expected


def test_without_its_quotes_a_prompt_keeps_its_places():
    """What is found in the rest is where it was in the whole."""
    prompt = 'a "STOP" sign, the word LOVE'

    assert without_quotes(prompt) == 'a """""" sign, the word LOVE'
