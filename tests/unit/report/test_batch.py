"""The page of a batch run: what its requests got, why, what failed, what it took, how to go on."""

import html
import re
from dataclasses import replace

import pytest

import batches
from reports import HOSTILE
from selector.planning import plan_of
from selector.report.batch import MOST, PARTS, BatchShown, page

DONE = BatchShown(
    policy="portrait@3",
    input="requests.jsonl",
    out="/data/out",
    created="2026-01-02T03:04:05+00:00",
    version="1.2.3",
    plan_hash="ab" * 32,
    requests=(2_000, 2_000),
    candidates=(8_000, 8_000),
    shards=(8, 8),
    verdicts={"accept": 2_000, "reject": 6_000},
    answers={"complete": 2_000},
    calls={"filters.blank": 8_000, "filters.sharpness": 5_000},
    saved={"filters.sharpness": 3_000},
    seconds={"images": 80.0, "filters.blank": 4.0, "filters.sharpness": 7_300.0},
    reasons={"refused filters.blank.structure": 4_000, "outranked quality": 2_000},
    took=100.0,
    decided=8_000,
    parts=[f"decisions/part-{at:05d}.parquet" for at in range(8)],
    plan=plan_of(batches.FILTERS),
)
HARD = replace(
    DONE,
    requests=(1_500, 2_000),
    shards=(6, 8),
    verdicts={"accept": 1_000, "review": 3, "reject": 4_900, "": 4},
    answers={"complete": 1_000, "short": 200, "review": 99, "empty": 200},
    needs_person=99,
    unreadable=3,
    failed=5,
    reasons=DONE.reasons | {"refused image": 3, "front": 1},
    errors={"it is empty (got 0 bytes).": 3, "detectors.faces: broke down": 4},
    warnings=["a.tar: cut short"],
    resume="selector batch x --resume",
)


def said(shown):
    text = re.sub(r"<style>.*?</style>|<[^>]*>", " ", page(shown), flags=re.DOTALL)
    text = re.sub("[\u2068\u2069]", "", html.unescape(text)).partition("How to read it")
    return " ".join(f"{text[0]} {text[2]}".split())


@pytest.mark.parametrize(
    ("shown", "headline", "todo"),
    [
        (DONE, "All 2,000 requests got what they wanted", "Nothing: all is decided."),
        (HARD, "1,500 of 2,000 requests are decided; 1,000 got what", "2 shards are not"),
        (replace(DONE, requests=(1, 1), answers={"complete": 1}), "The request got what", "Nothing"),
        (
            replace(DONE, requests=(0, 2_000), shards=(0, 8), answers={}),
            "Nothing is decided yet", "8 shards are not decided yet. Go on: --resume",
        ),
        (replace(DONE, needs_person=1), "All 2,000", "1 request needs a person to choose."),
    ],
    ids=["done", "hard", "one", "none", "person"],
)  # fmt: skip
def test_the_head_says_what_became_of_it_and_what_to_do(shown, headline, todo):
    """In words, before any number."""
    head = said(shown).partition("Why candidates")[0]
    assert headline in head
    assert todo in head


def test_commands_go_on():
    """With what is left, and with what failed; given, they are the whole command."""
    head = said(HARD).partition("Candidates")[0]
    assert "Go on: selector batch x --resume" in head
    assert "5 requests hold what failed. Decide these again: --retry-failed" in head


def test_every_number_has_its_place():
    """Verdicts, answers, reasons in words, failures, calls made and saved, times, warnings."""
    text = said(HARD)
    for words in (
        "Policy portrait@3", "Input requests.jsonl", "Requests 1,500 of 2,000",
        "This time 1 min 40 s for 8,000 images", "Rate 80 images a second",
        "Accepted 1,000", "To review 3", "Failed 4 under 0.1 %",
        "A person must choose 99 6.6 %", "It failed as a whole 1",
        "4,000 50.0 % Refused by a gate Area with anything in it filters.blank.structure",
        "3 under 0.1 % Could not be read", "None of the best is better in all",
        "5 requests hold what failed; 3 images could not be read.",
        "4 detectors.faces: broke down", "3 it is empty (got 0 bytes).",
        "filters.sharpness 5,000 3,000 (37.5 %) 2 h 1 min 1,460 ms",
        "filters.blank 8,000 — 4 s 0.5 ms", "Reading the images 8,000 — 1 min 20 s 10 ms",
        "Warnings a.tar: cut short", "decisions/part-00007.parquet",
        "selector 1.2.3", "Folder /data/out",
    ):  # fmt: skip
        assert words in text, words


def test_what_is_not_there_is_not_told():
    """A run in which nothing failed has no section for it."""
    text = said(DONE)
    for words in ("hold what failed", "Warnings", "It failed as a whole", "measured in full"):
        assert words not in text, words


def test_what_is_dear_comes_first():
    """Of measures by their time, of reasons by how often they were given."""
    text = said(HARD)
    assert text.index("filters.sharpness 5,000") < text.index("filters.blank 8,000")
    assert text.index("Refused by a gate") < text.index("Enough others were better")


def test_long_tables_are_cut_and_say_so():
    """A page of a run with a million files is read like any other."""
    many = replace(
        DONE,
        failed=99,
        reasons={f"refused m{at}.x": 1 for at in range(MOST + 3)},
        errors={f"e{at}": 1 for at in range(MOST + 4)},
        warnings=[f"w{at}" for at in range(MOST + 5)],
        parts=[f"decisions/part-{at:05d}.parquet" for at in range(PARTS + 1_000)],
    )
    text = said(many)
    for words in ("3 more reasons", "4 more reasons", "5 more warnings", "1,000 more files"):
        assert words in text, words
    assert len(page(many)) < 100_000


def test_links_lead_to_the_files_beside_it():
    """And nowhere else, whatever they are called."""
    shown = replace(DONE, parts=["decisions/part-00000.parquet", 'a"><script>.parquet'])
    links = re.findall(r'href="([^"#d][^"]*|decisions[^"]*)"', page(shown))
    assert links == ["decisions/part-00000.parquet", "a%22%3E%3Cscript%3E.parquet"]


def test_foreign_text_is_harmless():
    """Names, errors and warnings of others are text, whatever they hold."""
    odd = replace(
        HARD, policy=HOSTILE, input=HOSTILE, out=HOSTILE, created=HOSTILE, version=HOSTILE,
        plan_hash=HOSTILE, resume=HOSTILE, retry=HOSTILE, errors={HOSTILE: 1}, warnings=[HOSTILE],
        reasons={f"refused {HOSTILE}": 1, HOSTILE: 1}, calls={HOSTILE: 1}, parts=[HOSTILE],
    )  # fmt: skip
    plain = page(replace(HARD, created="", parts=[""]))
    assert page(odd).count("<script") == plain.count("<script") == 0
    assert page(odd).count("<img") == 0
    assert not re.search("[\x00-\x08\x1b\u202e]", page(odd))


def test_the_page_loads_and_runs_nothing():
    """One file that can be read anywhere, also without a network."""
    text = page(HARD)
    assert "default-src &#39;none&#39;" in text
    assert not re.search(r"<(script|img|iframe|object|form)|https?://|@import|url\((?!#)", text)
