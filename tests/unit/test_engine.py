"""One request from files to verdicts: what a caller may give, and what can go wrong."""

import io
import json
import threading
import time

import numpy as np
import pytest
from PIL import Image

import outside
from selector import Candidate, Edit, Policy, Selection, Selector, select
from selector.errors import JournalError, PolicyError, RequestError
from selector.images import Limits
from selector.journal import Journal
from selector.types import Failure, NotEvaluated, Score

SIZES = {
    "name": "sizes",
    "version": 1,
    "gates": [{"on": "filters.resolution.short_side", "reject_below": 32}],
    "method": {
        "weighted_sum": [{"of": "filters.resolution.short_side", "scale": {"ends": [0, 100]}}]
    },
    "deliver": 1,
}


def picture(side: int = 64, seed: int = 0) -> Image.Image:
    noise = np.random.default_rng(seed).integers(0, 256, (side, side, 3), dtype=np.uint8)
    return Image.fromarray(noise)


def png(side: int = 64, seed: int = 0) -> bytes:
    file = io.BytesIO()
    picture(side, seed).save(file, "PNG")
    return file.getvalue()


def nested(levels: int) -> dict:
    """Return metadata of so many levels."""
    inner: dict = {}
    for _ in range(levels):
        inner = {"x": inner}
    return inner


@pytest.fixture
def own(tmp_path, monkeypatch):
    """Give a maker of measures: it returns the policy that ranks by the one it wrote."""
    monkeypatch.syspath_prepend(tmp_path)
    counter = iter(range(100))

    def make(body: str, *needs: str, **rest):
        name = f"acme_{tmp_path.name.replace('-', '_')}_{next(counter)}"
        return outside.policy(outside.write(tmp_path, name, body, needs), **rest)

    return make


# -- what may be given ----------------------------------------------------------------------


def test_candidates_of_every_form(tmp_path):
    """Paths, bytes, PIL images, arrays and Candidates are all candidates of one request."""
    path = tmp_path / "file.png"
    path.write_bytes(png(40, 1))
    given = [
        path,
        str(path.rename(tmp_path / "other.png")),
        png(50, 2),
        picture(60, 3),
        np.asarray(picture(70, 4)),
        Candidate(png(80, 5), id="named", metadata={"seed": 7, "tags": ["x"]}),
    ]
    selection = select("p", given[1:], SIZES)
    assert [one.id for one in selection.candidates] == [
        "other.png", "candidate-02", "candidate-03", "candidate-04", "named",
    ]  # fmt: skip
    assert selection.accepted == (selection["named"],)
    assert selection["named"].metadata == {"seed": 7, "tags": ["x"]}
    assert selection["other.png"].path == str(tmp_path / "other.png")
    assert all(len(one.content_hash) == len(one.pixel_hash) == 64 for one in selection.candidates)


def test_same_picture_in_memory_and_in_a_file_gets_the_same_scores(tmp_path):
    """What is measured depends on the pixels, not on how they were handed over."""
    path = tmp_path / "a.png"
    path.write_bytes(png(64, 9))
    forms = [path, png(64, 9), picture(64, 9), np.asarray(picture(64, 9))]
    values = [select("p", [one], SIZES).outcomes for one in forms]
    numbers = [next(iter(one.values()))["filters.resolution.short_side"] for one in values]
    assert numbers == [Score(64.0)] * 4


@pytest.mark.parametrize("form", ["dict", "path", "Policy", "bytes"])
def test_policy_of_every_form(form, tmp_path):
    """A policy may be a dict, a path, YAML bytes or a Policy."""
    path = tmp_path / "sizes.yaml"
    path.write_text(json.dumps(SIZES))
    policy = {
        "dict": SIZES,
        "path": path,
        "Policy": Policy.load(SIZES),
        "bytes": path.read_bytes(),
    }[form]
    assert select("p", [png()], policy).answer == "complete"


