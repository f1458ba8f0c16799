"""Whether the judge that the environment names can be asked."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from selector.backbones.judge import Manner
from selector.doctor.finding import Asked, Finding
from selector.errors import MeasureError
from selector.measures.judges import MODEL, URL, from_environment, opened

PART = "judge"


def judge(asked: Asked) -> Iterator[Finding]:
    """Find whether the judge is there; it is asked for the list of its models, which costs nothing."""
    try:
        named = from_environment()
        if named is None:
            said = f"{URL} and {MODEL} name none; policies may, for the measures that ask one"
            yield Finding(PART, PART, "absent", said)
            return
        asked.tell("looking at the judge")
        opened(named, Manner(max_tokens=1), device="cpu", where=PART).close()
    except MeasureError as error:
        yield Finding(PART, PART, "broken", str(error))
        return
    place = urlsplit(named.base_url).netloc
    yield Finding(PART, PART, "ok", f"{place} is there and takes questions to {named.model}")
