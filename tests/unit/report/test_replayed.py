"""The page of a replay: what it says, which pictures it shows, and what others wrote in it."""

import re
from dataclasses import replace

import pytest

import judged_twice
import reports
import worlds
from selector.cli.replay import read
from selector.images import open_image
from selector.journal import Journal, thumbnails
from selector.journal.light import Damaged
from selector.journal.recorded import Which
from selector.replay.meaning import differences
from selector.replay.replayed import Replayed, Told
from selector.replay.run import Task, replayed
from selector.replay.tally import Differs, Tally
from selector.report import put
from selector.report.replayed import page


@pytest.fixture(scope="module")
def folder(tmp_path_factory, astronaut):
    """A folder with a journal of real pictures and policies to decide it again by."""
    made = tmp_path_factory.mktemp("replayed")
    judged_twice.policies(made)
    judged_twice.journal(made, astronaut)
    return made


@pytest.fixture
def found(folder):
    """Replay the journal by a policy of the folder; with *against*, compared to the old one."""

    def made(name: str, *, against: bool = False) -> Replayed:
        place = str(folder / "journal.sqlite")
        plan, price = read(str(folder / f"{name}.yaml"), place)
        old, _ = read(str(folder / "old.yaml"), place)
        told = Told(price)
        if against:
            told = Told(price, ("since 7d",), "shop@3", differences(old, plan))
        return replayed(Task(place, plan, Which(), old if against else None), told)

    return made


def words(html: str) -> str:
    return " ".join(" ".join(reports.Read(html).parts).split())


def test_the_page_says_what_changes(found):
    """Headline, facts, lines that differ, flips, rates and grounds in words, both sides."""
    said = words(page(found("strict", against=True)))
    assert "shop@3 → shop@4" in said
    assert "would get another best candidate" in said
    assert re.search(r"gate filters.resolution.short_side: reject_below\s*128\s*300", said)
    assert re.search(r"Only\s*since 7d", said)
    assert "Accepted, now rejected" in said
    assert "short side is 280 px; the policy refuses below 300 px." in said
    assert judged_twice.PROMPT in said


def test_pictures_are_those_that_were_judged(found, folder, tmp_path):
    """Shown where the file holds the judged bytes; else its thumbnail; else why there is none."""
    whole = page(found("strict"))
    assert whole.count("data:image") > 2
    (changed,) = folder.glob("small-0.png")
    before = changed.read_bytes()
    try:
        changed.write_bytes((folder / "tiny-0.png").read_bytes())
        gone = page(found("strict"))
        assert "The picture changed after it was judged" in gone
        image = open_image(before)
        store = thumbnails.Thumbnails(tmp_path)
        store.put(image.content_hash, thumbnails.encoded(image.rgb[::2, ::2]))
        assert "The picture changed after it was judged" not in page(found("strict"), store.get)
        store.put(image.content_hash, b"no picture")
        assert "The picture changed after it was judged" in page(found("strict"), store.get)
    finally:
        changed.write_bytes(before)


def test_what_can_not_be_decided_is_told(found):
    """With the calls by measure, and which was never recorded; no table of flips without any."""
    said = words(page(found("never")))
    assert "What would have to be measured" in said
    assert "filters.clipping" in said
    assert "never" in said
    assert "Verdicts, then and now" not in said


def test_a_check_of_the_journal_has_a_page_too(folder):
    """Decided by their own plans: all as recorded, or which are not, and which are damaged."""
    found = replayed(Task(str(folder / "journal.sqlite"), None, Which()), Told())
    assert "each exactly as it was recorded" in words(page(found))
    tally = replace(
        found.tally,
        differing=1,
        differs=[Differs(1, "one", "reasons")],
        damaged=1,
        broken=[Damaged(2, "two", "torn")],
    )
    said = words(page(Replayed(tally)))
    assert "Decided otherwise by their own plan 1 one reasons" in said
    assert "Damaged 1 two torn" in said


def test_an_empty_replay_is_a_page():
    """Nothing recorded: said, and nothing else."""
    said = words(page(Replayed(Tally(), worlds.by_score())))
    assert "No recorded request was decided again." in said
    assert "Rates, then and now" not in said


def test_what_others_wrote_is_harmless(found):
    """Prompts, ids, names, reasons: text, and nothing that runs or loads."""
    made = found("strict", against=True)
    some = {
        flip: [
            replace(
                one,
                prompt=reports.HOSTILE,
                request=reports.HOSTILE,
                turned=tuple(
                    replace(
                        each,
                        candidate=replace(each.candidate, id=reports.HOSTILE, path=reports.HOSTILE),
                    )
                    for each in one.turned
                ),
            )
            for one in listed
        ]
        for flip, listed in made.tally.examples.items()
    }
    tally = replace(made.tally, examples=some, policies=made.tally.policies)
    tally.policies[reports.HOSTILE] = 1
    tally.differing, tally.differs = 1, [Differs(1, reports.HOSTILE, reports.HOSTILE)]
    told = replace(made.told, against=reports.HOSTILE, meant=(reports.HOSTILE,))
    html = page(replace(made, tally=tally, told=told))
    names = reports.Read(html).names
    assert not names & {"script", "onerror", "iframe", "object"}
    assert "{{ 7 * 7 }}" in html
    assert "\u202e" not in html
    assert re.findall(r'(?:src|href)="(?!data:|#)', html) == []


def test_a_page_is_written_whole_and_over_its_like(found, tmp_path):
    """Under its own mark, so that the next one may take its place."""
    target = tmp_path / "out.html"
    for _ in range(2):
        put(page(found("strict")), target)
    assert target.read_text().startswith("<!doctype html>")


def test_the_journal_stays_as_it_is(folder, found):
    """Replay writes nothing."""
    with Journal(folder / "journal.sqlite") as journal:
        before = [one.id for one in journal.requests()]
        found("strict")
        assert [one.id for one in journal.requests()] == before
