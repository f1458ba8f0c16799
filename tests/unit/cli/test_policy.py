"""`selector policy check` and `test`: warnings with lines, strictness, cases."""

from textwrap import dedent

import PIL.Image
import pytest

from calibrated import calibration, cut, written

WARNED = """\
name: mine
version: 1
gates:
  - {on: filters.blank.structure, reject_below: 0}
method:
  weighted_sum:
    - {of: filters.blank.structure}
"""
CASES = """\
usually: {filters.blank.structure: 0.5}
cases:
  - name: the fuller one is chosen
    candidates: {a: {}, b: {filters.blank.structure: 0.6}}
    verdicts: {b: accept}
  - name: the emptier one too
    candidates: {a: {}, b: {filters.blank.structure: 0.6}}
    verdicts: {a: accept}
"""


@pytest.fixture
def mine(shell):
    """A policy with a warning, and cases of which one fails."""
    (shell.cwd / "mine.yaml").write_text(WARNED)
    (shell.cwd / "cases.yaml").write_text(CASES)
    return shell


def test_warnings_are_told_and_only_strictness_fails_on_them(mine):
    """Without --strict a policy with warnings is ok; with it the command ends with 2."""
    done = mine("policy", "check", "mine.yaml")
    assert done.returncode == 0
    assert done.stdout.startswith("mine.yaml: ok, but 1 warning: mine@1")
    line = (
        "mine.yaml:4: warning: reject_below: filters.blank.structure is never lower than 0, so "
        "this bound does nothing. Move it, or drop it. [idle]\n"
    )
    assert done.stderr == line
    strict = mine("policy", "check", "--strict", "mine.yaml")
    assert (strict.returncode, strict.stderr) == (2, line)


def test_strictness_passes_what_is_clean(shell):
    """The starter policy has no warnings."""
    done = shell("policy", "check", "starter", "--strict")
    assert (done.returncode, done.stderr) == (0, "")


def test_models_to_be_downloaded_are_told_and_are_no_fault(shell, pixels, tmp_path):
    """With sizes and the command that brings them; what needs no model is told nothing."""
    empty = {"SELECTOR_CACHE": str(tmp_path / "cache")}
    done = shell("policy", "check", "starter", "--strict", env=empty)
    assert (done.returncode, done.stderr) == (0, "")
    checked, lacking = done.stdout.splitlines()
    assert checked.startswith("starter: ok: starter@1")
    assert lacking.startswith(
        "  21.0 MB of models are fetched at first use: hand_landmarker 7.8 MB,"
    )
    assert lacking.endswith(". To fetch them now: selector weights pull --policy starter")
    done = shell("policy", "check", pixels, env=empty)
    assert len(done.stdout.splitlines()) == 1


def test_a_model_that_can_not_be_fetched_beforehand_is_told(shell):
    """What the manifest does not know is named with where it comes from."""
    (shell.cwd / "own.yaml").write_text(
        "name: own\nversion: 1\n"
        "measures:\n  fit: {use: scorers.clip_score, model: ViT-B-32/laion2b_s34b_b79k}\n"
        "method:\n  weighted_sum: [{of: fit, weight: 1}]\n"
    )
    said = shell("policy", "check", "own.yaml").stdout.splitlines()
    assert said[1:] == [
        "  Fetched at first use, of a licence not known here: ViT-B-32/laion2b_s34b_b79k"
    ]


def test_cases_that_fail_are_told_and_end_with_1(mine):
    """Each failing case with its line; a count of all."""
    done = mine("policy", "test", "mine.yaml", "cases.yaml")
    assert done.returncode == 1
    assert done.stdout == "2 cases, 1 failed\n"
    assert done.stderr == (
        "cases.yaml:6: the emptier one too\n"
        "    a: expected accept, got reject "
        "(outranked: quality is 0.5, below 0.6: rank 2; enough were found before it)\n"
    )


def test_cases_that_pass_end_with_0(mine):
    """Several files count together."""
    path = mine.cwd / "good.yaml"
    path.write_text(CASES.replace("verdicts: {a: accept}", "verdicts: {a: reject outranked}"))
    done = mine("policy", "test", "mine.yaml", "good.yaml", "good.yaml")
    assert (done.returncode, done.stdout, done.stderr) == (0, "4 cases, 0 failed\n", "")


def test_a_file_of_cases_that_does_not_fit_ends_with_2(mine):
    """Its problems are told, and nothing is decided."""
    path = mine.cwd / "bad.yaml"
    path.write_text(dedent(CASES).replace("{a: accept}", "{z: accept}"))
    done = mine("policy", "test", "mine.yaml", "bad.yaml")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("bad.yaml:8: z: no such candidate in this case")


