"""How the names of image files end, where a folder or an archive holds other things too."""

from __future__ import annotations

SUFFIXES = frozenset(
    (
        ".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".webp", ".avif", ".gif", ".bmp", ".dib",
        ".tif", ".tiff",
    )
)  # fmt: skip