def test_ids_are_file_names_or_whole_paths(tmp_path):
    """Files that share a name are told apart by their whole paths."""
    paths = []
    for folder in ("x", "y"):
        (tmp_path / folder).mkdir()
        paths.append(tmp_path / folder / "same.png")
        paths[-1].write_bytes(png(64, len(paths)))
    selection = select("p", paths, SIZES)
    assert [one.id for one in selection.candidates] == [str(path) for path in paths]


@pytest.mark.parametrize(
    ("candidates", "said"),
    [
        ([], "there are none"),
        ("a.png", "expected a list (got str)"),
        (b"bytes", "expected a list (got bytes)"),
        (None, "expected a list (got NoneType)"),
        (np.zeros((4, 4, 3), np.uint8), "expected a list (got ndarray)"),
        (picture(), "expected a list (got Image)"),
        (Candidate(b""), "expected a list (got Candidate)"),
        ([Candidate(b"", id="x"), Candidate(b"", id="x")], "ids must be unique (got 'x'"),
        ([Candidate(b"", metadata={"x": {1, 2}})], "metadata must be JSON"),
        ([Candidate(b"", metadata={"x": float("nan")})], "metadata must be JSON"),
        ([Candidate(b"", metadata=nested(100_000))], "metadata must be JSON"),
        ([Candidate(b"", metadata=nested(400))], "must not nest deeper"),
        ([Candidate(b"", id=7)], "id must be text"),
        ([Candidate(b"", id="\ud800")], "id must be text"),
    ],
)
def test_candidates_that_are_the_callers_mistake(candidates, said):
    """What can't be a request is a RequestError that says what to change."""
    with pytest.raises(RequestError, match=r".") as caught:
        select("p", candidates, SIZES)
    assert said in str(caught.value)


@pytest.mark.parametrize("prompt", [None, 7, b"bytes", "\ud800", ["x"]])
def test_prompts_that_are_no_text(prompt):
    """A prompt is text, or an edit."""
    with pytest.raises(RequestError, match="prompt"):
        select(prompt, [png()], SIZES)


@pytest.mark.parametrize("prompt", ["", "x" * 10_000, "“quotes” <b>&amp;</b> 🙂\n\x00", " "])
def test_prompts_that_nobody_reads_may_be_anything(prompt):
    """If no measure reads the prompt, any text will do, and it comes back unchanged."""
    selection = select(prompt, [png()], SIZES)
    assert selection.prompt == prompt
    assert Selection.from_json(selection.to_json()) == selection


def test_an_empty_prompt_is_refused_where_a_measure_reads_it(own):
    """A policy whose measures read the prompt needs one."""
    policy = own("return [{'value': Score(0.5)} for _ in subjects]", "prompt")
    with pytest.raises(RequestError, match="Give the prompt"):
        select("  ", [png()], policy)


@pytest.mark.parametrize(
    "expect", [{"faces": "2"}, {"faces": float("nan")}, {"faces": True}, {7: 1}]
)
def test_expectations_are_numbers(expect):
    """An expectation that is no finite number is a RequestError."""
    with pytest.raises(RequestError, match="expect"):
        select("p", [png()], SIZES, expect=expect)


@pytest.mark.parametrize("timeout_s", [0, -1, "3", float("nan"), float("inf"), 10**400, True])
def test_timeouts_are_seconds(timeout_s):
    """A time-out is a number of seconds above 0."""
    with pytest.raises(RequestError, match="timeout_s"):
        select("p", [png()], SIZES, timeout_s=timeout_s)


def test_an_unknown_policy_is_a_policy_error():
    """A policy that does not exist says what there is."""
    with pytest.raises(PolicyError, match="starter"):
        select("p", [png()], "startr")


# -- bad pictures ---------------------------------------------------------------------------


