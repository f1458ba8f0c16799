"""The page of a batch run: what its requests got, what decided that, what failed, what it took."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

from selector.foreign import noted, shortened, visible
from selector.policy.plan import Plan
from selector.report.rendering import TEMPLATES, render
from selector.report.words import Vocabulary, counted, moment, number

MOST = 20  # lines of a table: what comes after them is rare
PARTS = 100  # links
LONG = 400  # characters of a path
FAINT, ALL = 0.1, 100  # percent

Counts = Mapping[str, int]

VERDICTS = {"accept": "Accepted", "review": "To review", "reject": "Rejected", "": "Failed"}
ANSWERS = {
    "complete": "All that was wanted is accepted",
    "short": "Some of what was wanted is accepted",
    "review": "A person must choose",
    "empty": "Nothing was good enough",
    "": "It failed as a whole",
}
# By kind: what a reason says in general, and under which verdict it is seen.
GROUNDS = {
    "refused": ("Refused by a gate", "reject"),
    "infeasible": ("Refused by a constraint", "reject"),
    "cut": ("Below the cut", "reject"),
    "copy": ("The same bytes as another", "reject"),
    "duplicate": ("Too much like an accepted one", "reject"),
    "outranked": ("Enough others were better", "reject"),
    "failure": ("Could not be measured", "review"),
    "band": ("Between the lines", "review"),
    "front": ("None of the best is better in all", "review"),
    "uncertified": ("No calibration holds for it", "review"),
    "promoted": ("The best of what is not good enough", "review"),
}
UNREAD, NO_IMAGE = ("Could not be read", "reject"), "refused image"


@dataclass(frozen=True, slots=True)
class BatchShown:
    """What the page tells, as plain values.

    Attributes:
        policy: Name and version of the policy: "portrait@3".
        input: What was read.
        out: The run's folder.
        created: When the run began, UTC, ISO 8601.
        version: Which version of selector began it.
        plan_hash: Which plan decided.
        requests: How many requests are decided, of how many.
        candidates: How many candidates they have, of how many.
        shards: How many shards are decided, of how many.
        verdicts: How many candidates got which verdict; "" for those of requests that failed.
        answers: How many requests got which answer.
        needs_person: How many requests need a person.
        unreadable: How many candidates could not be read.
        failed: How many requests hold what failed.
        audited: How many requests were measured in full.
        calls: How many candidates each instance measured.
        saved: How many it would also have measured had all been measured.
        seconds: The time that each instance took, and "images" for reading them, over all processes.
        reasons: How often which ground was given: "refused filters.blank.structure".
        errors: How many candidates failed for which reason; the commonest.
        warnings: What the reading of the input warned of.
        took: How many seconds the run took, this time; 0 if nothing was to do.
        decided: How many candidates it decided in these.
        parts: The files of decisions, by their paths in the folder.
        resume: The command that goes on with what is left; "" for a word of it.
        retry: The command that does again what failed; "" for a word of it.
        plan: What decided, for the words of its outputs.
    """

    policy: str
    input: str
    out: str
    created: str
    version: str
    plan_hash: str
    requests: tuple[int, int]
    candidates: tuple[int, int]
    shards: tuple[int, int]
    verdicts: Counts = field(default_factory=dict)
    answers: Counts = field(default_factory=dict)
    needs_person: int = 0
    unreadable: int = 0
    failed: int = 0
    audited: int = 0
    calls: Counts = field(default_factory=dict)
    saved: Counts = field(default_factory=dict)
    seconds: Mapping[str, float] = field(default_factory=dict)
    reasons: Counts = field(default_factory=dict)
    errors: Counts = field(default_factory=dict)
    warnings: Sequence[str] = ()
    took: float = 0.0
    decided: int = 0
    parts: Sequence[str] = ()
    resume: str = ""
    retry: str = ""
    plan: Plan | None = None


@dataclass(frozen=True, slots=True)
class Bar:
    """One count: what it is of, the count, its share in words, and in percent of the line."""

    kind: str
    name: str
    count: str
    share: str
    wide: float


@dataclass(frozen=True, slots=True)
class Ground:
    """One ground of verdicts: what it says, of which output, how often."""

    verdict: str
    says: str
    words: str
    key: str
    bar: Bar


@dataclass(frozen=True, slots=True)
class Work:
    """What one instance did, in words; *name* is "" for reading the images."""

    name: str
    calls: str
    saved: str
    time: str
    each: str


@dataclass(frozen=True, slots=True)
class Page:
    """What stands on the page.

    Attributes:
        headline: What the requests got, in a sentence.
        standing: "accept", "review" or "reject".
        todo: What to do now: sentences, each with a command or "".
        facts: Names and numbers.
        verdicts: Of candidates.
        answers: Of requests.
        grounds: Of verdicts, the commonest first.
        errors: How many candidates failed for which reason.
        work: By instance.
        warnings: What the reading of the input warned of.
        parts: The files of decisions: link and name.
        more: How many lines are left out, of grounds, errors, warnings and parts.
    """

    headline: str
    standing: str
    todo: tuple[tuple[str, str], ...]
    facts: tuple[tuple[str, str], ...]
    verdicts: tuple[Bar, ...]
    answers: tuple[Bar, ...]
    grounds: tuple[Ground, ...]
    errors: tuple[tuple[str, str], ...]
    work: tuple[Work, ...]
    warnings: tuple[str, ...]
    parts: tuple[tuple[str, str], ...]
    more: Counts


def page(shown: BatchShown) -> str:
    """Return what became of a run as one HTML document.

    It asks nothing of the network and runs no script; its links lead to the files beside it.
    """
    rules = (TEMPLATES / "batch.css").read_text("utf-8")
    return render("batch.html.j2", rules=rules, page=_page(shown), shown=shown)


def _page(shown: BatchShown) -> Page:
    long = {
        "grounds": shown.reasons, "errors": shown.errors, "warnings": shown.warnings,
        "parts": shown.parts,
    }  # fmt: skip
    most = dict.fromkeys(long, MOST) | {"parts": PARTS}
    answers = dict(shown.answers) | {"": shown.requests[0] - sum(shown.answers.values())}
    return Page(
        headline=_headline(shown),
        standing=_standing(shown),
        todo=tuple((said, visible(command)) for said, command in _todo(shown)),
        facts=tuple(_facts(shown)),
        verdicts=tuple(_bars(shown.verdicts, VERDICTS, shown.candidates[0])),
        answers=tuple(_bars(answers, ANSWERS, shown.requests[0])),
        grounds=tuple(_grounds(shown)),
        errors=tuple((f"{count:,}", noted(said)) for said, count in _commonest(shown.errors)),
        work=tuple(_work(shown)),
        warnings=tuple(noted(said) for said in shown.warnings[:MOST]),
        parts=tuple((quote(name), visible(name)) for name in shown.parts[:PARTS]),
        more={name: max(0, len(of) - most[name]) for name, of in long.items()},
    )


def _headline(shown: BatchShown) -> str:
    requests, total = shown.requests
    if not requests:
        return "Nothing is decided yet"
    complete = shown.answers.get("complete", 0)
    if requests < total:
        done = (
            f"{requests:,} of {counted(total, 'request')} {'are' if requests > 1 else 'is'} decided"
        )
        return f"{done}; {complete:,} got what {'they' if complete != 1 else 'it'} wanted"
    if complete == requests:
        return (
            f"All {counted(requests, 'request')} got what they wanted"
            if requests > 1
            else ("The request got what it wanted")
        )
    return f"{complete:,} of {counted(requests, 'request')} got what they wanted"


def _standing(shown: BatchShown) -> str:
    if shown.failed or shown.shards[0] < shown.shards[1]:
        return "reject"
    return "review" if shown.needs_person or shown.warnings else "accept"


def _todo(shown: BatchShown) -> Iterator[tuple[str, str]]:
    left = shown.shards[1] - shown.shards[0]
    if left:
        are = "is" if left == 1 else "are"
        yield f"{counted(left, 'shard')} {are} not decided yet. Go on:", shown.resume or "--resume"
    if shown.failed:
        hold = "holds" if shown.failed == 1 else "hold"
        said = f"{counted(shown.failed, 'request')} {hold} what failed. Decide these again:"
        yield said, shown.retry or "--retry-failed"
    if shown.needs_person:
        need = "needs" if shown.needs_person == 1 else "need"
        yield f"{counted(shown.needs_person, 'request')} {need} a person to choose.", ""
    if not left and not shown.failed and not shown.needs_person:
        yield "Nothing: all is decided.", ""


def _facts(shown: BatchShown) -> Iterator[tuple[str, str]]:
    yield "Policy", visible(shown.policy)
    yield "Input", shortened(visible(shown.input), LONG)
    yield "Began", moment(shown.created)
    yield "Requests", _of(shown.requests)
    yield "Candidates", _of(shown.candidates)
    if shown.took:
        yield "This time", f"{_duration(shown.took)} for {counted(shown.decided, 'image')}"
        yield "Rate", f"{number(shown.decided / shown.took)} images a second"


def _of(counts: tuple[int, int]) -> str:
    done, whole = counts
    return f"{done:,}" if done == whole else f"{done:,} of {whole:,}"


def _bars(counts: Counts, names: Mapping[str, str], whole: int) -> Iterator[Bar]:
    for kind, name in names.items():
        count = counts.get(kind, 0)
        if count or kind:
            yield _bar(kind, name, count, whole)


def _bar(kind: str, name: str, count: int, whole: int) -> Bar:
    share = 100 * count / whole if whole else 0.0
    return Bar(kind or "failed", name, f"{count:,}", _percent(share), round(share, 2))


def _percent(share: float) -> str:
    if 0 < share < FAINT:
        return f"under {FAINT} %"
    return f"{share:.1f} %" if 0 < share < ALL else f"{share:.0f} %"


def _grounds(shown: BatchShown) -> Iterator[Ground]:
    words = Vocabulary.of(shown.plan)
    for ground, count in _commonest(shown.reasons):
        kind, _, key = ground.partition(" ")
        says, verdict = GROUNDS.get(kind, (visible(kind), "reject"))
        if ground == NO_IMAGE:
            says, verdict, key = *UNREAD, ""
        told = words.words(key) if key in words.outputs else ""
        yield Ground(verdict, says, told, key, _bar(verdict, says, count, shown.candidates[0]))


def _work(shown: BatchShown) -> Iterator[Work]:
    if took := shown.seconds.get("images"):
        yield _worked("", shown.candidates[0], 0, took)
    for name in sorted({*shown.calls, *shown.saved}, key=lambda one: -shown.seconds.get(one, 0.0)):
        calls, saved = shown.calls.get(name, 0), shown.saved.get(name, 0)
        yield _worked(name, calls, saved, shown.seconds.get(name, 0.0))


def _worked(name: str, calls: int, saved: int, took: float) -> Work:
    whole = calls + saved
    return Work(
        name,
        f"{calls:,}",
        f"{saved:,} ({_percent(100 * saved / whole)})" if saved else "",
        _duration(took),
        f"{number(1000 * took / calls)} ms" if calls else "",
    )


def _commonest(counts: Counts) -> Iterable[tuple[str, int]]:
    return sorted(counts.items(), key=lambda one: (-one[1], one[0]))[:MOST]


def _duration(seconds: float) -> str:
    """Return "2 h 5 min", "1 min 20 s", "7.5 s"."""
    minute, hour = 60, 3600
    if seconds < minute:
        return f"{number(seconds)} s"
    if seconds < hour:
        return f"{int(seconds // minute)} min {int(seconds % minute)} s"
    return f"{int(seconds // hour):,} h {int(seconds % hour // minute)} min"
