"""The form in which OpenAI-compatible servers are asked, and how their answers are read: strictly."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any, NoReturn

from selector.backbones.judge import First, Manner, Question, Said
from selector.backbones.posting import BUSY, Trouble
from selector.foreign import apart, printable, shortened

LIKELIEST = 20  # tokens; what vLLM tells at most unless its operator allows more
COMPLAINT = 300  # characters of what a server says is wrong
ABOVE_ONE = 1e-3  # a logarithm of a probability may be above 0 by rounding
LEAST = -1e6  # vLLM writes -9999 for what is impossible
MANY = 10**9  # tokens that nobody reads and writes for one answer
WHOLE = (None, "", "stop", "eos", "eos_token", "stop_sequence", "end_turn")  # all else broke off
WORDS = (None, "text", "output_text")  # kinds of parts that are no thoughts
CERTAIN = 1.01  # what probabilities add up to at most, rounded as servers do
PARSER = "a reasoning parser that does not fit (of vLLM and SGLang: --reasoning-parser)"
PROTOCOL = "Look at base_url: it must speak OpenAI's protocol, and mostly ends with /v1."


def body(question: Question, model: str, manner: Manner, urls: Mapping[int, str]) -> dict[str, Any]:
    """Return what is sent to put *question*; pictures as data: URLs.

    Args:
        question: What is asked.
        model: By the name under which it is served.
        manner: How it answers; what the model knows no choice of is not mentioned.
        urls: Of each picture, by its place among the parts.
    """
    asked: dict[str, Any] = {
        "model": model,
        "messages": _messages(question, urls),
        "max_tokens": manner.max_tokens,
        "temperature": 0,
        "seed": manner.seed,
        "n": 1,
    }
    if manner.thinking is not None:
        asked["chat_template_kwargs"] = {"enable_thinking": manner.thinking}
    if manner.repetition_penalty is not None:
        asked["repetition_penalty"] = manner.repetition_penalty
    return asked


def only_first(asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return the same question, put so that the server tells how it would begin its answer."""
    more = {"max_tokens": 1, "logprobs": True, "top_logprobs": LIKELIEST}
    return {**asked, **more}


def said(answer: bytes, key: str) -> Said:
    """Return what was answered: its text, printable, without the key.

    What the model thought, where the server keeps that apart, is no part of it. Tokens are 0 where
    the server does not count them.

    Raises:
        Trouble: It is no answer, or an empty one.
    """
    read = _read(answer, key)
    choice = _choice(read)
    message = choice.get("message")
    if not isinstance(message, dict):
        _no_answer("it holds no message")
    if refusal := message.get("refusal"):
        raise Trouble(f"it refuses to answer (got {quoted(refusal, key)})", "Ask something else.")
    whole = choice.get("finish_reason") in WHOLE
    text = _harmless(_text(message.get("content")), key)
    if not text.strip():
        raise _empty(choice, message)
    return Said(text, _tokens(read), whole)


def began(answer: bytes, key: str) -> First:
    """Return how the answer would begin.

    Raises:
        Trouble: It tells no probabilities, or such as add up to more than 1.
    """
    read = _read(answer, key)
    try:
        listed = _choice(read)["logprobs"]["content"][0]["top_logprobs"]
        pairs = [(each["token"], each["logprob"]) for each in listed]
    except (KeyError, IndexError, TypeError):
        pairs = []
    if not pairs or not all(isinstance(token, str) and _is_log(log) for token, log in pairs):
        raise Trouble(
            "the answer tells no probabilities",
            f"Use a server that gives logprobs; of vLLM, with --max-logprobs {LIKELIEST} or more.",
        )
    found: dict[str, float] = {}
    for token, log in pairs:  # two tokens may be written alike
        name = masked(token, key).encode("utf-8", "replace").decode()
        found[name] = found.get(name, 0.0) + math.exp(min(log, 0.0))
    least = min(math.exp(min(log, 0.0)) for _, log in pairs)
    if (told := sum(found.values())) > CERTAIN:
        raise Trouble(
            f"the answer tells probabilities that add up to more than 1 (got {told:.3g})",
            "Use a server that gives the logprobs of different tokens.",
        )
    return First(found, min(least, max(0.0, 1 - told)), _tokens(read))


def names(page: bytes) -> tuple[str, ...]:
    """Return the models that a server's page of them lists; () if it is no such page."""
    try:
        listed = json.loads(page)["data"]
        return tuple(str(each["id"]) for each in listed)
    except (ValueError, KeyError, TypeError, RecursionError):
        return ()