def test_bad_files_are_refused_and_the_rest_is_unharmed(tmp_path):
    """Missing, empty, truncated, not an image, a folder: refused with a reason; the good one wins."""
    files = {
        "good.png": png(),
        "empty.png": b"",
        "cut.png": png()[:200],
        "text.png": b"this is not an image",
        "script.svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "folder.png").mkdir()
    names = [*files, "missing.png", "folder.png"]
    selection = select("p", [tmp_path / name for name in names], SIZES)
    assert [one.id for one in selection.accepted] == ["good.png"]
    for one in selection.candidates[1:]:
        assert selection.verdict(one.id) == "reject"
        assert [reason.kind for reason in selection.reasons[one.id]] == ["refused"]
        assert one.error
        assert all(isinstance(found, NotEvaluated) for found in selection.outcomes[one.id].values())


def test_only_bad_files_is_an_empty_answer(tmp_path):
    """If nothing can be read the request still gets its answer: nothing."""
    selection = select("p", [tmp_path / "a.png", b"", b"x"], SIZES)
    assert selection.answer == "empty"
    assert not selection.accepted + selection.review


def test_limits_refuse_before_decoding():
    """Too many bytes or pixels is the candidate's failure, not the request's."""
    with Selector(SIZES, limits=Limits(max_pixels=64 * 64)) as selector:
        selection = selector.select("p", [png(64), png(65)])
    assert selection.verdict("candidate-01") == "accept"
    assert "pixels" in selection["candidate-02"].error


@pytest.mark.parametrize("thing", [7, object(), {"a": 1}, np.zeros((4, 4), np.float32)])
def test_what_is_no_picture_at_all_is_refused(thing):
    """An object that is no image becomes a refused candidate beside the others."""
    selection = select("p", [thing, png()], SIZES)
    assert selection.verdict("candidate-01") == "reject"
    assert selection.verdict("candidate-02") == "accept"


# -- measures that misbehave ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("raise ValueError('no such layer')", "ValueError: no such layer"),
        ("return []", "returned 0 outcomes"),
        ("return [{'value': Score(float('nan'))} for _ in subjects]", "nan"),
        ("return [{} for _ in subjects]", "NoneType"),
        ("return None", "TypeError"),
    ],
)
def test_a_broken_measure_passes_nothing_silently(own, body, said):
    """A measure that breaks makes its candidates doubtful: a person decides, the reason is kept."""
    selection = select("p", [png(64, 1), png(64, 2)], own(body))
    assert selection.answer == "review"
    assert not selection.accepted
    assert said in str(selection.reasons["candidate-01"][0])


def test_one_picture_that_breaks_a_measure_harms_no_other(own):
    """The picture that crashes the measure goes to a person; another is accepted."""
    policy = own(
        """
        for one in subjects:
            if one.image.size == (65, 65):
                raise RuntimeError("odd size")
        return [{"value": Score(0.5)} for _ in subjects]
        """
    )
    selection = select("p", [png(64), png(65)], policy | {"deliver": "all"})
    assert selection.verdict("candidate-01") == "accept"
    assert selection.verdict("candidate-02") == "review"


def test_what_is_late_is_a_failure_and_the_request_ends_in_time(own):
    """A measure that takes too long is Failure("deadline"), and the caller gets its answer."""
    policy = own("time.sleep(5); return [{'value': Score(0.5)} for _ in subjects]")
    started = time.monotonic()
    selection = select("p", [png()], policy, timeout_s=0.5)
    assert time.monotonic() - started < 2
    assert selection.answer == "review"
    (outcome,) = selection.outcomes["candidate-01"].values()
    assert outcome == Failure("deadline")


def test_a_timeout_of_years_is_no_timeout():
    """More seconds than a thread can wait are taken as many, not as an error."""
    assert select("p", [png()], SIZES | {"timeout_s": 1e12}).answer == "complete"
    assert select("p", [png()], SIZES, timeout_s=1e10).answer == "complete"


def test_a_policys_own_timeout_counts(own):
    """`timeout_s` of the policy holds where the call gives none."""
    policy = own("time.sleep(5); return [{'value': Score(0.5)} for _ in subjects]", timeout_s=0.3)
    assert select("p", [png()], policy).answer == "review"


def test_a_measure_sees_exactly_what_it_needs(own):
    """The prompt reaches only a measure that says it needs it."""
    body = "return [{'value': Score(0.9 if one.prompt == 'red' else 0.1)} for one in subjects]"
    with_prompt = select("red", [png()], own(body, "prompt"))
    without = select("red", [png()], own(body))
    assert with_prompt.decision.quality == {"candidate-01": 0.9}
    assert without.decision.quality == {"candidate-01": 0.1}


