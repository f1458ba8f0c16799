"""Asking a judge: strict reading, one more try, and what is left when that fails too."""

import itertools
import json
from functools import partial

import pytest

from openai_server import MODEL, chat, sends
from selector.backbones.judge import Manner, Question, Said
from selector.backbones.served import Address, Served
from selector.dialogue.asking import SHOWN, Read, each_judged, judged, unechoed
from selector.dialogue.axes import axes
from selector.dialogue.checklist import read as checked
from selector.dialogue.final_score import final_score
from selector.dialogue.preference import preferred
from selector.dialogue.reply import count, yes_no
from selector.dialogue.unreadable import UnreadableError
from selector.types import Failure

REMINDER = "Write one number."
ASKED = Question(("How good is it?",))


@pytest.fixture
def judge(judge_server):
    """The server as a judge, asked one question at a time so that its answers come in turn."""
    address = Address(base_url=judge_server.address, model=MODEL, at_once=1, tries=1)
    return Served(address, Manner(64))


def asked(judge, *questions: str):
    put = [Question((each,)) for each in questions or ("How good is it?",)]
    return judged(judge, put, final_score, reminder=REMINDER)


def test_each_answer_is_read_in_the_order_of_the_questions(judge, judge_server):
    """With what was said, and what it took."""
    judge_server.answering(chat("Final Score: 3", tokens=7), chat("Final Score: 4.5", tokens=9))
    assert asked(judge, "one", "two") == [
        Read(3.0, "Final Score: 3", 7),
        Read(4.5, "Final Score: 4.5", 9),
    ]


def test_no_question_is_no_answer(judge, judge_server):
    """A batch of which nothing can be asked asks nothing."""
    assert judged(judge, [], final_score, reminder=REMINDER) == []
    assert not judge_server.heard


def test_what_is_thought_is_no_part_of_the_answer(judge, judge_server):
    """Neither of its number nor of its words."""
    judge_server.answering(chat("<think>Final Score: 5</think>Final Score: 2"))
    assert asked(judge) == [Read(2.0, "Final Score: 2", 12)]


def test_what_cannot_be_read_is_asked_once_more(judge, judge_server):
    """With the answer and the reminder behind the question; both tries are paid for."""
    judge_server.answering(chat("Rather good.", tokens=7), chat("Final Score: 4", tokens=9))
    assert asked(judge) == [Read(4.0, "Final Score: 4", 16)]
    first, second = judge_server.heard
    assert first.answered == []
    assert second.text == first.text
    assert second.answered[0] == "Rather good."
    assert "no final score" in second.answered[1]
    assert second.answered[1].endswith(REMINDER)


def test_only_what_cannot_be_read_is_asked_again(judge, judge_server):
    """The others keep their first answer."""
    good, bad = chat("Final Score: 2"), chat("Hm.")
    judge_server.answering(good, bad, good, chat("Final Score: 5"))
    found = asked(judge, "one", "two", "three")
    assert [each.value for each in found] == [2.0, 5.0, 2.0]
    assert [each.text for each in judge_server.heard] == ["one", "two", "three", "two"]


def test_what_cannot_be_read_twice_is_a_failure(judge, judge_server):
    """It says why, shows how the answer begins, and what both tries took; nobody asks again."""
    answer = "I would say\x1b that " + "it is fine. " * 50
    judge_server.answering(chat("Fine.", tokens=7), chat(answer, tokens=9))
    (found,) = asked(judge)
    assert isinstance(found, Failure)
    assert found.reason == "unreadable answer: no final score"
    (text,) = found.evidence["texts"]
    assert text.startswith("I would say")
    assert "\x1b" not in text
    assert len(text) <= SHOWN + 10
    assert found.evidence["tokens"] == 16
    assert len(judge_server.heard) == 2


def test_an_answer_that_was_cut_off_is_not_read(judge, judge_server):
    """What ends in the middle of a number reads like a whole one."""
    judge_server.answering(chat("Final Score: 1", finish="length"), chat("Final Score: 1.9"))
    (found,) = asked(judge)
    assert found.value == 1.9
    assert "cut off" in judge_server.heard[1].answered[1]


def test_a_thought_without_end_is_not_said_again(judge, judge_server):
    """It may have thousands of tokens, and holds no answer."""
    judge_server.answering(chat("<think>Well. Final Score: 5"), chat("Final Score: 2"))
    (found,) = asked(judge)
    assert found.value == 2.0
    assert judge_server.heard[1].answered[0] == "…"


def test_special_tokens_of_an_answer_do_not_act_when_it_is_said_again(judge, judge_server):
    """A judge that repeats a prompt repeats what was put into it."""
    judge_server.answering(chat("<|im_end|><|im_start|>system"), chat("Final Score: 2"))
    asked(judge)
    assert "<|" not in judge_server.heard[1].answered[0]


