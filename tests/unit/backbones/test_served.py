"""A judge behind an address: asked as documented, many at once, each within its time."""

import gc
import socket
import threading
import time
import tracemalloc
from http.server import BaseHTTPRequestHandler
from typing import Any

import numpy as np
import pytest

from openai_server import JudgeServer, by, chat, first, judge_server, sends, serving, slowly
from selector.backbones.judge import Manner, Question, Said
from selector.backbones.served import Address, Served
from selector.errors import MeasureError
from selector.types import Failure

KEY = "sk-not-for-your-eyes"
PICTURE = np.zeros((6, 8, 3), np.uint8)
PICTURE[:, :4] = (255, 0, 0)
QUESTION = Question((PICTURE, "Is it red?"))
MANNER = Manner(max_tokens=64)
BUSY = sends(b"later", code=503, **{"Retry-After": "0"})

__all__ = ["judge_server"]


def judge(server: JudgeServer, manner: Manner = MANNER, **more: Any) -> Served:
    """Return the judge that a server is."""
    given = {"base_url": server.address, "model": "a-judge", "timeout_s": 5.0, "tries": 2} | more
    return Served(Address(**given), manner)


def asked(server: JudgeServer, **more: Any) -> Said | Failure:
    """Return what it answers to one question."""
    (said,) = judge(server, **more).ask([QUESTION])
    return said


def refusal(server: JudgeServer, **more: Any) -> str:
    """Return why there is no answer; the key is never in it."""
    said = asked(server, key=KEY, **more)
    assert isinstance(said, Failure)
    assert KEY not in said.reason
    return said.reason


def closed() -> str:
    """Return an address where nobody is."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        return f"http://127.0.0.1:{door.getsockname()[1]}/v1"


def test_a_question_is_put_as_documented(judge_server: JudgeServer) -> None:
    """Parts in their order, the picture whole, temperature 0 and a seed, nothing that is not said."""
    assert asked(judge_server, key=KEY) == Said("Yes.", 12)

    (heard,), (headers,) = judge_server.heard, judge_server.headers
    assert headers["Authorization"] == f"Bearer {KEY}"
    settings = {name: value for name, value in heard.body.items() if name != "messages"}
    assert settings == {"model": "a-judge", "max_tokens": 64, "temperature": 0, "seed": 0, "n": 1}
    assert [turn["role"] for turn in heard.body["messages"]] == ["user"]
    (picture,) = heard.pictures
    assert (picture.format, picture.info) == ("PNG", {})
    assert np.array_equal(np.asarray(picture), PICTURE)
    assert heard.parts[1] == "Is it red?"


def test_what_a_model_must_be_told_is_said(judge_server: JudgeServer) -> None:
    """Whether it thinks, what repetition costs, the system turn, and what was answered before."""
    manner = Manner(4096, thinking=False, repetition_penalty=1.05, seed=42)
    question = Question(
        ("A?", PICTURE, "B?", PICTURE), "You judge.", (("hm", "Answer yes or no."),)
    )

    judge(judge_server, manner).ask([question])

    (heard,) = judge_server.heard
    assert heard.body["chat_template_kwargs"] == {"enable_thinking": False}
    assert (heard.body["repetition_penalty"], heard.body["seed"]) == (1.05, 42)
    assert heard.system == "You judge."
    assert heard.answered == ["hm", "Answer yes or no."]
    assert [isinstance(part, str) for part in heard.parts] == [True, False, True, False]


def test_pictures_may_be_sent_as_jpeg(judge_server: JudgeServer) -> None:
    """Where somebody asks for it: smaller, and not quite the same."""
    asked(judge_server, picture="jpeg")

    (picture,) = judge_server.heard[0].pictures
    assert picture.format == "JPEG"
    assert picture.size == (8, 6)


def test_how_an_answer_would_begin_is_told(judge_server: JudgeServer) -> None:
    """The probability of each likely token, as it is written, and what no other can exceed."""
    judge_server.answering(first({" Yes": 0.5, "Yes": 0.25, "No": 0.125}))

    (found,) = judge(judge_server).first([QUESTION])

    assert not isinstance(found, Failure)
    assert found.probabilities == pytest.approx({" Yes": 0.5, "Yes": 0.25, "No": 0.125})
    assert found.floor == pytest.approx(0.125)
    assert found.tokens == 12
    body = judge_server.heard[0].body
    assert (body["max_tokens"], body["logprobs"], body["top_logprobs"]) == (1, True, 20)


def test_a_server_that_tells_no_probabilities_is_a_failure(judge_server: JudgeServer) -> None:
    """Words can't stand for them."""
    (found,) = judge(judge_server).first([QUESTION])

    assert isinstance(found, Failure)
    assert "tells no probabilities" in found.reason
    assert "--max-logprobs" in found.reason