def test_evidence_of_another_instance_reaches_who_needs_it(own):
    """A measure that needs another's evidence finds all its outcomes, measured before."""
    body = """
        return [{"value": Score(one.evidence["filters.resolution"]["width"].value / 100)}
                for one in subjects]
    """
    selection = select("p", [png(64)], own(body, "evidence of filters.resolution"))
    assert selection.decision.quality == {"candidate-01": 0.64}
    assert selection.outcomes["candidate-01"]["filters.resolution.height"] == Score(64.0)


SOURCE = """
return [{'value': Score(float(one.source is not None and one.prompt == 'make it red'))}
        for one in subjects]
"""


def test_an_edit_brings_its_source_to_the_measure_that_needs_it(own):
    """Instruction and source reach the measure; the record names the source by its hash."""
    edit = Edit("make it red", png(64, 3))
    selection = select(edit, [png()], own(SOURCE, "prompt", "source"))
    assert selection.decision.quality == {"candidate-01": 1.0}
    assert len(selection.prompt.content_hash) == 64
    assert Selection.from_json(selection.to_json()) == selection


def test_a_missing_source_is_a_failure_for_a_person(own, tmp_path):
    """An edit whose source can't be read is decided, by a person."""
    edit = Edit("make it red", tmp_path / "gone.png")
    selection = select(edit, [png()], own(SOURCE, "prompt", "source"))
    assert selection.answer == "review"
    assert "gone.png" in str(selection.reasons["candidate-01"][0])


def test_a_plain_prompt_for_a_policy_that_compares_with_a_source(own):
    """A policy about edits refuses a request that is none."""
    with pytest.raises(RequestError, match="Edit"):
        select("make it red", [png()], own(SOURCE, "source"))


# -- the selector ---------------------------------------------------------------------------


def test_models_stay_loaded_between_requests(own):
    """One Selector loads a measure once, for all its requests."""
    policy = own("return [{'value': Score(len(BUILT) / 10)} for _ in subjects]")
    with Selector(policy) as selector:
        found = [selector.select("p", [png()]).decision.quality for _ in range(3)]
    assert found == [{"candidate-01": 0.1}] * 3


