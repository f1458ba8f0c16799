"""Which judge a measure asks: a server that somebody runs, or a model in this process."""

from __future__ import annotations

import os
import re
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeAlias

from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    ValidationError,
    field_validator,
    model_validator,
)

from selector.backbones import served
from selector.backbones.judge import Judge, Manner
from selector.backbones.keys import key_in
from selector.backbones.model_file import located
from selector.backbones.model_folder import content, unfit
from selector.backbones.posting import allowed, safe
from selector.backbones.served import Address, Served
from selector.errors import MeasureError, WeightsError
from selector.foreign import NAME, shortened
from selector.policy.problems import in_words
from selector.weights.snapshot import snapshot

URL = "SELECTOR_JUDGE_URL"
MODEL, KEY = served.MODEL, served.KEY
HTTP = "SELECTOR_JUDGE_HTTP"
NOBODY = f"no judge is named. Set {URL} and {MODEL}, or give 'judge' a server or a folder."
EXAMPLE = "http://127.0.0.1:8000/v1"
YES, NO = ("1", "true", "yes"), ("", "0", "false", "no", "off")
OWN_NETWORK = f"'http: true' ({HTTP}=1) over a network of your own"
VARIABLE = r"^([A-Za-z_][A-Za-z0-9_]*)?$"


class Server(BaseModel):
    """A server that speaks OpenAI's protocol, as vLLM and SGLang do: `{base_url: …, model: …}`.

    Its numbers follow from the model and the form in which pictures are sent, not from where it
    runs, nor from the patience with it. Whoever changes the model behind a name changes `revision`.

    Attributes:
        base_url: As the server prints it, mostly ending with /v1; kept in plans and journals.
        model: By the name under which it is served.
        revision: Of the model, in words of your own.
        key_from: The environment variable with its key; "" for none. The key is kept nowhere.
        at_once: How many questions of this process it is asked at the same time; where several name
            the same server, the smallest holds for all of them.
        timeout_s: For one judgement, all tries together; a model that thinks for long needs more.
        tries: How often one judgement is asked for, while the server is busy or breaks off.
        picture: How pictures are sent: "png" loses nothing, "jpeg" (quality 95) is smaller.
        http: Whether http may go to another machine: only over a network of your own.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    base_url: str
    model: Annotated[str, Field(min_length=1, max_length=300)]
    revision: Annotated[str, Field(max_length=100)] = ""
    key_from: Annotated[str, Field(pattern=VARIABLE)] = ""
    at_once: Annotated[int, Field(ge=1, le=256)] = 16
    timeout_s: Annotated[float, Field(gt=0, le=3600)] = 120.0
    tries: Annotated[int, Field(ge=1, le=10)] = 4
    picture: Literal["png", "jpeg"] = "png"
    http: bool = False

    @model_validator(mode="after")
    def _safe(self) -> Self:  # of the whole, whose problems are told without showing a password
        if "?" in self.base_url or "#" in self.base_url:
            raise ValueError(f"expected a base_url without '?' or '#', as {EXAMPLE}")
        allowed(self.base_url, http=True, like=EXAMPLE)
        if not self.http and not safe(self.base_url):
            raise ValueError(f"expected https: http only to this machine, or with {OWN_NETWORK}")
        return self

    @property
    def identity(self) -> dict[str, str]:
        """What its numbers follow from."""
        return {"model": self.model, "revision": self.revision, "picture": self.picture}


class InProcess(BaseModel):
    """A model that runs in this process: `{folder: …}`, or `{repo: OWNER/NAME, revision: COMMIT}`.

    Attributes:
        folder: Holds it as transformers writes it, weights as safetensors; relative to the current
            folder, ~ is home.
        repo: Of the hub, fetched when it is first used.
        revision: The commit of it, 40 hex digits.
        precision: Of weights and activations. bf16 takes half the memory, on a GPU mostly the only
            way; what it writes may then depend on what else is asked at the same time.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    folder: Annotated[str, Field(max_length=1000)] = ""
    repo: Annotated[str, Field(pattern=r"^([\w.-]+/[\w.-]+)?$", max_length=200)] = ""
    revision: str = ""
    precision: Literal["fp32", "bf16", "fp16"] = "fp32"

    @field_validator("revision")
    @classmethod
    def _pinned(cls, given: str) -> str:
        if given and not re.fullmatch("[0-9a-f]{40}", given):
            raise ValueError("expected a commit, 40 hex digits: a branch changes")
        return given

    @model_validator(mode="after")
    def _one(self) -> Self:
        if bool(self.folder) == bool(self.repo):
            raise ValueError("expected either 'folder', or 'repo' with its 'revision'")
        if bool(self.repo) != bool(self.revision):
            raise ValueError("expected 'revision', a commit, beside 'repo', and only there")
        return self

    @cached_property
    def content(self) -> str:
        """The checksum of what the folder held when it was first looked at; "" if no model."""
        return content(located(self.folder))

    @property
    def identity(self) -> dict[str, str]:
        """What its numbers follow from: the content, wherever that lies, and the precision."""
        of = f"{self.repo}@{self.revision}" if self.repo else self.content
        return {"content": of, "precision": self.precision}

    @property
    def name(self) -> str:
        """What it is called in messages."""
        return self.repo or located(self.folder).name

    def brought(self) -> Path:
        """Return the folder that holds the model, fetched from the hub if need be.

        Raises:
            WeightsError: It can't be had, or is not what it was when it was first looked at.
        """
        path = located(self.folder)
        if self.repo:
            path = snapshot(self.repo, self.revision, fits=lambda here: not unfit(here))
        if wrong := unfit(path, beside=()):  # what else it needs, whoever loads it knows
            raise WeightsError(wrong)
        if not self.repo and content(path) != self.content:
            raise WeightsError(
                f"{path}: the model changed since it was looked at (got another checksum). "
                "Put it back, or start again."
            )
        return path


