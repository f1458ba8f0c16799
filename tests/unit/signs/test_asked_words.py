"""Which words a prompt wants to see written."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selector.signs.asked_words import LONGEST_PROMPT, MOST, asked
from selector.signs.quoted_words import LONGEST
from selector.signs.spelled import letters

QUOTED = {
    'a neon sign that says "OPEN" at night': ("OPEN",),
    "a shop window with “Fresh Bread” on it": ("Fresh Bread",),
    "ein Schild mit „Bäckerei“": ("Bäckerei",),
    "une enseigne « Boulangerie »": ("Boulangerie",),
    "a banner reading ‘It’s here’": ("It’s here",),
    "a mug that says 'don't panic' in blue": ("don't panic",),
    "写着“欢迎光临”的招牌": ("欢迎光临",),
    "&quot;OPEN&quot; and &#39;SHUT&#39;": ("OPEN", "SHUT"),
    "＂ＯＰＥＮ＂": ("ＯＰＥＮ",),
    'a sign that says "He said the word LOVE"': ("He said the word LOVE",),
    'a poster with "GRAND OPENING" and "Sale 50%"': ("GRAND OPENING", "Sale 50%"),
    'two lines, "HELLO\n  WORLD"': ("HELLO WORLD",),
    '"A" and "B" and "A" again': ("A", "B"),
}
UNQUOTED = {
    "poster titled Come On In with red letters": ("Come On In",),
    "a sign saying happy birthday in red letters, night": ("happy birthday",),
    "a sign that says Welcome to Paris": ("Welcome to Paris",),
    "a storefront sign reading Joe's Diner & Grill, rain": ("Joe's Diner & Grill",),
    "logo reading ACME": ("ACME",),
    "logo reading Acme Corp": ("Acme Corp",),
    "a cake with the words Happy Birthday": ("Happy Birthday",),
    "a card with Happy 5th Birthday written on it": ("Happy 5th Birthday",),
    "a t-shirt with text NIKE": ("NIKE",),
    "the word LOVE made of roses": ("LOVE",),
    "the text: hello world": ("hello world",),
    "caption: The end.": ("The end",),
}
NOT_ASKED = (
    "",
    "a cat on a sofa",
    "don't show the dogs' bowl and the cats' toy",
    'a 12" vinyl and a 7" single',
    "rock 'n' roll, the '80s and the '90s' style",
    "a man reading a book under a sign",
    "a woman saying goodbye",
    "t-shirt with text overlay",
    "a poster with the text prominently displayed",
    "a mug with Santa holding a letter written in ink",
    "do not write the words BIG SALE",
    "a sign that says something funny",
    "a dog, no text",
    'just "" and "..." and "♥"',
)


@pytest.mark.parametrize(("prompt", "texts"), [*QUOTED.items(), *UNQUOTED.items()])
def test_words_that_are_asked_for_are_found(prompt, texts):
    """Quotes of any script and what follows "a sign that says" ask for words, in their order."""
    assert asked(prompt) == texts


@pytest.mark.parametrize("prompt", NOT_ASKED)
def test_apostrophes_inches_and_what_is_to_go_ask_for_nothing(prompt):
    """Where it is not clear that words are to be written, none are: a wrong guess would cost all."""
    assert asked(prompt) == ()


QUOTES = ['"', "'", "“", "”", "‘", "’", "«", "»", "「", "」"]
WORDS = ["sign that says ", "the word ", "text: ", "titled ", "remove ", "no ", "a", "A", "字", "é"]
PARTS = st.sampled_from([*QUOTES, *WORDS, " ", "\n", ", ", "\x00", "\ud800", "🙂"])


@given(st.one_of(st.text(), st.lists(PARTS, max_size=60).map("".join)))
def test_any_prompt_gives_few_texts_that_can_be_compared(prompt):
    """Whatever the prompt: a bounded number of bounded texts, each with a letter, each once."""
    texts = asked(prompt)

    assert len(texts) <= MOST
    assert len(set(texts)) == len(texts)
    for text in texts:
        assert 0 < len(text) <= LONGEST
        assert letters(text)
        text.encode()


@pytest.mark.parametrize(
    "piece",
    [
        '"', 'a"', "'", "'a ", "“", "‘a", "»a ", "sign ", " ", "the text: ", "no the ", "A ",
        "'a' ", '"a", ', "sign says ", "with A ", '"a" must ', "不要的",
    ],
)  # fmt: skip
def test_no_prompt_takes_long(piece):
    """A prompt that was made to be slow is read as fast as any."""
    prompt = (piece * LONGEST_PROMPT)[: LONGEST_PROMPT * 2]
    started = time.process_time()

    asked(prompt)

    assert time.process_time() - started < 1


def test_many_texts_are_asked_for():
    """A menu of sixteen dishes is read to its end; of more, the first sixteen count."""
    dishes = [f"dish {number}" for number in range(20)]

    assert asked("a menu: " + ", ".join(f'"{dish}"' for dish in dishes)) == tuple(dishes[:16])


def test_a_prompt_of_many_sentences_is_read_to_its_end():
    """What is asked for last, after pages of description, is asked for."""
    assert asked("A quiet street in the rain. " * 350 + 'A "STOP" sign.') == ("STOP",)


def test_the_rest_of_a_huge_prompt_is_not_read():
    """What comes behind the first 10,000 characters asks for nothing, and costs nothing."""
    assert asked("x" * LONGEST_PROMPT + ' "OPEN"') == ()
    assert asked('"OPEN"' + " x" * LONGEST_PROMPT) == ("OPEN",)