def test_many_threads_get_what_one_thread_gets():
    """A Selector gives the same answers to eight threads at once as to one."""
    requests = [[png(40 + at, at), png(60 + at, at + 50)] for at in range(16)]
    with Selector(SIZES) as selector:
        alone = [selector.select("p", one).decision for one in requests]
        together: dict[int, object] = {}

        def work(at: int) -> None:
            together[at] = selector.select("p", requests[at]).decision

        threads = [threading.Thread(target=work, args=(at,)) for at in range(len(requests))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert [together[at] for at in range(len(requests))] == alone


def test_pixels_are_given_back_at_the_end():
    """After a request nothing of its pictures is held."""
    with Selector(SIZES) as selector:
        selector.select("p", [png(64, at) for at in range(4)])
        assert selector._budget.used == 0


def test_a_small_request_decodes_each_picture_once():
    """Several measures share one decoding."""
    with Selector("starter") as selector:
        selector.select("p", [png(600, at) for at in range(2)])
        assert selector._budget.decodes == 2


# -- the selection --------------------------------------------------------------------------


def test_selection_as_json_and_as_text():
    """It round-trips through JSON, its repr says the answer, its HTML escapes what is foreign."""
    evil = "<img src=x onerror=alert(1)>.png"
    selection = select("p", [Candidate(png(), id=evil), Candidate(b"", id="b")], SIZES)
    assert Selection.from_dict(json.loads(json.dumps(selection.to_dict()))) == selection
    assert repr(selection) == (
        f"<Selection complete by sizes@1: 1 accepted, 0 review, 1 rejected, first {evil!r}>"
    )
    page = selection._repr_html_()
    assert "<img" not in page
    assert "&lt;img" in page
    assert set(selection.timings) >= {"images", "filters.resolution", "total"}
    assert selection.cost == {"filters.resolution": 1}


# -- the journal ----------------------------------------------------------------------------


def test_a_request_is_written_down_whole(tmp_path):
    """The journal gives back the plan and the selection as they were."""
    with Selector(SIZES, journal=tmp_path / "j.sqlite") as selector:
        selection = selector.select("p", [png(), b""], expect={"faces": 1})
        plan = selector.plan
    with Journal(tmp_path / "j.sqlite") as journal:
        assert journal.read(selection.request_id) == (plan, selection)


def test_the_journal_of_the_environment(tmp_path, monkeypatch):
    """SELECTOR_JOURNAL names the journal where the call names none."""
    monkeypatch.setenv("SELECTOR_JOURNAL", str(tmp_path / "env.sqlite"))
    selection = select("p", [png()], SIZES)
    with Journal(tmp_path / "env.sqlite") as journal:
        assert journal.read(selection.request_id)[1] == selection


def test_without_a_journal_nothing_is_written(tmp_path, monkeypatch):
    """The library writes no file unless told where."""
    monkeypatch.delenv("SELECTOR_JOURNAL", raising=False)
    monkeypatch.chdir(tmp_path)
    select("p", [png()], SIZES)
    monkeypatch.setenv("SELECTOR_JOURNAL", str(tmp_path / "env.sqlite"))
    select("p", [png()], SIZES, journal=False)
    assert list(tmp_path.iterdir()) == []


def test_a_policy_that_requires_a_journal_is_not_used_without_one(tmp_path, monkeypatch):
    """`journal: required` without a journal is an error before anything is measured."""
    monkeypatch.delenv("SELECTOR_JOURNAL", raising=False)
    strict = SIZES | {"journal": "required"}
    with pytest.raises(JournalError, match="requires a journal"):
        select("p", [png()], strict)
    assert select("p", [png()], strict, journal=tmp_path / "j.sqlite").answer == "complete"
    assert select("p", [png()], strict, journal=False).answer == "complete"


def test_an_expectation_that_nothing_reads_is_logged(caplog):
    """A misspelt expectation is in the operator's log."""
    select("p", [png()], SIZES, expect={"fcaes": 2})
    assert "fcaes" in caplog.text


@pytest.mark.parametrize("policy", [None, 3, [1], object()])
def test_what_is_no_policy(policy):
    """An object that can't be a policy is a PolicyError."""
    with pytest.raises(PolicyError, match="expected a path"):
        Selector(policy)


@pytest.mark.parametrize("journal", [True, 5, object()])
def test_what_is_no_journal(journal):
    """An object that can't be a journal is told before anything is measured."""
    with pytest.raises(JournalError, match="expected a path or a Journal"):
        Selector(SIZES, journal=journal)


def test_names_of_ours_never_collide(tmp_path):
    """The same file twice, or names that look alike once escaped, get ids of their own."""
    (tmp_path / "a.png").write_bytes(png())
    selection = select("p", [tmp_path / "a.png"] * 2 + [tmp_path / "\ud800.png"], SIZES)
    ids = [one.id for one in selection.candidates]
    assert len(set(ids)) == 3
    assert selection.reasons[ids[1]][0].kind == "copy"
    assert selection.candidates[2].error


def test_a_required_journal_that_can_not_be_written_is_an_error(tmp_path):
    """The caller hears of it, and still gets what was decided."""
    (tmp_path / "j.sqlite").write_bytes(b"this is no database at all" * 100)
    with pytest.raises(JournalError) as caught:
        select("p", [png()], SIZES, journal=tmp_path / "j.sqlite")
    assert caught.value.selection.answer == "complete"


def test_a_best_effort_journal_lets_the_answer_through(tmp_path, caplog):
    """With `journal: best_effort` the failure goes to the operator's log, the answer comes back."""
    (tmp_path / "j.sqlite").write_bytes(b"this is no database at all" * 100)
    selection = select(
        "p", [png()], SIZES | {"journal": "best_effort"}, journal=tmp_path / "j.sqlite"
    )
    assert selection.answer == "complete"
    assert "engine.request_not_journaled" in caplog.text
