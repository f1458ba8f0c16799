"""Where a policy is looked for, and what is said when it is not there."""

from pathlib import Path

import pytest

from selector.errors import PolicyError
from selector.policy import find
from selector.policy.policy import Policy

TEXT = "name: {}\nversion: 1\nmethod: {{weighted_sum: [{{of: filters.blank.structure}}]}}\n"


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty working folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def put(path: Path, name: str) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(TEXT.format(name))
    return path


def refusal(given) -> str:
    with pytest.raises(PolicyError) as caught:
        Policy.load(given)
    (said,) = caught.value.problems
    return said


@pytest.mark.parametrize("file", ["mine.yaml", "mine.yml"])
def test_a_name_is_found_in_the_working_folder_first(here, file):
    """./policies goes before what comes with the package."""
    put(here / "policies" / file, "mine")
    put(here / "policies" / "starter.yaml", "ours")
    assert Policy.load("mine").name == "mine"
    assert Policy.load("starter").name == "ours"
    assert "mine" in find.names()


def test_a_path_is_that_file(here):
    """A suffix or a folder makes a path, as text or as a Path."""
    put(here / "mine.yaml", "mine")
    put(here / "sub" / "plain", "plain")
    for given in ("mine.yaml", "./mine.yaml", Path("mine.yaml"), here / "mine.yaml"):
        assert Policy.load(given).name == "mine"
    assert Policy.load("sub/plain").name == "plain"
    assert Policy.load("./sub/../sub/plain").name == "plain"


def test_a_name_may_have_dots(here):
    """Only .yaml and .yml are suffixes."""
    put(here / "policies" / "v1.2.yaml", "dotted")
    assert Policy.load("v1.2").name == "dotted"


def test_a_name_never_leaves_the_folders(here):
    """What has a separator or dots for a folder is a path and no name."""
    put(here / "secret.yaml", "secret")
    (here / "policies").mkdir()
    assert refusal("../secret").startswith("../secret: no such file.")
    assert refusal("policies/../secret").startswith("policies/../secret: no such file.")
    assert refusal("..").startswith("..: can't be read (Is a directory).")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("startr", "startr: no policy of this name in ./policies or the package; did you mean 'starter'?"),
        ("startr.yaml", "startr.yaml: no such file. Give the path of a policy, or a name; did you mean 'starter'?"),
        ("./starter", "./starter: no such file. Give the path of a policy, or a name; did you mean 'starter'?"),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("here")
def test_what_is_not_there_names_what_comes_nearest(given, said):
    """A wrong name or path says which one may be meant."""
    assert refusal(given) == said


@pytest.mark.parametrize("given", ["", "a" * 5000, "a" * 5000 + ".yaml", "a\0b", "a\0b.yaml",
                                   "\ud800"])  # fmt: skip
@pytest.mark.usefixtures("here")
def test_a_name_that_no_file_can_have_is_refused_like_any(given):
    """Empty, too long, or with characters that the system forbids: a PolicyError."""
    assert "no policy of this name" in refusal(given) or "no such file" in refusal(given)


def test_a_folder_is_no_policy(here):
    """A folder says that it is one."""
    (here / "folder.yaml").mkdir()
    said = "folder.yaml: can't be read (Is a directory). Give a readable file."
    assert refusal("folder.yaml") == said
    assert refusal(here) == f"{here}: can't be read (Is a directory). Give a readable file."


def test_a_file_that_can_not_be_read_says_why(here):
    """What the system says is told; shown on a link that leads to itself."""
    (here / "loop.yaml").symlink_to("loop.yaml")
    assert refusal("loop.yaml").startswith("loop.yaml: no such file.")
    with pytest.raises(PolicyError, match=r"^loop\.yaml: can't be read \(Too many levels"):
        find.read(Path("loop.yaml"))


def test_a_large_file_is_not_read_whole(here):
    """Of a file of any size no more is read than tells that it is too large."""
    with (here / "large.yaml").open("wb") as file:
        file.truncate(2**23)
    assert len(find.read(here / "large.yaml")) == find.MAX_BYTES + 1
    assert refusal("large.yaml") == "large.yaml: too large for a policy. Keep it under 1 MiB."
