"""The page of a replay: what another policy would have changed, in numbers and in pictures."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from selector.foreign import printable, shortened, visible
from selector.policy.plan import Plan
from selector.replay.examples import Example, Side, Turned
from selector.replay.meaning import Difference
from selector.replay.replayed import Rate, Replayed
from selector.replay.tally import VERDICTS
from selector.replay.words import headline, percent, percents, sentences
from selector.report.bars import Bar
from selector.report.pictures import Missing, Picture, Room, picture
from selector.report.pixels import rules
from selector.report.reasons import Around, Sentence
from selector.report.reasons import sentences as told
from selector.report.rendering import TEMPLATES, render
from selector.report.words import Vocabulary, bounded, moment
from selector.types import Candidate, VerdictName

ROOM = Room(side=420, bytes=60_000)  # of one thumbnail; there are some fifty at most
PROMPT = 160  # characters
NAME = 60
POLICIES = 6  # that are named
NO_PATH = "The picture was not given as a file, so it can't be found again."
LABELS: Mapping[VerdictName, str] = {
    "accept": "Accepted",
    "review": "Review",
    "reject": "Rejected",
}


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of the table of flips; *weight* in [0, 1] says how strongly it is shaded."""

    verdict: VerdictName
    count: int
    share: str
    weight: int
    same: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One rate before and after, in words and in percent of its bar."""

    name: str
    of: str
    before: str
    after: str
    at: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Half:
    """What became of a candidate once.

    Attributes:
        when: "Then" or "Now".
        verdict: What it got.
        quality: Its quality, in words; "" where there is none.
        reasons: Why.
    """

    when: str
    verdict: VerdictName
    quality: str
    reasons: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """One candidate, then and now."""

    name: str
    role: str
    picture: Picture | Missing
    halves: tuple[Half, Half]


@dataclass(frozen=True, slots=True)
class Case:
    """One request that shows what changed."""

    request: str
    prompt: str
    moment: str
    shown: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """All examples of one kind of change."""

    title: str
    many: int
    cases: tuple[Case, ...]
    pairs: bool = False


@dataclass(frozen=True, slots=True)
class Needed:
    """How many calls of one measure would be needed; *never* was anything of it recorded."""

    name: str
    least: int
    most: int
    never: bool


@dataclass(frozen=True, slots=True)
class Page:
    """What stands on the page, ready to be laid out."""

    title: str
    heading: str
    headline: str
    sentences: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    differences: tuple[Difference, ...]
    compared: bool
    flips: tuple[tuple[VerdictName, tuple[Cell, ...]], ...]
    rates: tuple[Line, ...]
    needed: tuple[Needed, ...]
    groups: tuple[Group, ...]
    differs: tuple[tuple[str, str], ...]
    differing: int
    broken: tuple[tuple[str, str], ...]
    damaged: int
    verdicts: tuple[VerdictName, ...] = VERDICTS
    bars: tuple[Bar, ...] = ()


Stored = Callable[[str], bytes | None]  # a thumbnail by its original's content hash


def page(found: Replayed, stored: Stored = lambda _: None) -> str:
    """Return the page of a replay as one HTML document; it runs no script and loads nothing.

    A picture is shown if the file still is what was judged, byte for byte; else its thumbnail, if
    one was stored.

    Args:
        found: What replay found.
        stored: Finds thumbnails.
    """
    groups = tuple(_groups(found, stored))
    tally = found.tally
    made = Page(
        title=shortened(_heading(found), NAME),
        heading=_heading(found),
        headline=headline(found),
        sentences=tuple(map(printable, sentences(found))),
        facts=tuple(_facts(found)),
        differences=found.told.differences,
        compared=found.plan is not None and tally.requests > 0,
        flips=tuple((old, tuple(_cells(found, old))) for old in VERDICTS) if found.decided else (),
        rates=tuple(map(_line, found.rates)),
        needed=tuple(_needed(found)),
        groups=groups,
        differs=tuple((visible(one.request), printable(one.what)) for one in tally.differs),
        differing=tally.differing,
        broken=tuple((visible(one.id), printable(one.why)) for one in tally.broken),
        damaged=tally.damaged,
    )
    shown = [one.picture for group in groups for case in group.cases for one in case.shown]
    css = (TEMPLATES / "replayed.css").read_text("utf-8")
    return render("replayed.html.j2", rules=css + rules(shown), page=made)


def _heading(found: Replayed) -> str:
    if found.plan is None:
        return "Recorded requests, decided again by their own plans"
    new = visible(f"{found.plan.policy}@{found.plan.version}")
    old = visible(found.told.against) or ", ".join(map(visible, list(found.tally.policies)[:2]))
    more = " …" if not found.told.against and len(found.tally.policies) > 2 else ""  # noqa: PLR2004 - named
    return f"{old}{more} → {new}" if old else new


def _facts(found: Replayed) -> Iterator[tuple[str, str]]:
    tally = found.tally
    yield "Requests", f"{tally.requests:,}"
    yield "Candidates", f"{tally.candidates:,}"
    if tally.first:
        yield "From", moment(tally.first)
        yield "To", moment(tally.last)
    several = [
        f"{visible(name)} ({count:,})" for name, count in tally.policies.most_common(POLICIES)
    ]
    if several:
        more = " …" if len(tally.policies) > POLICIES else ""
        yield "Decided by", ", ".join(several) + more
    if found.told.meant:
        yield "Only", ", ".join(map(visible, found.told.meant))
    if found.plan is not None and tally.own:
        yield "Decided by the new policy already", f"{tally.own:,}"


def _cells(found: Replayed, old: VerdictName) -> Iterator[Cell]:
    flips = found.tally.flips
    every = sum(flips[old, new] for new in VERDICTS) or 1
    for new in VERDICTS:
        count = flips[old, new]
        weight = min(5, -(-5 * count // every)) if count else 0
        yield Cell(new, count, percent(count / every), weight, old == new)


def _line(rate: Rate) -> Line:
    low, high = 100 * rate.after.low, 100 * rate.after.high
    after = percents(rate.after)
    at = round(100 * rate.before, 2)
    return Line(rate.name, rate.of, percent(rate.before), after, at, round(low, 2), round(high, 2))


def _needed(found: Replayed) -> Iterator[Needed]:
    tally, never = found.tally, found.unmeasured
    if found.plan is None:
        return
    for name in sorted(tally.up_to, key=lambda one: (-tally.up_to[one], one)):
        yield Needed(visible(name), tally.least[name], tally.up_to[name], name in never)


def _groups(found: Replayed, stored: Stored) -> Iterator[Group]:
    if found.plan is None:
        return
    tally = found.tally
    if tally.wins:
        cases = tuple(
            _case(one, found, stored, ("The best then", "The best now")) for one in tally.wins
        )
        yield Group("Another best candidate", tally.winners["changed"], cases, pairs=True)
    for old in VERDICTS:
        for new in VERDICTS:
            if some := tally.examples.get((old, new)):
                title = f"{LABELS[old]}, now {LABELS[new].lower()}"
                cases = tuple(_case(one, found, stored, ("",)) for one in some)
                yield Group(title, tally.flips[old, new], cases)


def _case(one: Example, found: Replayed, stored: Stored, roles: Iterable[str]) -> Case:
    then, now = found.plans.get(one.plan_hash), found.plan
    return Case(
        request=visible(one.request),
        prompt=shortened(printable(one.prompt).strip(), PROMPT) or "(no prompt)",
        moment=moment(one.created),
        shown=tuple(
            Shown(
                shortened(visible(turned.candidate.id), NAME),
                role,
                _picture(turned.candidate, stored),
                _halves(turned, then, now),
            )
            for role, turned in zip(roles, one.turned, strict=True)
        ),
    )


def _picture(one: Candidate, stored: Stored) -> Picture | Missing:
    """Return the picture where it lay, if it is what was judged; else its thumbnail."""
    gone = one.path is None and one.error is None
    found = Missing(NO_PATH) if gone else picture(replace(one, image=one.path), ROOM)
    small = stored(one.content_hash) if isinstance(found, Missing) and one.content_hash else None
    if small is None:
        return found
    digest = hashlib.sha256(small).hexdigest()
    shown = picture(replace(one, image=small, content_hash=digest, error=None), ROOM)
    return found if isinstance(shown, Missing) else shown


def _halves(turned: Turned, then: Plan | None, now: Plan | None) -> tuple[Half, Half]:
    return _half("Then", turned.old, then or now), _half("Now", turned.new, now)


def _half(when: str, side: Side, plan: Plan | None) -> Half:
    exact = frozenset(
        (gate.on.key, float(gate.equals))
        for gate in ((*plan.gates, *plan.constraints) if plan else ())
        if isinstance(gate.equals, int | float)
    )
    around = Around(Vocabulary.of(plan), exact, most=side.at_most is not None)
    quality = ""
    if side.quality is not None:
        quality = f"{side.quality:.3f}"
    elif side.at_most is not None:
        quality = f"at most {bounded(side.at_most)}"
    return Half(when, side.verdict, quality, told(side.reasons, around))