def _kind(given: Any) -> str:
    """Return which kind of judge somebody means, so that only its problems are told."""
    if isinstance(given, InProcess):
        return "process"
    keys = set(given) if isinstance(given, dict) else set()
    return "process" if keys & {"folder", "repo"} and "base_url" not in keys else "server"


JudgeParameter: TypeAlias = Annotated[
    Annotated[Server, Tag("server")] | Annotated[InProcess, Tag("process")], Discriminator(_kind)
]


def from_environment() -> Server | None:
    """Return the server that the environment names; None where it names none.

    SELECTOR_JUDGE_URL and SELECTOR_JUDGE_MODEL; SELECTOR_JUDGE_KEY where it wants a key, and
    SELECTOR_JUDGE_HTTP=1 (true, yes) where http may go over a network of your own.

    Raises:
        MeasureError: What they say does not fit.
    """
    if not (url := os.environ.get(URL, "")):
        return None
    if not (model := os.environ.get(MODEL, "")):
        raise MeasureError(f"{MODEL}: it is not set, but {URL} is. Set it to the model's name.")
    key = KEY if os.environ.get(KEY) else ""
    try:
        return Server(base_url=url, model=model, key_from=key, http=_http())
    except ValidationError as error:
        first = error.errors()[0]
        name = MODEL if first["loc"] == ("model",) else URL
        raise MeasureError(f"{name}: {in_words(first)}") from None


def _http() -> bool:
    said = os.environ.get(HTTP, "")
    if said.strip().lower() not in YES + NO:
        raise MeasureError(
            f"{HTTP}: expected 1 or 0 (got {shortened(said, NAME)!r}). Set it to one of them."
        )
    return said.strip().lower() in YES


def opened(given: JudgeParameter | None, manner: Manner, *, device: str, where: str) -> Judge:
    """Return the judge that is *given*, ready to be asked.

    A server is looked at first: it is there, and has the model. A model in this process is fetched
    if need be.

    Args:
        given: The parameter of the measure.
        manner: How it answers.
        device: Where a model in this process runs.
        where: The measure, for messages: "scorers.vlm_question".

    Raises:
        MeasureError: No judge is named, its key is not set, or the server can't be asked.
        WeightsError: The model of this process can't be had.
    """
    if given is None:
        raise MeasureError(f"{where}: {NOBODY}")
    if isinstance(given, Server):
        return _served(given, manner, where)
    from selector.backbones.vlm import Vlm

    return Vlm(
        given.brought(), name=given.name, precision=given.precision, device=device, manner=manner
    )


def missing(given: JudgeParameter | None) -> str:
    """Return why there can be no judge as things are, and what to do; "" if there can be one.

    Nothing is asked and nothing is fetched.
    """
    if given is None:
        return NOBODY
    if isinstance(given, InProcess) and given.folder:
        return unfit(located(given.folder), beside=())
    return ""


def unlisted(given: JudgeParameter | None) -> tuple[str, ...]:
    """Return the published model that is loaded and whose licence is not known here.

    A folder holds the user's own. What a server may be used for is the business of whoever runs it:
    the licence of its model was accepted there.
    """
    if not isinstance(given, InProcess) or not given.repo:
        return ()
    return (f"{given.repo}@{given.revision[:8]}",)


def _served(given: Server, manner: Manner, where: str) -> Served:
    server = Address(
        base_url=given.base_url,
        model=given.model,
        key=key_in(given.key_from, where=where),
        at_once=given.at_once,
        timeout_s=given.timeout_s,
        tries=given.tries,
        picture=given.picture,
        http=given.http,
    )
    made = Served(server, manner)
    made.check()
    return made
