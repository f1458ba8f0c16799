"""Answers of judges to read: golden ones, and such as nobody would expect."""

import time
from typing import Any

import pytest
from hypothesis import strategies as st

import goldens
from selector.dialogue.unreadable import UnreadableError

# A megabyte each, made to keep a careless reader busy.
HEAVY = {
    "blanks": " " * 10**6,
    "lines": "\n" * 10**6,
    "digits": "Final Score: " + "9" * 10**6,
    "stars": "a" + "*" * 10**6 + "a",
    "words": "although and so " * 62_500,
    "labels": "Style Score (1-5): " * 50_000,
    "verdicts": "Image 1 is better, " * 50_000,
    "thoughts": "<think></think>" * 66_666,
    "thoughts that begin": "<think" * 166_666,
    "half tokens": "<|a" * 333_333,
    "braces": "{" * 10**6,
    "brackets": '{"score": ' + "[" * 10**6,
    "objects": '{"score": 1}' * 83_333,
    "strings that begin": "{'" * 500_000,
    "one long string": '{"score": "' + "a\\" * 500_000,
    "depth": '{"a":' * 200_000,
    "commas": '{"score": [' + "1," * 500_000 + "]}",
}


def golden(folder: str, *tasks: str) -> list[Any]:
    """Return the golden cases of some tasks, as parameters of a test."""
    found = [
        pytest.param(case, id=name)
        for name, case in goldens.cases(folder).items()
        if case["inputs"].get("task", "") in tasks
    ]
    assert found
    return found


def accepted(case: dict[str, Any]) -> list[dict[str, Any] | None]:
    """Return what may be read in a golden case; None where it may be unreadable."""
    return [
        {name: value for name, value in one.items() if name != "status"}
        if one["status"] == "ok"
        else None
        for one in [case["expected"], *case.get("also_accept", [])]
    ]


def said(read: Any, text: str, *more: Any) -> Any:
    """Return what a reader gives, or None if it says that nothing can be read."""
    try:
        return read(text, *more)
    except UnreadableError:
        return None


def garbled(*pieces: str) -> st.SearchStrategy[str]:
    """Return texts of *pieces*, numbers and noise in any order: some are nearly right."""
    numbers = st.sampled_from(
        ["0", "1", "2.5", "4", "5", "-3", "−3", "7", "26", "nan", "inf", "1e1", "1e999", "4,5"]
    )
    signs = st.sampled_from(
        [" ", "\n", ":", "=", "：", ",", ".", ";", "/5", "**", '"', "'", "{", "}", "[", "]", "- "]
    )
    words = st.sampled_from(["not ", "or ", "<think>", "</think>", "X", "<|im_end|>", "it says "])
    one = st.one_of(st.sampled_from(pieces), numbers, signs, words, st.text(max_size=3))
    return st.lists(one, max_size=16).map("".join)


def seconds(read: Any, text: str, *more: Any) -> float:
    """Return how long a reader takes, in seconds of this process."""
    began = time.process_time()
    said(read, text, *more)
    return time.process_time() - began
