"""Where in a picture something was found: boxes around the largest parts of a mask."""

import numpy as np
import numpy.typing as npt
from pydantic import JsonValue

TOUCHING = np.ones((3, 3), dtype=bool)  # corners touch too
MOST = 8
SPECK = 0.001  # of the picture; less is not worth a box


def boxes_of(
    mask: npt.NDArray[np.bool_], size: tuple[int, int], *, label: str, most: int = MOST
) -> JsonValue:
    """Return the evidence of a mask: one box around each connected part, the largest part first.

    Args:
        mask: Shape (h, w), of the whole picture at any smaller size.
        size: Width and height of the original, in whose pixels the boxes are.
        label: What is in them.
        most: How many; parts under a thousandth of the picture are left out too.

    Returns:
        {"boxes": [{"box", "label", "share"}]}; `share` is how much of the picture the part covers.
        None if there is nothing to show.
    """
    from scipy import ndimage

    parts, _ = ndimage.label(mask, structure=TOUCHING)
    shares = np.bincount(parts.ravel())[1:] / mask.size
    largest = [part for part in np.argsort(-shares, kind="stable")[:most] if shares[part] >= SPECK]
    around = ndimage.find_objects(parts)
    down, across = size[1] / mask.shape[0], size[0] / mask.shape[1]
    boxes: list[JsonValue] = []
    for part in largest:
        rows, columns = around[part]
        box = (columns.start * across, rows.start * down, columns.stop * across, rows.stop * down)
        share = round(float(shares[part]), 4)
        boxes.append({"box": [round(end) for end in box], "label": label, "share": share})
    return {"boxes": boxes} if boxes else None
