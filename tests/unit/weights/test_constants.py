"""Texts out of Python files: whole, right, and without running a line."""

import hashlib
from pathlib import Path

import pytest

from selector.errors import WeightsError
from selector.weights.constants import LARGEST, constant
from selector.weights.entry import Constant, Entry, File
from selector.weights.fetch import cached, location, obtain

from .conftest import Server, lying, ranged, sends

PROGRAM = """
import nothing_of_this_name
from somewhere import Client

problem = (
    "Look at the picture. "
    'Say "yes" or "no" of this:\\n'
    f"[{caption}]"
)
OTHER = '''{not a field}
'''
raise SystemExit("it was run")
"""
ASKED = 'Look at the picture. Say "yes" or "no" of this:\n[{P}]'


def entry(*sources: Constant, **files: str) -> Entry:
    """Return an entry of texts that are known in advance."""
    known = tuple(
        File(f"{name}.txt", len(text.encode()), hashlib.sha256(text.encode()).hexdigest())
        for name, text in files.items()
    )
    return Entry("wording/toy", known, sources, "text", "CC0-1.0", commercial=True)


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("x = 'a'", "a"),
        ("x: str = 'a'", "a"),
        ("x = ('a'\n 'b')", "ab"),
        ("x = 'a' + ('b' + f'{c}') + 'd'", "ab{P}d"),
        ("x = f'{{a}} {b} {c}'", "{a} {P} {P}"),
        ("x = '''\n{a}\n'''", "\n{a}\n"),
        ("x = [{'type': 'image'}, {'text': 'the long one', 'n': 3}]", "the long one"),
        ("x = [picture, f'see {it}' + '!']", "see {P}!"),
        ("x = ''\nx = 'later'", "later"),
        ("x = make('inside a call')", "inside a call"),
        ("y = 'the longer one'\nx = 'é'", "é"),
    ],
)
def test_a_text_is_taken_as_it_is_written(written: str, text: str) -> None:
    """Put together from its pieces, with a field where something was put in."""
    assert constant(written.encode(), "x") == text


@pytest.mark.parametrize(
    "written",
    [
        "",
        "y = 'a'",
        "x = ''",
        "x = 3",
        "x = b'bytes'",
        "def f():\n    x = 'of the function'",
        "class C:\n    x = 'of the class'",
        "x: str",
        "x.y = 'a'",
        "x, y = 'a', 'b'",
    ],
)
def test_what_assigns_no_text_holds_none(written: str) -> None:
    """A name inside a function or a class is another one."""
    with pytest.raises(WeightsError, match="no text is assigned to x there"):
        constant(written.encode(), "x")


@pytest.mark.parametrize(
    "content",
    [
        b"<!DOCTYPE html><html>not found</html>",
        b"x = 'a'\0",
        b"# coding: latin-1\nx = '\xe9'",
        b"x = 'a",
        b"x = " + b"(" * 100_000,
        b"x = " + b"-" * 100_000 + b"1",
        b"x = " + b"'a'+" * 20_000 + b"'a'",
        b"x = " + b"lambda:" * 20_000 + b"1",
    ],
    ids=["html", "null", "latin-1", "open", "brackets", "minus", "plus", "lambda"],
)
def test_a_file_that_is_none_is_an_error(content: bytes) -> None:
    """However it is made: nested without end, in another encoding, a page of a web server."""
    with pytest.raises(WeightsError, match="no Python file"):
        constant(content, "x")


def test_a_text_comes_and_nothing_else_of_the_file(cache: Path, server: Server) -> None:
    """What lies in the cache folder is the text; the file around it is neither kept nor run."""
    source = Constant(server.page("/p.py", PROGRAM.encode()).address, (("asked.txt", "problem"),))
    asked = entry(source, asked=ASKED)
    assert obtain(asked).read_text() == ASKED
    assert lying(cache) == ["asked.txt", "weights.lock.json"]

    server.pages.clear()  # and it is not asked for again
    assert obtain(asked) == location(asked)


@pytest.mark.usefixtures("cache")
def test_several_texts_of_one_file_lie_in_a_folder(server: Server) -> None:
    """Each under its own name, which need not be that of its constant."""
    address = server.page("/p.py", ranged(PROGRAM.encode())).address
    names = (("asked.txt", "problem"), ("more.txt", "OTHER"))
    several = entry(Constant(address, names), asked=ASKED, more="{not a field}\n")
    folder = obtain(several)
    assert folder.name == "toy"
    assert sorted(one.name for one in folder.iterdir()) == ["asked.txt", "more.txt"]
    assert (folder / "more.txt").read_text() == "{not a field}\n"
    assert cached(several)


@pytest.mark.usefixtures("cache")
def test_another_text_is_refused_and_the_next_source_asked(server: Server) -> None:
    """Its checksum is known in advance: a later commit, or a page in its place, is not taken."""
    names = (("asked.txt", "problem"),)
    pages = {
        "/gone.py": b"<html>404</html>",
        "/later.py": PROGRAM.replace("Look at", "See it,").encode(),
        "/short.py": sends(PROGRAM.encode()[:-4], announced=len(PROGRAM)),
        "/huge.py": b"#" * (LARGEST + 1),
        "/half.py": b"problem = '\\ud800'",
    }
    wrong = [Constant(server.page(path, page).address, names) for path, page in pages.items()]
    with pytest.raises(WeightsError) as caught:
        obtain(entry(*wrong, asked=ASKED))
    said = str(caught.value)
    for reason in (
        "no Python file",
        "wrong content",
        "cut off",
        "more than 131072",
        "half a char",
    ):
        assert reason in said
    assert (
        f"Put the text of the constant `problem` of {server.address}/gone.py ({{P}} for what it puts in) at"
        in said
    )

    right = Constant(server.page("/right.py", PROGRAM.encode()).address, names)
    assert obtain(entry(*wrong, right, asked=ASKED)).read_text() == ASKED


@pytest.mark.usefixtures("cache")
def test_offline_nobody_is_asked(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """A text needs a network as a model does."""
    monkeypatch.setenv("SELECTOR_OFFLINE", "1")
    address = server.page("/p.py", PROGRAM.encode()).address
    with pytest.raises(WeightsError, match="SELECTOR_OFFLINE is set") as caught:
        obtain(entry(Constant(address, (("asked.txt", "problem"),)), asked=ASKED))
    assert "Put the text of the constant `problem` of http" in str(caught.value)
    assert server.asked == []
