"""What a canary is made of: pictures that never change, what they measured, and where that was."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, JsonValue, PlainSerializer, ValidationError

from selector.errors import RequestError
from selector.types import Failure, Measured, NotApplicable, Score, from_data, to_data

HASH = r"^[0-9a-f]{64}$"
FILE = r"^[0-9a-f]{64}(\.[a-z]{1,5})?$"  # nothing that leads out of its folder


def _told(outcome: Measured) -> float | dict[str, str]:
    return outcome.value if isinstance(outcome, Score) else {outcome.kind: outcome.reason}


def _read(told: Any) -> Measured:
    match told:
        case bool():
            pass
        case int() | float() if math.isfinite(told):
            return Score(told)
        case {"failure": str(reason), **rest} if not rest:
            return Failure(reason)
        case {"not_applicable": str(reason), **rest} if not rest:
            return NotApplicable(reason)
    raise ValueError(f"neither a finite number nor why there is none: {str(told)[:60]!r}")


# As people read it: a number, or why there is none. What shows why is not kept.
Told = Annotated[Measured, BeforeValidator(_read), PlainSerializer(_told)]


@dataclass(frozen=True, slots=True)
class Used:
    """One instance of the policy as it was when it measured.

    Attributes:
        use: The measure's path.
        version: The measure's.
        fingerprint: Names its numbers.
        parameters: What it was made with.
        models: What else its numbers follow from, by name: the content of each model, a wording.
    """

    use: str
    version: int
    fingerprint: str
    parameters: Mapping[str, JsonValue] = field(default_factory=dict)
    models: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Environment:
    """Where it was measured.

    Attributes:
        device: Where models ran: "cpu", "cuda:0".
        hardware: What that is, in words: the processor, and the graphics card if one was used.
        driver: The graphics card's driver; "" if none was used.
        system: Python and the operating system, in words.
        packages: Versions of all packages that measures may use, by name.
    """

    device: str
    hardware: str
    driver: str
    system: str
    packages: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture of the set, and what it measured.

    Attributes:
        file: Its name in the folder: the sha256 of its bytes.
        name: What it was called.
        outcomes: By "instance.output".
    """

    file: Annotated[str, Field(pattern=FILE)]
    name: str
    outcomes: Mapping[str, Told] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Of:
    """The policy that said which measures.

    Attributes:
        given: How it was named: a path, or a name.
        name: Its own name.
        version: Its own.
        hash: Of what it means.
    """

    given: str
    name: str
    version: int
    hash: str


@dataclass(frozen=True, slots=True)
class Recording:
    """Pictures that were measured at one time by the measures of one policy.

    Attributes:
        created: When, UTC, ISO 8601.
        policy: Whose measures.
        prompt: What the pictures were made for; of edits the instruction; "" for none.
        source: The picture before these edits, its name in the folder; None where they are none.
        environment: Where it was measured.
        instances: By what, by name.
        pictures: What was measured.
    """

    created: str
    policy: Of
    prompt: str
    source: Annotated[str, Field(pattern=FILE)] | None
    environment: Environment
    instances: Mapping[str, Used]
    pictures: tuple[Picture, ...]


@dataclass(frozen=True, slots=True)
class Canary:
    """All that one folder holds."""

    recordings: tuple[Recording, ...] = ()
    schema: Literal[1] = 1

    @property
    def files(self) -> frozenset[str]:
        """The names of all pictures in the folder."""
        named = {one.file for each in self.recordings for one in each.pictures}
        return frozenset(named | {each.source for each in self.recordings if each.source})


def to_text(canary: Canary) -> str:
    """Return a canary as JSON that people can read; `from_text` reads it back, equal."""
    data = to_data(Canary, canary)
    return json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def from_text(text: str, where: str) -> Canary:
    """Return the canary that `to_text` wrote.

    Args:
        text: What it wrote.
        where: The file, for messages.

    Raises:
        RequestError: It is no canary, or of a later version of this package.
    """
    try:
        data = json.loads(text)
        if isinstance(data, dict) and isinstance(data.get("schema"), int) and data["schema"] > 1:
            raise RequestError(
                f"{where}: written by a later version of selector (got schema {data['schema']}). "
                "Install that, or record anew."
            )
        canary: Canary = from_data(Canary, data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise RequestError(_not_read(where, f"{place}: {first['msg']}")) from None
    except (ValueError, RecursionError) as error:
        raise RequestError(_not_read(where, str(error))) from None
    return canary


def _not_read(where: str, said: str) -> str:
    return (
        f"{where}: it is not as it was written (got {said}). "
        "Take it from a backup or version control, or record anew in another folder."
    )
