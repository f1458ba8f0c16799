"""An earlier policy comes back as it was used, and nothing that lies there is lost."""

import dataclasses
import json
import os
from pathlib import Path

import pytest

from asking import SIZES, png
from calibrated import calibration, cut
from selector import Selector, rollback
from selector.errors import CalibrationError, PolicyError, RequestError
from selector.journal import Journal
from selector.planning import plan_of
from selector.policy.policy import Policy

LABELLED = {"gates": [{"on": "filters.clipping.shadows", "accept_below": "calibrated"}]}


def labelled(policy: str, line: float) -> str:
    """Return the calibrated file of a policy that certifies a line."""
    (entry,) = LABELLED["gates"]
    return calibration(
        Policy.load(policy.encode()), cuts=[cut(entry["on"], "accept_below", line)]
    ).text


def text(version: int, comment: str = "", **rest) -> str:
    """Return a policy's file; JSON is YAML too."""
    policy = SIZES | {"name": "shop", "version": version} | rest
    return f"# {comment}\n{json.dumps(policy)}\n"


class Product:
    """A folder with a policy in it, and the journal of what it decided."""

    def __init__(self, folder: Path, journal: Journal) -> None:
        self.journal = journal
        self.file = folder / "policies" / "shop.yaml"
        self.calibrated = folder / "policies" / "calibrated" / "shop.yaml"
        self.calibrated.parent.mkdir(parents=True)

    def use(self, policy: str | Policy, calibrated: str | None = None) -> None:
        """Put a policy into the product, and let it decide a request."""
        if isinstance(policy, str):
            self.file.write_text(policy)
        self.calibrated.unlink(missing_ok=True)
        if calibrated is not None:
            self.calibrated.write_text(calibrated)
        source = "shop" if isinstance(policy, str) else policy
        with Selector(source, journal=self.journal) as selector:
            selector.select("p", [png()])

    def prepared(self, to: str, given: str = "shop") -> rollback.Rollback:
        return rollback.prepared(self.journal.policies("shop"), given, to)

    def back(self, to: str, given: str = "shop") -> rollback.Rollback:
        made = self.prepared(to, given)
        rollback.carry_out(made)
        return made


@pytest.fixture(params=["sqlite", "postgres"])
def product(request, tmp_path, monkeypatch):
    """A product whose journal is a file, or a server's database."""
    monkeypatch.chdir(tmp_path)
    sqlite = request.param == "sqlite"
    where = tmp_path / "j.sqlite" if sqlite else request.getfixturevalue("postgres")
    with Journal(where) as journal:
        yield Product(tmp_path, journal)


@pytest.fixture
def small(tmp_path, monkeypatch):
    """A product whose journal is a file."""
    monkeypatch.chdir(tmp_path)
    with Journal(tmp_path / "j.sqlite") as journal:
        yield Product(tmp_path, journal)


def test_a_policy_comes_back_byte_for_byte_with_its_calibrated_file(product):
    """Comments and all; and it decides under the same plan as then."""
    old, new = text(1, "the ümlaut", **LABELLED), text(2, **LABELLED, deliver=2)
    files = [labelled(old, 0.1), labelled(new, 0.2)]
    product.use(old, files[0])
    plan = plan_of("shop").hash
    product.use(new, files[1])
    assert rollback.in_force("shop") == (2, plan_of("shop").policy_hash)
    made = product.back("1")
    assert made.row.policy_hash != Policy.load("shop").hash
    assert (product.file.read_text(), product.calibrated.read_text()) == (old, files[0])
    assert plan_of("shop").hash == plan
    assert rollback.is_in_force(made.row, "shop")
    product.back("2")
    assert (product.file.read_text(), product.calibrated.read_text()) == (new, files[1])


def test_the_same_text_with_another_calibration_is_another_policy(small):
    """Each is used, listed and put back with its own numbers."""
    policy = text(1, **LABELLED)
    for line in (0.1, 0.2):
        small.use(policy, labelled(policy, line))
    first, second = small.journal.policies("shop")
    assert (first.text, first.version) == (second.text, second.version)
    assert first.policy_hash != second.policy_hash
    assert [rollback.is_in_force(row, "shop") for row in (first, second)] == [False, True]
    small.back(first.policy_hash[:12])
    assert small.calibrated.read_text() == labelled(policy, 0.1)


