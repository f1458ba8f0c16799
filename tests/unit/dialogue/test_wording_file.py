"""A file of the user's own words: taken as it is, or told what is wrong with it."""

import hashlib
from pathlib import Path

import pytest
import yaml

from selector.dialogue import wording_file
from selector.dialogue.wording import wording
from selector.errors import WeightsError


def given_file(path: Path, text: str | bytes) -> tuple[Path, str]:
    """Write a file of the user's; return it as a measure hands it on."""
    content = text.encode() if isinstance(text, str) else text
    path.write_bytes(content)
    return path, hashlib.sha256(content).hexdigest()


def test_a_text_of_one_s_own_is_taken_as_it_is(tmp_path: Path) -> None:
    """With its own name in what it is told by: the checksum of the file."""
    text = "\ufeffIs it {prompt}?\r\n> {prompt}\n{not this} { 'score': [1] }"
    path, sha256 = given_file(tmp_path / "mine.txt", text)
    found = wording("unified_reward", file=(path, sha256))
    assert (found.origin, found.sha256) == ("yours", sha256)
    expected = "Is it a fox\nin snow?\r\n> a fox\n> in snow\n{not this} { 'score': [1] }"
    assert found.render(prompt="a fox\nin snow") == expected


def test_our_own_files_are_such_as_a_user_may_write(tmp_path: Path) -> None:
    """Who copies one and changes a word has a wording."""
    for path in wording_file.OWN.iterdir():
        mine = given_file(tmp_path / path.name, path.read_bytes())
        found = wording(path.stem, file=mine)
        assert found.parts == wording(path.stem, template="own").parts


HPSV3 = "instruction: 'Rate {prompt}.'\nsuffix: 'Here: <|Reward|>'\n"


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("unified_reward", "Is it good?", r"no \{prompt\}"),
        ("unified_reward", "{prompt} {caption}", r"\{caption\}, which is not known"),
        ("unified_reward_edit_quality", "Is {prompt} good?", r"\{prompt\}, which is not known"),
        ("hpsv3", HPSV3.replace("suffix", "ending"), "no part 'suffix'; a part 'ending' that is"),
        ("hpsv3", HPSV3.replace("<|Reward|>", ""), r"no <\|Reward\|> in 'suffix'"),
        ("hpsv3", HPSV3.replace("{prompt}", "it"), r"no \{prompt\} in 'instruction'"),
        ("hpsv3", HPSV3.replace(": <", ": <|Reward|><"), r"<\|Reward\|> in 'suffix' more than"),
        ("hpsv3", HPSV3.replace("'Here: <|Reward|>'", "[a, b]"), "no YAML with a text for each"),
        ("hpsv3", "Rate {prompt}. <|Reward|>", "no YAML with a text for each part"),
        ("hpsv3", f"{HPSV3}suffix: 'Or here: <|Reward|>'", "stands there twice .got 'suffix'"),
        ("hpsv3", "[" * 20_000, "no YAML with a text for each part"),
        ("hpsv3", "instruction: !!python/name:os.system", "no YAML with a text for each part"),
        ("hpsv3", "a: 2001-99-99", "no YAML with a text for each part"),
        ("unified_reward", b"\xff\xfe{prompt}", "no text in UTF-8"),
        ("unified_reward", "{prompt}" + " " * wording_file.LARGEST, "too large for a wording"),
    ],
)
def test_a_file_that_is_no_such_wording_says_why(
    tmp_path: Path, name: str, text: str | bytes, said: str
) -> None:
    """Which part or field is missing, or is not known."""
    mine = given_file(tmp_path / "mine.txt", text)
    with pytest.raises(WeightsError, match=said):
        wording(name, file=mine)


def test_what_is_wrong_is_told_in_the_order_of_our_own_file(tmp_path: Path) -> None:
    """The same message each time, so that it can be compared and looked for."""
    parts = wording("qwen_image_bench", template="own").parts
    spoilt = {name: f"{text} {{x}}" for name, text in parts.items()}
    mine = given_file(tmp_path / "mine.yaml", yaml.safe_dump(spoilt))
    with pytest.raises(WeightsError) as caught:
        wording("qwen_image_bench", file=mine)
    told = str(caught.value)
    places = [told.index(f"{{x}} in {name!r}") for name in parts]
    assert places == sorted(places)


def test_a_file_that_is_not_there_or_another_is_an_error(tmp_path: Path) -> None:
    """A question is never asked in words that nobody wrote down."""
    path, sha256 = given_file(tmp_path / "mine.txt", "Is it {prompt}?")
    for where, expected in (
        (tmp_path / "none", "can't be read"),
        (tmp_path, "a folder.. Name the file itself"),
    ):
        with pytest.raises(WeightsError, match=expected):
            wording("unified_reward", file=(where, sha256))
    path.write_text("Is this {prompt}?")
    with pytest.raises(WeightsError, match="another file than it should be"):
        wording("unified_reward", file=(path, sha256))
