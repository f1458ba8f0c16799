"""What stands in a report and in the notebook's small piece of it."""

import re
from dataclasses import replace

import numpy as np
import pytest

import reports
from pictures import photo
from reports import Read, cards
from selector import Candidate, Edit, Selection
from selector.report import page, small
from selector.types import Failure, NotApplicable, NotEvaluated, Score


@pytest.fixture(scope="module")
def selection():
    return reports.varied(photo())


def test_every_card_says_its_verdict_and_why(selection):
    """Verdict, rank, quality and reasons in words stand on each candidate's card."""
    said = cards(selection)
    (accepted,) = selection.accepted
    assert "Accepted" in said[accepted.id]
    assert "It met every bound" in said[accepted.id]
    assert "Refused: short side is 64 px; the policy refuses below 128 px." in said["tiny"]
    assert "filters.resolution.short_side" in said["tiny"]
    assert "Refused: the picture could not be read" in said["broken"]
    assert "A copy: it holds the same bytes as" in said["twin"] + said["original"]
    assert '"seed": 7' in said["broken"]


def test_what_was_not_measured_is_said_and_why(selection):
    """Not evaluated, not applicable and failed numbers are told apart, and are no bars."""
    changed = reports.having(
        selection,
        "small",
        {
            "filters.sharpness.sharpest": Failure("out of memory"),
            "filters.clipping.highlights": NotApplicable("nothing there"),
        },
    )
    said = cards(changed)["small"]
    assert "Failed: sharpness where it is sharpest (out of memory)" in said
    assert "Nothing to measure Pure white area (nothing there): goes to a person" in said
    assert "Not evaluated, because the answer did not depend on it: " in cards(changed)["tiny"]
    assert "Not evaluated" not in cards(changed)["twin"]  # its double was measured
    measured = said.partition("Nothing to measure")[0].partition("Measured")[2]
    assert "Pure white area" not in measured


def test_much_that_was_not_evaluated_is_counted(selection):
    """How many they are comes first, then what they are, all of them; a few are named at once."""
    names = [f"own.m{at}" for at in range(7)]
    row = {"filters.resolution.short_side": Score(64.0)} | dict.fromkeys(names, NotEvaluated())
    without = replace(selection, plan=None)
    found = replace(without, outcomes={**selection.outcomes, "tiny": row})
    told = "because the answer did not depend on it: 7 numbers " + ", ".join(
        f"\u2068{name}\u2069" for name in names
    )
    assert told in cards(found)["tiny"]
    assert "<summary><strong>Not evaluated,</strong>" in page(found)


def test_numbers_that_the_policy_reads_stand_with_their_mark():
    """The others are folded below; without a plan any output's number stands there."""
    box = {"box": [9, 9, 99, 99], "label": "sky", "highlights": 0.5, "shadows": 0.1, "score": 1}
    found = reports.leaving(reports.chosen([Candidate(photo(), id="one")]), "one", {"boxes": [box]})
    said = cards(found)["one"]
    assert "1 sky highlights 0.5 Other numbers 1 shadows 0.1, score 1" in said
    everything = cards(replace(found, plan=None))["one"]
    assert "1 sky highlights 0.5, shadows 0.1 Other numbers 1 score 1" in everything


def test_the_head_says_what_the_request_got(selection):
    """Prompt, answer, policy, counts and whether a person is needed come first."""
    head = Read(page(selection)).said[0]
    for words in (reports.PROMPT, "As many were accepted as asked for.", "No person is needed",
                  "show@2", "Accepted 1", "Rejected 7", selection.request_id, selection.plan_hash,
                  "filters.sharpness", "75 % of the quality"):  # fmt: skip
        assert words in head


def test_an_edit_shows_its_source():
    """The instruction is the heading, the picture before it is shown."""
    done = page(reports.chosen([photo()], Edit("make it night", photo().rotate(180))))
    assert "The picture before" in done
    assert "make it night" in done
    assert done.count("<img ") == 2


def test_a_notebook_shows_the_picture_before():
    """Who judges an edit needs both; one that is not at hand is said to be missing."""
    shown = small(reports.chosen([photo()], Edit("make it night", photo().rotate(180))))
    assert "Edit: " in shown
    assert "The picture before" in shown
    assert shown.count("<img ") == 2
    gone = small(reports.chosen([photo()], Edit("make it night", None)))
    assert "The picture before" in gone
    assert gone.count("<img ") == 1
    plain = small(reports.chosen([photo()]))
    assert "Edit: " not in plain
    assert "The picture before" not in plain