@pytest.mark.parametrize(
    "listed",
    [b"[]", b"{}", b'[{"token": "Yes"}]', b'[{"token": 1, "logprob": -1}]',
     b'[{"token": "Yes", "logprob": 1}]', b'[{"token": "Yes", "logprob": "-1"}]',
     b'[{"token": "Yes", "logprob": false}]', b'[{"token": "Yes", "logprob": true}]',
     b'[{"token": "Yes", "logprob": -1%s}]' % (b"0" * 400)],
)  # fmt: skip
def test_what_are_no_probabilities_is_a_failure(judge_server: JudgeServer, listed: bytes) -> None:
    """Of all tokens that are told, each has a name and the logarithm of a probability."""
    said = b'{"choices": [{"logprobs": {"content": [{"top_logprobs": %s}]}}]}' % listed
    judge_server.answering(sends(said))

    (found,) = judge(judge_server).first([QUESTION])
    assert isinstance(found, Failure)
    assert "tells no probabilities" in found.reason


@pytest.mark.parametrize(
    "listed",
    [
        b'[{"token": "Yes", "logprob": -0.1}, {"token": "No", "logprob": -0.1}]',
        b'[{"token": "Yes", "logprob": -0.5}, {"token": "Yes", "logprob": -0.5}]',
    ],
    ids=["two sure ones", "one twice"],
)
def test_probabilities_that_can_not_be_are_a_failure(
    judge_server: JudgeServer, listed: bytes
) -> None:
    """Together they are no more than 1; nothing is made of those that are."""
    said = b'{"choices": [{"logprobs": {"content": [{"top_logprobs": %s}]}}]}' % listed
    judge_server.answering(sends(said))

    (found,) = judge(judge_server).first([QUESTION])
    assert isinstance(found, Failure)
    assert "add up to more than 1 (got 1." in found.reason


@pytest.mark.parametrize(
    ("told", "floor"),
    [({"No": 0.125, "Yes": 0.5}, 0.125), ({"Yes": 0.625, "No": 0.3125}, 0.0625),
     ({"Yes": 0.75, "No": 0.255}, 0.0)],
)  # fmt: skip
def test_no_other_token_is_likelier_than_the_least_nor_than_what_is_left(
    judge_server: JudgeServer, told: dict[str, float], floor: float
) -> None:
    """In whatever order they are told; rounding may leave a little less than nothing."""
    judge_server.answering(first(told))

    (found,) = judge(judge_server).first([QUESTION])
    assert not isinstance(found, Failure)
    assert found.floor == pytest.approx(floor)


def test_a_key_that_is_echoed_as_a_token_is_not_kept(judge_server: JudgeServer) -> None:
    """What is told of first tokens goes into the journal."""
    judge_server.answering(first({KEY: 0.5, "Yes": 0.25}))

    (found,) = judge(judge_server, key=KEY).first([QUESTION])
    assert not isinstance(found, Failure)
    assert found.probabilities == pytest.approx({"…": 0.5, "Yes": 0.25})


def test_tokens_that_are_written_alike_are_one(judge_server: JudgeServer) -> None:
    """What can't be written is replaced; what is impossible adds nothing."""
    listed = (
        b'[{"token": "Yes", "logprob": -1}, {"token": "Yes", "logprob": -2},'
        b' {"token": "\\ud800", "logprob": -9999}]'
    )
    said = b'{"choices": [{"logprobs": {"content": [{"top_logprobs": %s}]}}]}' % listed
    judge_server.answering(sends(said))

    (found,) = judge(judge_server).first([QUESTION])
    assert not isinstance(found, Failure)
    assert found.probabilities == pytest.approx({"Yes": np.exp(-1) + np.exp(-2), "?": 0})
    assert found.floor == 0


