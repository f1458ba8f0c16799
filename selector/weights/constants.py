"""A text that stands as a constant in somebody's Python file: read out of it, never executed."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from selector.errors import WeightsError
from selector.weights import web
from selector.weights.coming import Coming, CutOffError
from selector.weights.entry import Constant

# Bytes; a module of prompts has ten thousand. Python reads a text with many fields in the square of
# its length: this long takes two seconds.
LARGEST = 1 << 17
TOTAL_S = 10.0
FIELD = "{P}"  # stands for whatever an f-string would put there


def opened(source: Constant, name: str) -> Coming:
    """Return the text that is the file *name*, out of a Python file that a server hands out.

    Raises:
        WeightsError: The server is unreachable or too slow, what it sends is no Python file, is
            larger than 128 KB, or holds no such text.
    """
    text = constant(_downloaded(source.address), source.name(name))
    try:
        content = text.encode()
    except UnicodeEncodeError:  # half a character, written as an escape
        raise WeightsError("a text of it holds half a character") from None
    return Coming(0, len(content), "", iter((content,)))


def constant(content: bytes, name: str) -> str:
    """Return the text that a Python file assigns to *name*, the longest where it assigns several.

    It may be put together with `+`; what an f-string puts in becomes `{P}`. Of a list or a
    dictionary it is the longest text inside.

    Args:
        content: The Python file, in UTF-8.
        name: A name of the file itself, not one inside a function or a class.

    Raises:
        WeightsError: It is no such file, or holds no such text.
    """
    try:
        found = [
            text for value in _assigned(ast.parse(content.decode()), name) for text in _texts(value)
        ]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise WeightsError("what came is no Python file in UTF-8") from None
    if not any(found):
        raise WeightsError(f"no text is assigned to {name} there")
    return max(found, key=len)


def _downloaded(address: str) -> bytes:
    coming = web.opened(address, total_s=TOTAL_S)
    content = b""
    for block in coming.blocks:
        content += block
        if len(content) > LARGEST:
            raise WeightsError(
                f"larger than a file of texts may be (got more than {LARGEST} bytes)"
            )
    if coming.total is not None and len(content) < coming.total:
        raise CutOffError(f"cut off (got {len(content)} of {coming.total} bytes)")
    return content


def _assigned(tree: ast.Module, name: str) -> Iterator[ast.expr]:
    for statement in tree.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=found)], value=value) if found == name:
                yield value
            case ast.AnnAssign(target=ast.Name(id=found), value=ast.expr() as value) if (
                found == name
            ):
                yield value


def _texts(node: ast.AST) -> Iterator[str]:
    """Give the texts of an expression, each as a whole."""
    pieces = _pieces(node)
    if pieces is not None:
        yield "".join(pieces)
        return
    for child in ast.iter_child_nodes(node):
        yield from _texts(child)


def _pieces(node: ast.AST) -> list[str] | None:
    """Return what a text is put together from; None for what is no text."""
    match node:
        case ast.Constant(value=str() as text):
            return [text]
        case ast.FormattedValue(value=ast.Name(), conversion=-1, format_spec=None):
            return [FIELD]
        case ast.JoinedStr(values=parts):
            return _joined(parts)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _joined([left, right])
    return None


def _joined(parts: list[ast.expr]) -> list[str] | None:
    joined: list[str] = []
    for part in parts:
        pieces = _pieces(part)
        if pieces is None:
            return None
        joined += pieces
    return joined
