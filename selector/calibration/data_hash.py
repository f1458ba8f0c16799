"""All that a calibration rests on as one hash: what was measured, and what was said."""

from __future__ import annotations

import hashlib

from selector.calibration.gather import Gathered


def data_hash(gathered: Gathered) -> str:
    """Return sha256 hex of all that was measured and said, in an order that does not matter."""
    digest = hashlib.sha256()
    for one in gathered.known:
        digest.update(repr((one.id, one.generator, one.segment)).encode())
        for candidate in sorted(one.outcomes.candidates, key=lambda each: each.id):
            table = one.outcomes.table.get(candidate.id, {})
            rows = [(key, each.kind, getattr(each, "value", None)) for key, each in table.items()]
            digest.update(repr((candidate.id, candidate.content_hash, sorted(rows))).encode())
    judged = gathered.judged
    for said in (judged.good, judged.worth):
        digest.update(repr(sorted(said.items())).encode())
    digest.update(
        repr([(key, sorted(by.items())) for key, by in sorted(judged.votes.items())]).encode()
    )
    digest.update(
        repr([(name, sorted(of.items())) for name, of in sorted(judged.flaws.items())]).encode()
    )
    return digest.hexdigest()
