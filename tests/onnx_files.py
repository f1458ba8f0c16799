"""Small classifiers in the ONNX format, written by hand: which of the colours is strongest."""

import hashlib
from pathlib import Path

import numpy as np

FLOAT, HALF, BYTES = 1, 10, 2  # element types, by the format
AXES = {"NCHW": (2, 3), "NHWC": (1, 2)}


def number(field: int, value: int) -> bytes:
    return varint(field << 3) + varint(value)


def part(field: int, content: bytes | str) -> bytes:
    content = content.encode() if isinstance(content, str) else content
    return varint(field << 3 | 2) + varint(len(content)) + content


def varint(value: int) -> bytes:
    out = b""
    while value > 127:
        out += bytes([value & 127 | 128])
        value >>= 7
    return out + bytes([value])


def port(name: str, shape: tuple[int | str, ...], kind: int = FLOAT) -> bytes:
    dims = (number(1, length) if isinstance(length, int) else part(2, length) for length in shape)
    whole = b"".join(part(1, dim) for dim in dims)
    return part(1, name) + part(2, part(1, number(1, kind) + part(2, whole)))


def node(kind: str, inputs: list[str], output: str, attributes: bytes = b"") -> bytes:
    return b"".join(part(1, one) for one in inputs) + part(2, output) + part(4, kind) + attributes


def integers(name: str, values: tuple[int, ...]) -> bytes:
    listed = b"".join(number(8, value) for value in values)
    return part(5, part(1, name) + listed + number(20, 7))


def integer(name: str, value: int) -> bytes:
    return part(5, part(1, name) + number(3, value) + number(20, 2))


def tensor(name: str, values: np.ndarray) -> bytes:
    dims = b"".join(number(1, length) for length in values.shape)
    return dims + number(2, FLOAT) + part(8, name) + part(9, values.astype("<f4").tobytes())


def classifier(
    weights: np.ndarray, *, side: int | str = "side", layout: str = "NCHW", kind: int = FLOAT
) -> bytes:
    """Return a model: the mean of each channel, times *weights* of shape (3, classes).

    Args:
        weights: What each class gets for a channel's mean.
        side: Of the input in pixels; a name for any.
        layout: "NCHW" or "NHWC".
        kind: Element type of the input; of another than FLOAT it is cast.
    """
    batch = ("n", 3, side, side) if layout == "NCHW" else ("n", side, side, 3)
    nodes = [
        node("Cast", ["picture"], "values", integer("to", FLOAT)),
        node(
            "ReduceMean",
            ["values"],
            "means",
            integers("axes", AXES[layout]) + integer("keepdims", 0),
        ),
        node("MatMul", ["means", "weights"], "classes"),
    ]
    graph = b"".join(part(1, one) for one in nodes) + part(2, "strongest colour")
    graph += part(5, tensor("weights", weights)) + part(11, port("picture", batch, kind))
    graph += part(12, port("classes", ("n", weights.shape[1])))
    return number(1, 8) + part(7, graph) + part(8, part(1, "") + number(2, 13))


def write(folder: Path, content: bytes, name: str = "model.onnx") -> dict[str, str]:
    """Write a model and return the parameters that name it."""
    path = folder / name
    path.write_bytes(content)
    return {"model": str(path), "sha256": hashlib.sha256(content).hexdigest()}