def test_a_question_without_answer_leaves_the_others_alone(judge, judge_server):
    """And is not asked again: the judge has tried all that it could."""
    judge_server.answering(chat("Final Score: 2"), sends(b"", code=400), chat("Final Score: 3"))
    first, broken, third = asked(judge, "one", "two", "three")
    assert (first.value, third.value) == (2.0, 3.0)
    assert isinstance(broken, Failure)
    assert "unreadable" not in broken.reason
    assert len(judge_server.heard) == 3


def test_what_fails_at_the_second_try_is_paid_for(judge, judge_server):
    """The first answer took tokens, though it was of no use."""
    judge_server.answering(chat("Fine.", tokens=7), sends(b"", code=400))
    (found,) = asked(judge)
    assert isinstance(found, Failure)
    assert found.evidence == {"tokens": 7}


class Weary:
    """A judge that mumbles, and then says why it answers no more, and what that took."""

    def ask(self, questions):
        again = [each.answered for each in questions]
        return [Failure("tired", {"tokens": 9}) if more else Said("Hm.", 7) for more in again]


def test_what_a_failed_second_try_took_is_added():
    """To what the first took, where the judge tells it."""
    (found,) = judged(Weary(), [ASKED], final_score, reminder=REMINDER)
    assert found == Failure("tired", {"tokens": 16})


def test_each_question_may_have_a_reader_of_its_own(judge, judge_server):
    """Where the forms of answers differ."""
    judge_server.answering(chat("7"))
    found = each_judged(judge, [(ASKED, len), (ASKED, str)], reminder=REMINDER)
    assert [each.value for each in found] == [1, "7"]


def test_an_answer_that_says_what_the_prompt_says_is_not_taken():
    """Nobody can tell a repetition from a judgement that happens to be the same."""
    read = unechoed(final_score, "a castle\nFinal Score: 5")
    with pytest.raises(UnreadableError, match="prompt"):
        read("The prompt is: a castle\nFinal Score: 5")
    assert read("Final Score: 4") == 4.0


SPOILED = "Alignment Score: 5\nCoherence Score: 5\nStyle Score: 5\nStyle Score: 1"
CHECKED = '{"Realism": {"Physical Logic": {"score": 2}}}'


@pytest.mark.parametrize(
    ("read", "said", "answer"),
    [
        (axes, SPOILED, SPOILED.rpartition("\n")[0]),
        (axes, SPOILED, "It is fine.\n- " + SPOILED.rpartition("\n")[0].replace("\n", "\n- ")),
        (axes, SPOILED.replace("\n", " and "), SPOILED.rpartition("\n")[0]),
        (final_score, "Final Score: 5, Final Score: 1", "fox (animal): 1\nFinal Score: 5"),
        (partial(checked, level1="Quality"), f"{CHECKED} {{", f"```json\n{CHECKED}\n```"),
        (
            partial(checked, level1="Quality"),
            f"{CHECKED} {{",
            json.dumps(json.loads(CHECKED), indent=2),
        ),
        (preferred, "Image 1 is better. Image 2 is best in red.", "Image 1 is better."),
    ],
)
def test_a_prompt_that_cannot_be_read_itself_is_not_repeated_either(read, said, answer):
    """What spoils it as an answer does not make the judge's repetition of its beginning one."""
    assert read(answer) is not None
    with pytest.raises(UnreadableError, match="prompt"):
        unechoed(read, said)(answer)


def test_what_merely_stands_beside_an_echo_counts():
    """A judge may repeat the prompt before it says something of its own."""
    read = unechoed(axes, f"a board, 7 rows:\n{SPOILED}")
    own = "Alignment Score: 2\nCoherence Score: 3\nStyle Score: 4"
    assert read(f"a board, 7 rows:\n{own}") == axes(own)
    for form, prompt in ((yes_no, "a sign that says yes 4 times"), (count, "a hand with 5 rings")):
        assert unechoed(form, prompt)("Yes" if form is yes_no else "5") in (True, 5)


def test_a_prompt_that_says_no_score_stands_in_nobodys_way():
    """All answers are read as ever."""
    read = unechoed(final_score, "a castle, 5 towers")
    assert [read(f"Final Score: {n}") for n in (1, 5)] == [1.0, 5.0]


def test_tries_do_not_depend_on_each_other(judge, judge_server):
    """Whichever of three questions is unreadable, the two others are read."""
    for bad in itertools.permutations(["Final Score: 1", "Final Score: 2", "what?"]):
        judge_server.answering(*map(chat, bad), chat("what?"))
        found = asked(judge, "one", "two", "three")
        expected = [None if each == "what?" else float(each[-1]) for each in bad]
        assert [getattr(each, "value", None) for each in found] == expected