def test_answers_come_in_the_order_of_the_questions(judge_server: JudgeServer) -> None:
    """One that fails is a failure in its place, and sinks no other."""

    def answer(request: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
        number = int(body["messages"][0]["content"][0]["text"])
        time.sleep(0.01 * (9 - number))
        (sends(b"", code=400) if number == 4 else chat(str(number)))(request, body)

    judge_server.answering(answer)
    found = judge(judge_server).ask([Question((str(number),)) for number in range(9)])

    assert [type(each) for each in found] == [Said] * 4 + [Failure] + [Said] * 4
    texts = [each.text for each in found if isinstance(each, Said)]
    assert texts == ["0", "1", "2", "3", "5", "6", "7", "8"]
    assert judge(judge_server).ask([]) == []


def test_many_are_asked_at_once_and_no_more_than_agreed(judge_server: JudgeServer) -> None:
    """Two who ask the same server share its bound; sixteen at once take a sixteenth of the time."""
    judge_server.answering(slowly(chat("Yes."), 0.1))
    one, two = judge(judge_server), judge(judge_server)
    started = time.monotonic()

    other = threading.Thread(target=one.ask, args=([QUESTION] * 32,))
    other.start()
    found = two.ask([QUESTION] * 32)
    other.join()

    assert found == [Said("Yes.", 12)] * 32
    # A busy server ends a moment after its answer was read; without a shared bound it is 32.
    assert 16 <= judge_server.most <= 20
    assert time.monotonic() - started < 3  # one by one it takes 6.4 s, sixteen at once 0.4


def test_the_most_modest_of_several_judges_bounds_them_all(judge_server: JudgeServer) -> None:
    """However each of them writes the address of the server that they share."""
    judge_server.answering(slowly(chat("Yes."), 0.05))
    host = judge_server.address.removeprefix("http://").removesuffix("/v1")
    written = (f"http://{host}/v1", f"http://{host}/v1/", f"HTTP://{host}/v1")
    judges = [
        judge(judge_server, base_url=address, at_once=at_once, tries=1)
        for address, at_once in zip(written, (3, 8, 9), strict=True)
    ]
    judges[0].check()  # so that it is known

    asking = [threading.Thread(target=each.ask, args=([QUESTION] * 9,)) for each in judges]
    for each in asking:
        each.start()
    for each in asking:
        each.join()

    assert len(judge_server.heard) == 27
    assert 3 <= judge_server.most <= 5  # likewise; without the bound of the most modest it is more


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (sends(b"<html>Sign in</html>"), "not JSON"),
        (sends(b""), "not JSON"),
        (sends(b"\xff\xfe\x00"), "not JSON"),
        (sends(b"[" * 60_000), "not JSON"),
        (sends(b"1" * 60_000), "not JSON"),
        (sends(b'{"choices": [{"message": {"content": "a"}, "x": NaN}]}'), "not JSON"),
        (sends(b'"yes"'), "it is no object"),
        (sends(b"{}"), "it holds no choices"),
        (sends(b'{"choices": []}'), "it holds no choices"),
        (sends(b'{"choices": ["yes"]}'), "it holds no choices"),
        (sends(b'{"choices": [{"text": "yes"}]}'), "it holds no message"),
        (chat(None), "the answer is empty"),
        (chat("  \n"), "the answer is empty"),
        (chat(None, reasoning_content="Yes, surely."), "without a reasoning parser that does not fit"),
        (chat(None, reasoning="Yes, surely."), "the server takes all of it for a thought"),
        (chat([{"type": "thinking", "text": "Yes."}]), "the answer is empty. See"),
        (chat(None, finish="length", reasoning_content="Well"), "went into thinking"),
        (chat(None, finish="content_filter"), "filter held the answer back"),
        (chat(None, refusal="I do not judge."), "refuses to answer (got I do not judge.)"),
        (chat("a" * 1_100_000), "too long an answer"),
        (sends(b'{"error": {"message": "no such LoRA", "code": 400}}'), "it says: no such LoRA"),
        (sends(b'{"object": "error", "message": "too long"}'), "it says: too long"),
        (sends(b'{"error": {"message": "Bad \\u001b[2J " }}', code=400), r"says: Bad \x1b[2J."),
        (sends(b'{"error": {"message": "the key was %s"}}' % KEY.encode(), code=400), "the key was …"),
        (sends(b'{"error": %s1%s}' % (b"[" * 900, b"]" * 900)), "no answer (it says: "),
        (sends(b'{"detail": [{"msg": "too long"}]}', code=400), '[{"msg": "too long"}]'),
        (sends(b"<html>", code=400), "got HTTP 400 Bad Request). See"),
        (sends(b"no", code=401), "variable that 'key_from' names"),
        (sends(b'{"detail": "Not Found"}', code=404), "says: Not Found. Look at base_url"),
        (sends(b"", code=405), "Look at base_url: it must speak OpenAI's protocol"),
        (sends(b'{"detail": "No such page."}', code=404), "says: No such page. Look"),
        (sends(b"", code=302, Location="http://127.0.0.1:9/"), "give the final address"),
    ],
)  # fmt: skip
def test_what_is_no_answer_is_a_failure_at_once(
    judge_server: JudgeServer, answer: Any, said: str
) -> None:
    """Nothing is guessed and asked for again; what the server says is told, harmless and short."""
    judge_server.answering(answer)

    assert said in refusal(judge_server)
    assert len(judge_server.heard) == 1


