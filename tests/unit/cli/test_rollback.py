"""`selector rollback`: an earlier policy back in force, in a few words."""

import pytest

from asking import png
from selector import select
from selector.journal import Journal

POLICY = """\
# the shop's
name: shop
version: {}
gates:
  - {{on: filters.resolution.short_side, reject_below: {}}}
method:
  weighted_sum:
    - {{of: filters.blank.structure, weight: 1}}
"""


@pytest.fixture
def shop(shell):
    """A product that used two versions of its policy."""
    file = shell.cwd / "policies" / "shop.yaml"
    file.parent.mkdir()
    for version in (1, 2):
        file.write_text(POLICY.format(version, 100 * version))
        select("p", [png(64, version)], file, journal=shell.cwd / "j.sqlite")
    return file


def back(shell, *arguments):
    return shell("rollback", *arguments, "--journal", "j.sqlite")


@pytest.mark.usefixtures("shop")
def test_versions_are_listed_with_when_they_were_used_first(shell):
    """And which of them is in force."""
    done = back(shell, "shop", "--list")
    first, second = done.stdout.splitlines()
    assert first.split()[:2] == ["version", "1"]
    assert first.split()[3:5] == ["first", "used"]
    assert second.endswith(", in force")
    assert not first.endswith(", in force")


def test_an_earlier_version_is_put_back_and_decides_again(shell, shop):
    """It says what changed and that programs must be started again; the journal knows too."""
    done = back(shell, "shop", "--to", "1")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].startswith("shop version 1 (")
    assert lines[0].endswith(") is put back; what was in force was version 2")
    assert lines[1].split() == ["written", "policies/shop.yaml"]
    assert lines[2] == "Programs that run keep their policy until they are started again."
    assert shop.read_text() == POLICY.format(1, 100)
    with Journal(shell.cwd / "j.sqlite") as journal:
        (event,) = journal.events("rollback", "shop")
    assert event.body["from"]["version"] == 2
    assert "in force already" in back(shell, "shop", "--to", "1").stdout


def test_a_dry_run_tells_the_same_and_does_nothing(shell, shop):
    """Neither file nor journal is touched."""
    done = back(shell, "shop", "--to", "1", "--dry-run")
    assert "would be put back; what was in force was version 2" in done.stdout
    assert shop.read_text() == POLICY.format(2, 200)
    with Journal(shell.cwd / "j.sqlite") as journal:
        assert journal.events("rollback", "shop") == []


def test_a_draft_is_kept_and_told(shell, shop):
    """Where it lies now is said."""
    shop.write_text(POLICY.format(3, 300))
    done = back(shell, "shop", "--to", "2")
    assert "policies/shop.yaml.before-rollback: what lay there" in done.stdout
    assert (shell.cwd / "policies/shop.yaml.before-rollback").read_text() == POLICY.format(3, 300)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("shop", "--to", "9"), "the journal has no such version of shop (got '9'; it has 1, 2)"),
        (("shop",), "say which version, --to VERSION, or ask for the --list"),
        (("shop", "--to", "1", "--list"), "say which version, --to VERSION, or ask for"),
        (("other", "--to", "1"), "the journal has no such version of other (got '1'; it has none)"),
    ],
)
def test_mistakes_end_with_two_and_change_nothing(shell, shop, arguments, said):
    """Each says what there is, or what to say."""
    before = shop.read_text()
    done = back(shell, *arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert shop.read_text() == before


@pytest.mark.usefixtures("shop")
def test_a_journal_that_is_not_there_is_told(shell):
    """And none is made."""
    done = shell("rollback", "shop", "--to", "1", "--journal", "other.sqlite")
    assert done.returncode == 2
    assert "other.sqlite" in done.stderr
    assert not (shell.cwd / "other.sqlite").exists()


def test_where_nothing_was_ever_written_there_are_no_versions(shell):
    """The user's own journal need not be there; none is made by asking."""
    done = shell("rollback", "starter", "--list")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "The journal has no request that starter decided.\n"
    assert not (shell.cwd.parent / "state").exists()