def test_what_a_calibrated_file_does_not_fit_any_more_is_not_put_back(small):
    """A measure that gives other numbers now: what was certified is certified no more."""
    policy = text(1, **LABELLED)
    small.use(policy, labelled(policy, 0.1))
    (row,) = small.journal.policies("shop")
    other = calibration(json.loads(policy.splitlines()[1]), holds={"measures": {}})
    with pytest.raises(CalibrationError, match=r"it can't be used any more.\n.*another measure"):
        rollback.prepared([dataclasses.replace(row, calibrated=other.text)], "shop", "1")


def test_a_file_that_the_policy_does_not_ask_for_is_not_in_force(small):
    """A leftover beside a policy whose numbers are all its own is nothing to it."""
    small.use(text(1), "scales: never read\n")
    (row,) = small.journal.policies("shop")
    assert row.calibrated is None
    assert rollback.is_in_force(row, "shop")


def test_what_was_never_used_is_kept_beside(small):
    """A draft that decided nothing is in no journal; one that did is not kept twice."""
    small.use(text(1))
    small.file.write_text("name: shop # a draft that can't even be read")
    (_, policy) = small.back("1").files
    assert policy.aside == Path("policies/shop.yaml.before-rollback")
    assert policy.aside.read_text() == "name: shop # a draft that can't even be read"
    small.use(text(2))
    assert all(file.aside is None for file in small.back("1").files)


def test_no_kept_file_is_overwritten(small):
    """The next draft gets a number; the same one again does not."""
    small.use(text(1))
    for draft in ("# one\n", "# two\n", "# two\n", "# one\n"):
        small.file.write_text(draft)
        small.back("1")
    kept = sorted(Path("policies").glob("*.before-rollback*"))
    assert [one.read_text() for one in kept] == ["# one\n", "# two\n"]


def test_a_calibration_of_later_is_taken_away(small):
    """The policy had none then: with one it would not be what it was."""
    small.use(text(1))
    small.file.write_text(text(2))
    small.calibrated.write_text("scales: never used\n")
    (calibrated, _) = small.back("1").files
    assert not small.calibrated.exists()
    assert calibrated.aside.read_text() == "scales: never used\n"


def test_nothing_is_written_before_it_is_carried_out(small):
    """Preparing is the dry run: it tells what would be done and leaves everything."""
    small.use(text(1))
    small.use(text(2))
    made = small.prepared("1")
    assert made.changes
    assert [file.path for file in made.files if file.changes] == [Path("policies/shop.yaml")]
    assert small.file.read_text() == text(2)


def test_what_is_in_force_already_is_left(small):
    """Then there is nothing to do, and the file is not even touched."""
    small.use(text(1))
    before = small.file.stat()
    made = small.back("1")
    assert not made.changes
    assert small.file.stat() == before


def test_of_a_version_the_newest_text_is_meant_and_the_others_are_told(small):
    """A version that was not raised with a change: by its hash each text can still be had."""
    small.use(text(1, "old"))
    small.use(text(1, "new", deliver=2))
    small.use(text(2))
    made = small.prepared("1")
    assert made.row.text == text(1, "new", deliver=2)
    (other,) = made.others
    assert other.text == text(1, "old")
    for hash_ in (other.hash, other.policy_hash):
        assert small.prepared(hash_[:8].upper()).row == other


def test_what_a_program_changed_goes_behind_what_stood_in_the_file(small):
    """`select --deliver 3` is no version of the product's."""
    small.use(text(1, "ours"))
    small.use(Policy.load("shop").having(deliver=3))
    assert small.prepared("1").row.text == text(1, "ours")
    newest = small.journal.policies("shop")[-1]
    assert small.prepared(newest.hash).row == newest


def test_a_program_without_a_file_can_go_back_too(small):
    """What it gave as a dict becomes a file that means the same."""
    policy = Policy.load(SIZES | {"name": "shop"})
    small.use(policy)
    small.back("1")
    assert Policy.load("shop").hash == policy.hash


@pytest.mark.parametrize("to", ["3", "abc", "", "-1", "1.0", "latest"])
def test_a_version_that_is_not_there_names_those_that_are(small, to):
    """Three letters of a hash are the beginning of too many."""
    small.use(text(1))
    small.use(text(2))
    with pytest.raises(RequestError, match=r"no such version of shop \(got .*; it has 1, 2\)"):
        small.prepared(to)