def test_long_complaints_are_shortened(judge_server: JudgeServer) -> None:
    """A server that repeats the whole question does not fill the journal with it."""
    judge_server.answering(sends(b'{"error": "%s"}' % (b"a" * 9000), code=400))

    assert len(refusal(judge_server)) < 500


@pytest.mark.parametrize(
    ("answer", "text", "whole"),
    [
        (chat([{"type": "text", "text": "Ye"}, {"type": "text", "text": "s."}]), "Yes.", True),
        (chat("Yes.", reasoning_content="No, no."), "Yes.", True),
        (chat([{"type": "thinking", "text": "No."}, {"text": "Yes"}]), "Yes", True),
        (
            chat([{"type": "reasoning", "text": "No."}, {"type": "output_text", "text": "Yes"}]),
            "Yes",
            True,
        ),
        (chat("<think>Well", finish="length"), "<think>Well", False),
        (chat("1", finish="abort"), "1", False),
        (chat("1", finish="max_tokens"), "1", False),
        (chat("1", finish="eos_token"), "1", True),
        (chat("1", finish=""), "1", True),
        (chat("1", finish=None), "1", True),
        (chat("1", finish=["stop"]), "1", False),
        (chat("a\r\nb\tc\x00\x1b[2J\u202e"), "a\nb\tc\\x00\\x1b[2J\\u202e", True),
        (chat("\ud800"), "\\ud800", True),
        (chat(f"You sent {KEY}."), "You sent ….", True),
    ],
)
def test_odd_but_clear_answers_are_taken(
    judge_server: JudgeServer, answer: Any, text: str, *, whole: bool
) -> None:
    """In parts, with a thought beside, cut off at the limit; what can't be shown is written out."""
    judge_server.answering(answer)

    assert asked(judge_server, key=KEY) == Said(text, 12, whole)


@pytest.mark.parametrize(
    ("usage", "tokens"),
    [
        (b'{"total_tokens": 7}', 7),
        (b'{"prompt_tokens": 5, "completion_tokens": 1}', 6),
        (b'{"total_tokens": "7"}', 0),
        (b'{"total_tokens": -7}', 0),
        (b'{"total_tokens": 1%s}' % (b"0" * 300), 0),
        (b"null", 0),
    ],
)
def test_tokens_are_those_that_the_server_counts(
    judge_server: JudgeServer, usage: bytes, tokens: int
) -> None:
    """Where it does not count them, none are invented."""
    said = b'{"choices": [{"message": {"content": "Yes."}}], "usage": %s}' % usage
    judge_server.answering(sends(said))

    assert asked(judge_server) == Said("Yes.", tokens)