def test_names_in_cases_can_not_play_with_the_terminal(mine):
    """A name is shown on one line, without control characters."""
    path = mine.cwd / "evil.yaml"
    path.write_text(CASES.replace("the emptier one too", '"a\\e[31m\\nb\\u202e"'))
    done = mine("policy", "test", "mine.yaml", "evil.yaml")
    assert "\x1b" not in done.stderr
    assert "\u202e" not in done.stderr
    assert len(done.stderr.splitlines()) == 2


def test_a_policy_of_5000_lines_is_checked_in_seconds(shell):
    """Every one of its problems and warnings is told, with its line."""
    gates = [f"  - {{on: filters.blank.structure, reject_below: 0.{at % 9}}}" for at in range(5000)]
    text = WARNED.replace("  - {on: filters.blank.structure, reject_below: 0}", "\n".join(gates))
    (shell.cwd / "long.yaml").write_text(text + "delivr: 1\n")
    done = shell("policy", "check", "long.yaml")
    assert done.returncode == 2
    assert done.stderr == "long.yaml:5007: unknown key 'delivr'; did you mean 'deliver'?\n"
    (shell.cwd / "long.yaml").write_text(text)
    done = shell("policy", "check", "long.yaml")
    lines = [int(line.split(":")[1]) for line in done.stderr.splitlines()]
    assert (done.returncode, lines) == (0, list(range(4, 5004, 9)))


def test_a_file_of_a_gigabyte_is_refused_at_once(shell):
    """As a policy and as a file of cases, without being read whole."""
    with (shell.cwd / "huge.yaml").open("wb") as file:
        file.truncate(2**30)
    told = "huge.yaml: too large for a policy. Keep it under 1 MiB.\n"
    for command in (("check", "huge.yaml"), ("test", "starter", "huge.yaml")):
        done = shell("policy", *command)
        assert (done.returncode, done.stderr) == (2, told)


LABELLED = """\
name: shop
version: 1
gates:
  - {on: filters.clipping.shadows, accept_below: calibrated}
method:
  weighted_sum:
    - {of: filters.blank.structure}
"""


@pytest.fixture
def shop(shell, monkeypatch):
    """A product whose policy waits for labels."""
    (shell.cwd / "policies").mkdir()
    (shell.cwd / "policies" / "shop.yaml").write_text(LABELLED)
    monkeypatch.chdir(shell.cwd)
    return shell


def labelled(value: float, **rest):
    lines = [cut("filters.clipping.shadows", "accept_below", value)]
    return calibration(LABELLED.encode(), cuts=lines, **rest)


def test_check_tells_what_waits_and_what_labels_promise(shop):
    """In one line each: before there is a calibrated file, and with it."""
    before = shop("policy", "check", "shop").stdout.splitlines()
    assert len(before) == 1
    assert before[0].endswith("; not calibrated yet: accept_below of filters.clipping.shadows")
    written(labelled(0.1), shop.cwd)
    first, second = shop("policy", "check", "shop").stdout.splitlines()
    assert "not calibrated" not in first
    assert second == (
        "  calibrated: At most 2 % of what is delivered is bad. (calibrated on 2026-03-01)"
    )


def test_check_tells_what_does_not_fit_any_more(shop):
    """Every problem of the calibrated file with its name, and it ends with 2."""
    written(labelled(1.5, holds={"measures": {}}), shop.cwd)
    done = shop("policy", "check", "shop", "starter")
    assert done.returncode == 2
    said = done.stderr.splitlines()
    assert len(said) == 3
    assert all(one.startswith("policies/calibrated/shop.yaml: ") for one in said)
    assert done.stdout.startswith("starter: ok")


def test_a_version_of_the_journal_is_compared_with_the_file_that_it_had(shop):
    """`shop@1` is what it was when it was used, whatever lies in ./policies now."""
    written(labelled(0.1), shop.cwd)
    shop.environment["SELECTOR_JOURNAL"] = "j.sqlite"
    PIL.Image.new("RGB", (64, 64), (90, 90, 90)).save(shop.cwd / "a.png")
    done = shop("select", "p", "a.png", "--policy", "shop")
    assert "Calibrated: At most 2 %" in done.stdout
    written(labelled(0.2), shop.cwd)
    said = shop("policy", "diff", "shop@1", "shop").stdout
    assert "accept_below: 0.1 → 0.2" in said


def test_a_promise_can_not_paint_the_terminal(shop):
    """A claim is text of whoever may write the file: it stands on one harmless line."""
    made = labelled(0.1).model_copy(update={"claim": "\x1b[31mall\nis\u202ewell"})
    written(made, shop.cwd)
    for command in (("policy", "check", "shop"), ("plan", "show", "shop")):
        said = shop(*command).stdout
        assert "\x1b" not in said
        assert "\u202e" not in said
        assert any("all\\nis" in line for line in said.splitlines())
