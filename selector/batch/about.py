"""What a run is of: kept in its folder as run.json, so that none is taken for another."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import ValidationError

from selector.batch.setup import Originals
from selector.batch.texts import valid
from selector.policy.order import Rates
from selector.types import from_data, to_data

FORMAT = 1


@dataclass(frozen=True, slots=True)
class About:
    """What a run is of.

    Attributes:
        input: What it reads, as it was given.
        policy: Name and version of the policy: "portrait@3".
        policy_hash: Of the policy's resolved meaning.
        plan_hash: Which plan decides.
        selector: Which version began it.
        created: When it began, UTC, ISO 8601.
        rates: What measuring came to when it began; all its processes ask in one order.
        journal: Where requests are written down, too, without a password; None: nowhere.
        originals: How the accepted originals come into its folder; None: not.
        listed: Whether the input was read to its end; only then do the following hold.
        columns: What the further columns of the input hold, by name; "expect.NAME" among them.
        requests: How many requests.
        candidates: How many candidates.
        shards: How many shards, numbered from 0.
        shard_size: A shard ends with the first request that brings it to so many candidates.
        warnings: What the reading warned of: what is damaged, and did not stop it.
        format: Of this file.
    """

    input: str
    policy: str
    policy_hash: str
    plan_hash: str
    selector: str
    created: str
    rates: Rates = field(default_factory=dict)
    journal: str | None = None
    originals: Originals | None = None
    listed: bool = False
    columns: Mapping[str, str] = field(default_factory=dict)
    requests: int = 0
    candidates: int = 0
    shards: int = 0
    shard_size: int = 0
    warnings: Sequence[str] = ()
    format: int = FORMAT

    def to_json(self) -> bytes:
        """Return it as the content of run.json; `from_json` reads it back, equal."""
        told = replace(self, input=valid(self.input))
        return json.dumps(to_data(About, told), indent=1).encode() + b"\n"

    @classmethod
    def from_json(cls, content: bytes) -> About:
        """Return what `to_json` wrote.

        Raises:
            ValueError: *content* is not that, or of a newer selector.
        """
        data: Any = json.loads(content)
        number = data.get("format") if isinstance(data, dict) else None
        if isinstance(number, int) and number > FORMAT:
            raise ValueError(f"a newer selector wrote it (format {number}, known: {FORMAT})")
        try:
            about: About = from_data(About, data)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            where = ".".join(map(str, first["loc"])) or "the file"
            raise ValueError(f"{where}: {first['msg']}") from None
        return replace(about, warnings=tuple(about.warnings))