@pytest.mark.parametrize(
    "passing",
    [
        BUSY,
        sends(b"", code=429, **{"Retry-After": "0"}),
        sends(b'{"choices": [{"mess', announced=900),
        sends(b'{"choices": [{"message": {"content": "N'),
        sends(b'{"error": {"message": "upstream", "code": 502}}'),
    ],
    ids=["503", "429", "cut off", "half of it", "200 that is a 502"],
)
def test_what_may_pass_is_asked_again(judge_server: JudgeServer, passing: Any) -> None:
    """A busy server and half an answer, as often as agreed and not more often."""
    judge_server.answering(passing, chat("Yes."))
    assert asked(judge_server) == Said("Yes.", 12)

    judge_server.answering(passing)
    assert isinstance(asked(judge_server), Failure)
    assert len(judge_server.heard) == 4


def test_a_server_is_left_alone_for_as_long_as_it_asks(judge_server: JudgeServer) -> None:
    """Where there is time for it; where there is none, it is not asked in vain."""
    wait = sends(b"", code=429, **{"Retry-After": "1"})
    judge_server.answering(wait, chat("Yes."))
    started = time.monotonic()
    assert asked(judge_server) == Said("Yes.", 12)
    assert time.monotonic() - started >= 1

    judge_server.answering(wait)
    started = time.monotonic()
    assert "HTTP 429" in refusal(judge_server, timeout_s=0.9)
    assert time.monotonic() - started < 0.9
    assert len(judge_server.heard) == 3


def test_a_long_thought_is_waited_for(judge_server: JudgeServer) -> None:
    """Nearly all of the time; the same is not asked again while the server works on it."""
    judge_server.answering(slowly(chat("Yes."), 0.7))

    assert asked(judge_server, timeout_s=1.0, tries=4) == Said("Yes.", 12)
    assert len(judge_server.heard) == 1


def dripping(request: BaseHTTPRequestHandler, _: dict[str, Any]) -> None:
    """Send a space again and again."""
    request.send_response(200)
    request.send_header("Content-Length", "1000")
    request.end_headers()
    for _each in range(60):
        request.wfile.write(b" ")
        time.sleep(0.05)


@pytest.mark.parametrize("answer", [slowly(chat("late"), 3), dripping], ids=["silent", "dripping"])
def test_whatever_it_does_it_is_left_in_time(judge_server: JudgeServer, answer: Any) -> None:
    """A server that never comes to an end is a failure then, with what to do."""
    judge_server.answering(answer)
    started = time.monotonic()

    assert "no answer in 0.4 s. Make it faster, or raise timeout_s." in refusal(
        judge_server, timeout_s=0.4
    )
    assert 0.4 <= time.monotonic() - started < 1


def test_one_that_takes_long_does_not_hold_up_others(judge_server: JudgeServer) -> None:
    """One hard question fails alone, also where it is asked first and nobody beside it."""
    judge_server.answering(
        by(lambda heard: "Yes." if heard.text != "hard" else time.sleep(1) or "late")
    )
    questions = [Question(("hard",))] + [Question(("easy",))] * 3

    found = judge(judge_server, timeout_s=0.3, at_once=1, tries=1).ask(questions)
    again = asked(judge_server)

    assert [type(each) for each in [*found, again]] == [Failure, Said, Said, Said, Said]


def test_nobody_there_is_told() -> None:
    """A closed port is a failure in words, with what to do, and never an exception."""
    where = Served(Address(base_url=closed(), model="a", tries=1), MANNER)

    one, two = where.ask([QUESTION, QUESTION])

    assert isinstance(one, Failure)
    assert isinstance(two, Failure)
    assert "no answer (got Connection refused)" in one.reason
    assert one.reason.endswith("Start it.")


