"""What a run writes into the journal: once, and what can't be kept fails alone."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import batches
import stations
from selector.batch.folder import Folder
from selector.batch.journaling import Journaling, id_of
from selector.batch.listed import Listed, ListedCandidate, Picture
from selector.errors import JournalError
from selector.journal import Journal
from selector.policy.plan import Plan
from selector.types import Selection


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    """Four requests of two images."""
    return batches.jsonl(tmp_path / "input", requests=4, each=2)


@pytest.fixture
def told(manifest: Path, tmp_path: Path) -> stations.Setup:
    """A run that was decided and written down."""
    where = str(tmp_path / "journal.sqlite")
    made = stations.setup(manifest, batches.FILTERS, tmp_path / "out", journal=where)
    stations.done(made)
    return made


@pytest.fixture
def journaling(told: stations.Setup) -> Iterator[Journaling]:
    """The journal of that run, opened again."""
    opened = Journaling(told.plan, told.journal)
    yield opened
    opened.close()


def listed(name: str, prompt: str, *candidates: str, **rest) -> Listed:
    """Return a request of these candidates."""
    made = tuple(ListedCandidate(one, Picture(one)) for one in candidates)
    return Listed(name, prompt, made, **rest)


def of(told: stations.Setup, name: str) -> tuple[Plan, Selection]:
    """Return what a run's journal has of a request."""
    with Journal(told.journal) as journal:
        return journal.read(name)


def test_attempts_have_ids_of_their_own():
    """The first has the request's."""
    one = listed("a", "x", "1")
    assert [id_of(one, attempt) for attempt in (1, 2, 12)] == ["a", "a#2", "a#12"]


def test_no_attempt_is_called_like_another_request():
    """An id may itself end in # and a number, and have been tried as often as its namesake."""
    ids = ("a", "a#1", "a#2", "a#2#1", "a#", "a#02", "a#2\n", "#2")
    names = [id_of(listed(one, "x", "1"), attempt) for one in ids for attempt in (1, 2, 3, 12)]
    assert len(set(names)) == len(names)


def test_a_request_tried_again_is_not_taken_for_another(tmp_path):
    """What asks the same of images of the same name is still another request."""
    rows = []
    for name, data in (("a", b"broken"), ("a#2", batches.png(3))):
        (tmp_path / name).mkdir()
        (tmp_path / name / "c.png").write_bytes(data)
        image = {"images": [f"{name}/c.png"], "candidate_id": "c"}
        rows.append({"request_id": name, "prompt": "x"} | image)
    (tmp_path / "m.jsonl").write_text("\n".join(map(json.dumps, rows)))
    where = str(tmp_path / "journal.sqlite")
    told = stations.setup(tmp_path / "m.jsonl", batches.FILTERS, tmp_path / "out", journal=where)
    stations.done(told)
    stations.done(told, tasks=Folder(told.out).failed())
    first, second = stations.rows(told)
    assert (first["verdict"], first["attempt"], first["content_hash"]) == ("reject", 2, None)
    assert (second["verdict"], second["attempt"]) == ("accept", 1)


def test_what_is_there_is_known(told, journaling):
    """Each request that the journal has under its id, and no other."""
    selection = of(told, "r0001")[1]
    ids = [one.id for one in selection.candidates]
    asked = [listed("r0001", selection.prompt, *ids), listed("elsewhere", "x", "1")]
    known = journaling.known(asked, {"r0001": 1, "elsewhere": 1})
    assert known == {"r0001": selection}
    assert journaling.known(asked, {"r0001": 2, "elsewhere": 1}) == {}


@pytest.mark.parametrize("what", ["prompt", "candidates", "edit"])
def test_another_request_of_that_id_is_not_taken(told, journaling, what):
    """It asks another thing, or of others; the error says what to do."""
    selection = of(told, "r0001")[1]
    ids = [one.id for one in selection.candidates]
    other = {
        "prompt": listed("r0001", "another", *ids),
        "candidates": listed("r0001", selection.prompt, *ids[::-1]),
        "edit": listed("r0001", selection.prompt, *ids, is_edit=True),
    }[what]
    found = journaling.known([other], {"r0001": 1})["r0001"]
    assert isinstance(found, JournalError)
    assert "another journal" in str(found)


def test_one_that_is_there_is_not_written_again(told, journaling):
    """A station that was thought dead may have been faster: decided alike, nothing is amiss."""
    selection = of(told, "r0001")[1]
    ids = [one.id for one in selection.candidates]
    one = listed("r0001", selection.prompt, *ids)
    assert journaling.append(one, selection, {}, 1) is None
    with Journal(told.journal) as journal:
        assert len(journal.requests()) == 4
    assert journaling.append(one, selection, {}, 2) is None
    assert of(told, "r0001#2")[1].candidates == selection.candidates


def test_one_that_is_there_otherwise_is_told(told, journaling):
    """Pictures that changed meanwhile are not those that were written down; the others go on."""
    selection = of(told, "r0001")[1]
    changed = tuple(replace(one, content_hash="0" * 64) for one in selection.candidates)
    one = listed("r0001", selection.prompt, *(each.id for each in changed))
    refused = journaling.append(one, replace(selection, candidates=changed), {}, 1)
    assert isinstance(refused, JournalError)
    assert "there already" in str(refused)


def test_what_a_database_can_not_keep_fails_alone(manifest, tmp_path, postgres):
    """A prompt that PostgreSQL has no room for: the request fails, and says why."""
    lines = manifest.read_text().splitlines()
    odd = json.loads(lines[0]) | {"prompt": "a \x00 in it"}
    manifest.write_text("\n".join([json.dumps(odd), *lines[1:]]))
    made = stations.setup(manifest, batches.FILTERS, tmp_path / "out", journal=postgres)
    stations.done(made)
    rows = stations.rows(made)
    assert [row["request_id"] for row in rows if row["verdict"] is None] == ["r0000"] * 2
    assert rows[0]["failed"]
    with Journal(postgres) as journal:
        assert {one.id for one in journal.requests()} == {"r0001", "r0002", "r0003"}


def test_without_a_journal_nothing_is_known_or_written():
    """Whatever the plan is."""
    none = Journaling(plan=None, where=None)  # type: ignore[arg-type]
    assert none.known([listed("a", "x", "1")], {"a": 1}) == {}
    none.close()
