"""Small pictures enlarged by whole numbers, so that their pixels stay equal squares."""

from __future__ import annotations

from collections.abc import Iterable

from selector.report.pictures import Missing, Picture
from selector.report.shapes import Size

# Where the frame has no room for all its pixels, a picture is shrunk to fit like any other.
RULE = """
@container frame (width >= {wide}px) and (height >= {high}px) {{
  .{name} {{
    position: relative;
    inline-size: {wide}px;
    inline-size: round(down, min(100cqw, 100cqh * {wide} / {high}), {wide}px);
    block-size: auto;
    aspect-ratio: {wide} / {high};
    image-rendering: pixelated;
  }}
}}
"""  # the second inline-size is for all browsers since 2024, the first for older ones


def fit(picture: Picture) -> str:
    """Return the class of a picture that is enlarged by whole numbers; "" of any other."""
    return _name(picture.size) if picture.exact else ""


def rules(previews: Iterable[Picture | Missing]) -> str:
    """Return the style of all classes that *previews* have, each once."""
    exact = (one for one in previews if isinstance(one, Picture) and one.exact)
    return "".join(
        RULE.format(name=_name(size), wide=size[0], high=size[1])
        for size in sorted({one.size for one in exact})
    )


def _name(size: Size) -> str:
    return f"of-{size[0]}x{size[1]}"
