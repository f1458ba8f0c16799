"""What tells one content from another: a checksum, or a commit."""

import pytest

from selector.weights.entry import Entry, File, Hub, Url

COMMIT = "0123456789abcdef0123456789abcdef01234567"
SUM = "ab" * 32


def entry(*files: File, source: Hub | Url = Hub("a/b", COMMIT)) -> Entry:  # noqa: B008 - frozen
    return Entry("toy", files, (source,), "bytes", "MIT", commercial=True)


def test_a_checksum_tells_content_and_a_commit_does_where_none_is_known() -> None:
    """The commit with the file's path in the repository, which may have another name there."""
    assert entry(File("x", 3, SUM)).identity == SUM
    assert entry(File("x")).identity == f"hub:a/b@{COMMIT}/x"
    renamed = entry(File("x"), source=Hub("a/b", COMMIT, "model.bin"))
    assert renamed.identity == f"hub:a/b@{COMMIT}/model.bin"
    assert renamed.revision == COMMIT


def test_of_several_files_each_counts() -> None:
    """Another content of any of them is another model; so is another file."""
    both = [File("a", 1, SUM), File("b")]
    others = [[File("a", 1, "cd" * 32), both[1]], [both[0], File("c")], both[::-1]]
    identities = {entry(*files).identity for files in (both, *others)}
    assert len(identities) == 4


def test_what_nothing_holds_is_no_model() -> None:
    """An address whose content may change any day needs a checksum."""
    with pytest.raises(ValueError, match="neither a checksum nor a commit holds x"):
        _ = entry(File("x"), source=Url("https://example.org/x")).identity


def test_sizes_add_up_exactly_or_roughly() -> None:
    """A size that is known wins over what it is about."""
    assert entry(File("a", 5, SUM, about=7), File("b", about=100)).size == 105
    assert entry(File("a", 5, SUM), source=Url("https://example.org/x")).revision == ""


def test_the_address_at_the_hub_is_that_of_the_commit() -> None:
    """A person finds the very file there."""
    at = Hub("a/b", COMMIT, "folder/")
    assert at.address("x.bin") == f"https://huggingface.co/a/b/resolve/{COMMIT}/folder/x.bin"