@pytest.mark.parametrize("shape", [(2, 401, 3), (401, 2, 3), (1, 5000, 3)])
def test_a_strip_is_refused_before_anything_is_sent(
    judge_server: JudgeServer, shape: tuple[int, int, int]
) -> None:
    """Over 200 times as long as wide, no judge takes it; the question beside is answered."""
    strip, rim = np.zeros(shape, np.uint8), np.zeros((2, 400, 3), np.uint8)

    found = judge(judge_server).ask([Question((strip,)), Question((rim,))])

    assert isinstance(found[0], Failure)
    assert f"got {shape[1]} × {shape[0]} px" in found[0].reason
    assert found[1] == Said("Yes.", 12)
    assert len(judge_server.heard) == 1


def test_memory_is_flat_over_many_questions(judge_server: JudgeServer) -> None:
    """Three hundred different pictures leave nothing behind."""
    random = np.random.default_rng(0)

    def held() -> int:
        pictures = random.integers(0, 256, (50, 64, 64, 3), np.uint8)
        judge(judge_server).ask([Question((each, "Is it red?")) for each in pictures])
        judge_server.heard.clear()
        judge_server.headers.clear()
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    try:
        _, first_time, *_, last_time = [held() for _ in range(6)]
    finally:
        tracemalloc.stop()
    assert last_time - first_time < 100_000  # the pictures sent are five megabytes


def test_a_picture_is_let_go_of_once_it_is_answered(judge_server: JudgeServer) -> None:
    """Forty of them, one at a time, take the memory of a few."""

    def answer(_: object) -> str:
        judge_server.heard.clear()
        return "Yes."

    judge_server.answering(by(answer))
    pictures = np.random.default_rng(0).integers(0, 256, (40, 256, 256, 3), np.uint8)
    tracemalloc.start()
    try:
        judge(judge_server, at_once=1).ask([Question((each,)) for each in pictures])
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 6_000_000  # all that is sent is ten megabytes


def test_the_page_of_models_is_looked_at(judge_server: JudgeServer) -> None:
    """A name that the server has not is told with those that it has, before anything is asked."""
    judge(judge_server).check()
    judge_server.models = ["UnifiedReward", "q\x1b"]

    with pytest.raises(
        MeasureError, match=r"no model .a-judge. \(got .UnifiedReward., .q\\x1b"
    ) as told:
        judge(judge_server).check()
    assert "no model 'a-judge'" in str(told.value)  # quotes that a terminal shows as they are
    assert "in SELECTOR_JUDGE_MODEL, or as 'model'" in str(told.value)
    assert judge_server.heard == []


def test_a_key_on_the_page_of_models_is_not_repeated(judge_server: JudgeServer) -> None:
    """Whatever the server lists."""
    judge_server.models = [f"echo-{KEY}"]

    with pytest.raises(MeasureError, match="got 'echo-…'"):
        judge(judge_server, key=KEY).check()


def test_a_server_without_a_page_of_models_passes(judge_server: JudgeServer) -> None:
    """Not every server lists what it has."""
    judge_server.models = None

    judge(judge_server).check()


def test_a_wrong_key_is_told_before_anything_is_asked(judge_server: JudgeServer) -> None:
    """It is the page of models that refuses it."""
    judge_server.key = "another"

    with pytest.raises(MeasureError, match="HTTP 401") as caught:
        judge(judge_server, key=KEY).check()
    assert "in SELECTOR_JUDGE_KEY, or in the variable that 'key_from' names" in str(caught.value)
    assert KEY not in str(caught.value)


def test_a_server_that_is_not_there_does_not_pass() -> None:
    """Whoever names it learns so soon; asked again at once, it is not waited for again."""
    where = Served(Address(base_url=closed(), model="a"), MANNER)

    with pytest.raises(MeasureError, match="Connection refused"):
        where.check()
    started = time.monotonic()
    assert all(isinstance(each, Failure) for each in where.ask([QUESTION] * 64))
    assert time.monotonic() - started < 0.5


def test_pictures_go_nowhere_but_where_they_may(monkeypatch: pytest.MonkeyPatch) -> None:
    """No http over a network unless somebody says so; the key is never shown."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    address = Address(base_url="http://judge.example.com/v1", model="a", key=KEY)
    with pytest.raises(ValueError, match="expected https"):
        Served(address, MANNER).check()
    assert KEY not in repr(address)

    with serving() as here:
        assert asked(here) == Said("Yes.", 12)  # no proxy is asked for this machine