def test_a_hash_that_several_begin_with_is_refused(small):
    """Both are named, with their versions."""
    small.use(text(1))
    small.use(text(2, deliver=2))
    rows = [dataclasses.replace(one, hash=f"abcd{at}") for at, one in
            enumerate(small.journal.policies("shop"))]  # fmt: skip
    with pytest.raises(RequestError, match="abcd0 of version 1, abcd1 of version 2"):
        rollback.chosen(rows, "abcd", "shop")
    assert rollback.chosen(rows, "abcd1", "shop") == rows[1]


def test_what_can_not_be_planned_any_more_is_not_put_back(small):
    """A measure that is gone: it says so, and the product stays as it is."""
    small.use(text(1))
    (row,) = small.journal.policies("shop")
    gone = dataclasses.replace(row, text=row.text.replace("filters.resolution", "filters.gone"))
    before = small.file.read_text()
    with pytest.raises(PolicyError) as caught:
        rollback.prepared([gone], "shop", "1")
    assert caught.value.problems[0] == (
        "shop version 1, as it was used: it can't be used any more."
    )
    assert "filters.gone" in caught.value.problems[1]
    assert small.file.read_text() == before


def test_what_means_something_else_now_is_not_put_back(small):
    """A version of the package that reads the same text otherwise is found out."""
    small.use(text(1))
    (row,) = small.journal.policies("shop")
    other = dataclasses.replace(row, policy_hash="0" * 64)
    with pytest.raises(PolicyError, match="it means something else to this version of selector"):
        rollback.prepared([other], "shop", "1")


def test_a_path_is_written_where_it_is(small, tmp_path):
    """A product that names its file by path is re-pointed there, through a link too."""
    small.use(text(1))
    (tmp_path / "elsewhere.yml").write_text(text(2))
    (tmp_path / "link.yml").symlink_to("elsewhere.yml")
    small.back("1", "link.yml")
    assert (tmp_path / "link.yml").is_symlink()
    assert (tmp_path / "elsewhere.yml").read_text() == text(1)


def test_whoever_could_read_the_policy_still_can(small):
    """The file keeps its mode, whatever this user's own habit is."""
    small.use(text(1))
    small.use(text(2))
    small.file.chmod(0o644)
    habit = os.umask(0o077)
    try:
        small.back("1")
    finally:
        os.umask(habit)
    assert small.file.stat().st_mode & 0o777 == 0o644


def test_a_file_that_no_product_looks_for_is_not_written(small):
    """A path without the ending of a policy is a mistake."""
    small.use(text(1))
    with pytest.raises(RequestError):
        small.back("1", "elsewhere/shop")


def test_a_name_goes_into_the_working_folder_never_into_the_package(tmp_path, monkeypatch):
    """A policy of the package is shadowed by a file of one's own."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "policies").mkdir()
    assert rollback.target_of("starter") == Path("policies/starter.yaml")
    Path("policies/other.yml").write_text("")
    assert rollback.target_of("other") == Path("policies/other.yml")
    inside = tmp_path / "lib" / "site-packages" / "selector" / "policies" / "starter.yaml"
    with pytest.raises(RequestError, match="it belongs to an installed package"):
        rollback.target_of(str(inside))


def test_a_policy_that_can_not_be_read_is_known_by_its_file(small):
    """That is when one wants to go back most."""
    small.use(text(1))
    small.file.write_text(": not yaml")
    assert rollback.name_of("shop") == rollback.name_of("policies/shop.yaml") == "shop"
    assert small.back("1").now is None
    assert Policy.load("shop").version == 1


def test_a_place_that_can_not_be_written_is_told(small, tmp_path):
    """It names the file."""
    small.use(text(1))
    small.use(text(2))
    (tmp_path / "a").write_text("a file, no folder")
    with pytest.raises(RequestError, match=r"a/shop.yaml: it can't be (read|written)"):
        small.back("1", "a/shop.yaml")


def test_the_journal_keeps_what_was_done(small):
    """From what, to what, which files; and it can be written down."""
    small.use(text(1))
    small.use(text(2))
    made = small.back("1")
    small.journal.record(rollback.event(made))
    (event,) = small.journal.events("rollback", "shop")
    assert event.value == 1.0
    assert event.body["from"] == {"version": 2, "policy_hash": made.now[1]}
    assert event.body["to"]["policy_hash"] == Policy.load("shop").hash
    assert (event.body["files"], event.body["kept"]) == (["policies/shop.yaml"], [])