def complaint(answer: bytes, key: str) -> str:
    """Return what a server says is wrong, fit to be shown; "" if it does not say."""
    try:
        read = json.loads(answer)
    except (ValueError, RecursionError):
        return ""
    told = _told(read)
    return quoted(told, key) if told else ""


def quoted(words: object, key: str) -> str:
    """Return foreign words for use inside a sentence: short, printable, without the key."""
    try:
        text = words if isinstance(words, str) else json.dumps(words, ensure_ascii=False)
    except RecursionError:
        return "…"
    plain = " ".join(_harmless(text, key).split())
    return apart(shortened(plain, COMPLAINT))


def masked(text: str, key: str) -> str:
    """Return text without the key: whoever echoes it does not spread it."""
    return text.replace(key, "…") if key else text


def _messages(question: Question, urls: Mapping[int, str]) -> list[dict[str, Any]]:
    parts = [
        {"type": "text", "text": part}
        if isinstance(part, str)
        else {"type": "image_url", "image_url": {"url": urls[at]}}
        for at, part in enumerate(question.parts)
    ]
    first = [{"role": "system", "content": question.system}] if question.system else []
    turns: list[dict[str, Any]] = [*first, {"role": "user", "content": parts}]
    for answer, reminder in question.answered:
        turns += [{"role": "assistant", "content": answer}, {"role": "user", "content": reminder}]
    return turns


def _read(answer: bytes, key: str) -> dict[str, Any]:
    text = answer.decode("utf-8-sig", "replace").strip()
    try:
        read = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        if text.startswith("{") and not text.endswith("}"):
            raise Trouble("the answer was cut off", "Mend it.", passing=True) from None
        raise Trouble("the answer is not JSON", PROTOCOL) from None
    if not isinstance(read, dict):
        _no_answer("it is no object")
    if "choices" not in read and (told := _told(read)):
        code = read["error"].get("code") if isinstance(read.get("error"), dict) else None
        what = f"no answer (it says: {quoted(told, key)})"
        raise Trouble(what, "See what the server logs.", passing=code in BUSY)
    return read


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)  # NaN and Infinity are not JSON


def _told(read: Any) -> object:
    """Return the message of an error, wherever the servers that there are put it."""
    if not isinstance(read, dict):
        return None
    error = read.get("error")
    inner = error.get("message") if isinstance(error, dict) else error
    return inner or read.get("message") or read.get("detail")


def _choice(read: dict[str, Any]) -> dict[str, Any]:
    choices = read.get("choices")
    if not isinstance(choices, list) or not choices or not isinstance(choices[0], dict):
        _no_answer("it holds no choices")
    return dict(choices[0])


def _no_answer(what: str) -> NoReturn:
    raise Trouble(f"the answer is none ({what})", PROTOCOL)


def _text(content: Any) -> str:
    """Return the text of an answer, which may come in parts; thoughts are left out."""
    if isinstance(content, list):
        said = [part for part in content if isinstance(part, dict) and part.get("type") in WORDS]
        texts = [part.get("text") for part in said]
        return "".join(text for text in texts if isinstance(text, str))
    return content if isinstance(content, str) else ""


def _empty(choice: dict[str, Any], message: dict[str, Any]) -> Trouble:
    if choice.get("finish_reason") == "content_filter":
        return Trouble("the server's filter held the answer back", "Ask something else.")
    if choice.get("finish_reason") == "length":
        todo = "Serve the model without thinking, or with more room for it."
        return Trouble("the answer is empty: all that it may write went into thinking", todo)
    if message.get("reasoning_content") or message.get("reasoning"):
        todo = f"Start the server without {PARSER}."
        return Trouble("the answer is empty: the server takes all of it for a thought", todo)
    return Trouble("the answer is empty", "See what the server logs.")


def _harmless(text: str, key: str) -> str:
    """Return text that can be kept and shown."""
    return printable(masked(text, key).replace("\r\n", "\n"))


def _is_log(log: object) -> bool:
    return isinstance(log, int | float) and not isinstance(log, bool) and LEAST <= log <= ABOVE_ONE


def _tokens(read: dict[str, Any]) -> int:
    usage = read.get("usage")
    counts = usage if isinstance(usage, dict) else {}
    whole = _count(counts.get("total_tokens"))
    return whole or _count(counts.get("prompt_tokens")) + _count(counts.get("completion_tokens"))


def _count(number: object) -> int:
    if isinstance(number, bool) or not isinstance(number, int):
        return 0
    return number if 0 < number < MANY else 0
