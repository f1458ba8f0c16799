"""A judge behind an address: any server that speaks OpenAI's protocol, as vLLM and SGLang do."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar
from urllib.parse import urlsplit

from selector.backbones import chat
from selector.backbones.daemons import together
from selector.backbones.judge import First, Manner, Question, Said
from selector.backbones.patience import Line, line, patiently
from selector.backbones.posting import Endpoint, Trouble, allowed, get, post
from selector.backbones.sent_pictures import Form, SentPictures
from selector.deadlines import left_s
from selector.errors import MeasureError
from selector.foreign import NAME, shortened, visible
from selector.types import Failure

MAX_ANSWER = 1024 * 1024  # bytes; a long thought, twenty logprobs, and room
CHECK_S = 10.0  # for the page of models; it costs a server nothing
CHECK_TRIES = 2
LISTED = 10  # names of models in a message
LATE = Failure("deadline")  # nobody waits any more: it is not asked
REFUSED = (401, 403)
NO_PAGE = (404, 405, 501)  # of servers that have no page of their models

# Where the environment names the judge, nobody wrote the parameters that are wrong.
MODEL = "SELECTOR_JUDGE_MODEL"
KEY = "SELECTOR_JUDGE_KEY"
RIGHT_KEY = f"Give the right key in {KEY}, or in the variable that 'key_from' names."

Found = TypeVar("Found")
Read = Callable[[bytes, str], Found]


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a judge is served, and how it is asked there.

    Attributes:
        base_url: As the server prints it, mostly ending with /v1.
        model: By the name under which it is served.
        key: Sent as bearer token; "" for none. Never shown.
        at_once: How many questions of this process it is asked at the same time; of several that
            name the same server, the smallest holds.
        timeout_s: For one judgement, from its turn on, all tries together.
        tries: How often one judgement is asked for.
        picture: How pictures are sent.
        http: Whether http may go to another machine.
    """

    base_url: str
    model: str
    key: str = field(default="", repr=False)
    at_once: int = 16
    timeout_s: float = 120.0
    tries: int = 4
    picture: Form = "png"
    http: bool = False

    def endpoint(self, path: str, timeout_s: float) -> Endpoint:
        """Return one page of it.

        Raises:
            ValueError: Nothing may be sent there.
        """
        url = allowed(f"{self.base_url.rstrip('/')}/{path}", http=self.http)
        return Endpoint(url, self.key, timeout_s)


class Served:
    """A judge that is asked over HTTP; several questions at once, each within its time.

    All that ask the same server from this process share one bound on how many do so at once: the
    smallest that one of them names. Where nobody is, nobody asks for five seconds: what is asked
    then fails at once. What a request has no time left for is not asked at all, and what came in
    time counts.
    """

    def __init__(self, server: Address, manner: Manner) -> None:
        """Ask nothing yet.

        Args:
            server: Where it is.
            manner: How it answers.
        """
        self._server = server
        self._manner = manner

    def __repr__(self) -> str:
        return f"<Served {self._server.model} at {self._server.base_url}>"

    def ask(self, questions: Sequence[Question]) -> list[Said | Failure]:
        """Return what it answers to each, or why there is no answer; one never sinks another."""
        return self._each(questions, lambda asked: asked, chat.said)

    def first(self, questions: Sequence[Question]) -> list[First | Failure]:
        """Return how it would begin its answer to each, or why nobody knows."""
        return self._each(questions, chat.only_first, chat.began)

    def check(self) -> None:
        """Look whether the server is there and has the model; one that does not list any passes.

        Raises:
            MeasureError: It is not there, refuses, or has other models.
        """
        endpoint = self._server.endpoint("models", min(CHECK_S, self._server.timeout_s))
        known, tries = self._line(), min(CHECK_TRIES, self._server.tries)
        try:
            page = patiently(
                partial(_page, endpoint), known, timeout_s=endpoint.timeout_s, tries=tries
            )
        except Trouble as trouble:
            if trouble.code in NO_PAGE:
                return
            raise MeasureError(self._in_words(trouble)) from None
        named = chat.names(page)
        if named and self._server.model not in named:
            listed = ", ".join(map(self._name, named[:LISTED])) + (", …" if named[LISTED:] else "")
            raise MeasureError(
                f"{self._where}: it has no model {self._name(self._server.model)} (got {listed}). "
                f"Name one that it has in {MODEL}, or as 'model'."
            )

    def close(self) -> None:
        """Nothing is held."""

    @property
    def _where(self) -> str:
        return urlsplit(self._server.base_url).netloc

    def _line(self) -> Line:
        known = line(self._server.base_url)
        known.turns.bound(self, self._server.at_once)
        return known

    def _each(
        self, questions: Sequence[Question], put: Callable[[Any], Any], read: Read[Found]
    ) -> list[Found | Failure]:
        pictures = SentPictures(
            [part for each in questions for part in each.parts if not isinstance(part, str)],
            self._server.picture,
        )
        todo = [partial(self._answered, each, pictures, put, read) for each in questions]
        return together(todo, self._server.at_once)

    def _answered(
        self,
        question: Question,
        pictures: SentPictures,
        put: Callable[[Any], Any],
        read: Read[Found],
    ) -> Found | Failure:
        shown = [part for part in question.parts if not isinstance(part, str)]
        turns = self._line().turns
        try:
            if not turns.acquire(timeout=left_s()):
                return LATE
            try:
                return self._judgement(question, pictures, put, read)
            finally:
                turns.release()
        except Trouble as trouble:
            # Whose patience it was, that of the request or that with the server, makes the reason.
            return LATE if left_s() == 0 else Failure(self._in_words(trouble))
        finally:
            for each in shown:
                pictures.done(each)

    def _judgement(
        self,
        question: Question,
        pictures: SentPictures,
        put: Callable[[Any], Any],
        read: Read[Found],
    ) -> Found | Failure:
        server, known = self._server, self._line()
        known.insist_up()
        urls = {
            at: pictures.url(part)
            for at, part in enumerate(question.parts)
            if not isinstance(part, str)
        }
        body = json.dumps(put(chat.body(question, server.model, self._manner, urls))).encode()
        left = left_s()
        timeout_s = server.timeout_s if left is None else min(left, server.timeout_s)
        if not timeout_s:
            return LATE
        endpoint = server.endpoint("chat/completions", timeout_s)

        def once(until: float) -> Found:
            return read(post(endpoint, body, until, most=MAX_ANSWER), server.key)

        return patiently(once, known, timeout_s=timeout_s, tries=server.tries)

    def _in_words(self, trouble: Trouble) -> str:
        told = chat.complaint(trouble.complaint, self._server.key)
        says = f", which says: {told}".rstrip(".") if told else ""  # our sentence ends by itself
        return f"{self._where}: {trouble}{says}. {_todo(trouble)}"

    def _name(self, model: str) -> str:
        return f"'{shortened(visible(chat.masked(model, self._server.key)), NAME)}'"


def _todo(trouble: Trouble) -> str:
    if trouble.code in REFUSED:
        return RIGHT_KEY
    return chat.PROTOCOL if trouble.code in NO_PAGE else trouble.todo


def _page(endpoint: Endpoint, until: float) -> bytes:
    return get(endpoint, until, most=MAX_ANSWER)
