"""Requests of a batch that were decided, without a picture: what tests of its folder put there."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

import worlds
from selector.batch.about import About
from selector.batch.folder import Folder
from selector.batch.listed import Listed, ListedCandidate, Picture
from selector.batch.rows import Rows, rows_of
from selector.batch.setup import Task
from selector.batch.tally import Tally, of
from selector.engine.outcome import outcomes
from selector.policy.plan import Gate, Plan
from selector.types import Edit, Failure, NotApplicable, Outcome, Score, Selection, Spent

# The best by a score; what a filter finds too small is refused.
PLAN = worlds.by_score(
    instances=[worlds.instance("f", "filter"), worlds.instance("s", outputs=("value", "spread"))],
    gates=(Gate(worlds.ref("f"), reject_below=0.5),),
)
ABOUT = About("in.jsonl", "test@1", "policy", "plan", "1.2.3", "2026-01-01T00:00:00Z")


def listed(name: str, count: int = 2, *, edit: bool = False, **columns: Sequence) -> Listed:
    """Return a request of *count* candidates; of *columns* each has its own value."""
    candidates = [
        ListedCandidate(
            f"{name}-{at}",
            Picture(f"{name}/{at}.png"),
            {key: of[at] for key, of in columns.items()},
        )
        for at in range(count)
    ]
    source = Picture(f"{name}/before.png") if edit else None
    return Listed(
        name, f"prompt of {name}", tuple(candidates), edit, source, {"hands": 2.0}, f"in:{name}"
    )


def selection(one: Listed, broken: Iterable[str] = (), errors: Iterable[str] = ()) -> Selection:
    """Return what a request gets of which candidate n has the score 1 - n/10.

    The last of more than two is refused.

    Args:
        one: The request.
        broken: The candidates for which the score fails.
        errors: Those that can't be read.
    """
    truth = {}
    for at, each in enumerate(one.candidates):
        score: Outcome = Score(1 - at / 10, {"at": at})
        score = Failure("broke down") if each.id in broken else score
        refused = at > 1 and at == len(one.candidates) - 1
        truth[each.id] = {
            "f.value": Score(0.0 if refused else 1.0),
            "s.value": score,
            "s.spread": NotApplicable("one alone") if isinstance(score, Score) else score,
        }
    candidates = [worlds.candidate(each.id) for each in one.candidates]
    world = worlds.World(
        PLAN,
        tuple(
            replace(each, error=f"{each.id}: it is empty (got 0 bytes).", content_hash=None)
            if each.id in errors
            else each
            for each in candidates
        ),
        truth,
        {},
    )
    return selected(world, one)


def selected(world: worlds.World, one: Listed) -> Selection:
    """Return what the request *one* gets in *world*."""
    found = world.resolve()
    calls = Counter(ask.instance for ask in world.asked for _ in ask.candidates)
    return Selection(
        one.id,
        "2026-01-01T00:00:00Z",
        Edit(one.prompt) if one.is_edit else one.prompt,
        "test@1",
        world.plan.hash,
        world.candidates,
        outcomes(world.plan, found.table),
        found.decision,
        one.expect,
        Spent(dict(calls), {"images": 0.5, "total": 2.0}, saved={"s": 1}),
        plan=world.plan,
    )


def of_world(world: worlds.World) -> Listed:
    """Return the request that lists what *world* has."""
    ids = [one.id for one in world.candidates]
    pictures = tuple(ListedCandidate(one, Picture(f"{one}.png")) for one in ids)
    return Listed("r", "a chair", pictures, expect=world.expect)


def decide(folder: Folder, task: Task, broken: Iterable[str] = ()) -> None:
    """Decide a shard, or some requests of it, and put what comes of it into *folder*."""
    rows: Rows = []
    tally = Tally()
    for one in folder.shard(task.shard):
        if task.only is None or one.id in task.only:
            found = selection(one, broken)
            rows += rows_of(one, found, attempt=folder.attempts(task).get(one.id, 1))
            tally += of(found)
    folder.put(task, rows, tally)


def begun(folder: Folder, requests: Iterable[Listed], size: int = 4, plan: Plan = PLAN) -> About:
    """Begin a run of *requests* in *folder*."""
    return folder.begin(ABOUT, iter(requests), plan=plan, shard_size=size)