def test_the_whole_question_to_a_judge_is_told_once(monkeypatch):
    """A person who weighs its answer knows what was asked; what is written in it is text."""
    for name in ("URL", "MODEL", "KEY", "HTTP"):
        monkeypatch.delenv(f"SELECTOR_JUDGE_{name}", raising=False)
    long = "Look at each hand. " * 20 + "<b>Is one of them malformed?</b>"
    ask = {"use": "scorers.vlm_question", "question": long}
    graded = ask | {"graded": False}
    gates = [{"on": "one.yes", "accept_below": 0.2}, {"on": "two.yes", "accept_below": 0.2}]
    policy = reports.POLICY | {"measures": {"one": ask, "two": graded}, "gates": gates}
    done = page(reports.chosen([photo()], policy=policy))
    assert "What the judge was asked" in done
    assert done.count(long.replace("<", "&lt;").replace(">", "&gt;")) == 1
    assert "What the judge was asked" not in page(reports.chosen([photo()]))


def test_advice_and_people_are_called_for():
    """Regenerate and needing a person are said in words."""
    tiny = photo().resize((40, 40))
    again = reports.chosen([tiny], policy={**reports.POLICY, "on_empty": "regenerate"})
    assert "advises to generate new candidates" in page(again)
    assert "advises to generate new candidates" in small(again)
    waiting = reports.chosen([photo().resize((200, 200))])
    assert waiting.needs_person
    assert "A person is needed" in page(waiting)
    assert "A person is needed" in small(waiting)


def test_a_selection_read_from_json(selection):
    """Without plan and pictures it has no bars and the policy's names, but every word."""
    read = Selection.from_json(selection.to_json())
    done = page(read)
    assert 'class="bar"' not in done
    assert "<img" not in done
    assert "not at hand" in done
    said = cards(read)["tiny"]
    assert "filters.resolution.short_side\u2069 is 64" in said
    assert "filters.resolution.aspect 1 " in said
    assert small(read)


def test_every_bar_has_its_numbers_in_words(selection):
    """Whoever does not see a bar hears the value and the bounds."""
    labels = re.findall(r'class="bar" role="img" aria-label="([^"]*)"', page(selection))
    assert len(labels) > 10
    assert "short side: 64 px; refused below 128 px; accepted from 256 px" in labels


def test_foreign_text_is_text():
    """Markup, template syntax and control characters in a name stay what they are: a name."""
    done = page(reports.chosen([Candidate(photo(), id=reports.HOSTILE)], reports.HOSTILE))
    plain = page(reports.chosen([photo()]))
    assert Read(done).names == Read(plain).names
    assert "<script>window.hit = 1</script>" in Read(done).said[1]
    assert "{{ 7 * 7 }}" in Read(done).said[1]
    assert "\x00" not in done
    assert "\x1b" not in done


def test_the_end_of_a_prompt_that_was_not_read_is_told_under_it(selection):
    """Once, on the page and in a notebook, as harmless text, and shortened if it is long."""
    tail = reports.HOSTILE + "x" * 5000
    found = reports.leaving(selection, "turned", {"unread": tail})
    for made in (page(found), small(found)):
        said = Read(made).said[0]
        assert said.count("filters.clipping did not read the end of the prompt: “<script>") == 1
        assert "\x1b" not in made
        assert "x" * 240 not in made
    head = Read(page(found)).said[0]
    assert head.index("did not read the end") < head.index("As many were accepted")
    assert Read(page(found)).names == Read(page(selection)).names
    assert "did not read" not in page(selection) + small(selection)


def test_a_report_of_many_stays_small():
    """64 pictures of noise, which compresses worst, make under 10 MB; the notebook's under 500 KB."""
    rng = np.random.default_rng(0)
    many = [rng.integers(0, 256, (460, 460, 3), dtype=np.uint8) for _ in range(64)]
    selection = reports.chosen(many)
    assert len(page(selection)) < 10_000_000
    assert len(small(selection)) < 500_000


def test_a_notebook_shows_the_first_of_very_many():
    """More than a notebook bears are counted, and it says where to see them all."""
    selection = reports.chosen([photo().resize((130, 130 + at)) for at in range(70)])
    piece = small(selection)
    assert piece.count("<tr") == 64
    assert "6 more are not shown here" in piece


def test_the_notebook_asks_for_the_piece(selection):
    """`selection` at the end of a cell shows the small piece, with no style or script of its own."""
    piece = selection._repr_html_()
    assert piece == small(selection)
    assert not re.search(r"<(style|script|link)", piece)


def test_it_is_the_same_every_time(selection):
    """A report of the same selection is the same file, byte by byte."""
    assert page(selection) == page(selection)


def test_a_prompt_of_blanks_is_said():
    """An empty prompt does not leave an empty heading."""
    assert "(no prompt)" in page(replace(reports.chosen([photo()]), prompt="  \n"))
