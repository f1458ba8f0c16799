"""A hand modelled of balls and rods in soft light, which every model takes for a hand."""

from itertools import pairwise

import cv2
import numpy as np
import PIL.Image

from selector.images.srgb import Pixels

Ball = tuple[float, float, float]

# From the wrist's middle in palm lengths: across, up, and how thick. Each line is one rod.
FINGERS: tuple[tuple[Ball, ...], ...] = (
    ((-0.12, 0.12, 0.22), (-0.38, 0.38, 0.16), (-0.58, 0.62, 0.13), (-0.72, 0.82, 0.105)),
    ((-0.26, 0.95, 0.15), (-0.32, 1.38, 0.12), (-0.35, 1.64, 0.105), (-0.37, 1.86, 0.09)),
    ((-0.02, 1.0, 0.15), (-0.03, 1.48, 0.125), (-0.03, 1.78, 0.11), (-0.03, 2.02, 0.09)),
    ((0.2, 0.95, 0.14), (0.25, 1.38, 0.12), (0.28, 1.65, 0.105), (0.3, 1.87, 0.085)),
    ((0.4, 0.86, 0.13), (0.5, 1.16, 0.1), (0.55, 1.36, 0.09), (0.6, 1.54, 0.075)),
)
PALM = tuple(((finger[0][0] * 0.4, 0.08, 0.2), finger[0]) for finger in FINGERS[1:])
ARM: tuple[Ball, ...] = ((0, 0, 0.26), (0, -1.6, 0.3))
LIGHT = (-0.4, -0.5, 0.77)
SKIN, WALL = (224, 172, 140), (70, 90, 110)


def hand(size: int = 512, palm: float = 120, skin: tuple[int, int, int] = SKIN) -> Pixels:
    """Return an open hand, upright, fingers spread a little, shape (size, size, 3).

    Args:
        size: Of the picture, in pixels.
        palm: The palm's length in pixels; the whole hand is about two of them long.
        skin: Its colour where the light falls on it.
    """
    across, down = np.meshgrid(np.arange(size, dtype=np.float32), np.arange(size))
    x, y = (across - size / 2) / palm, (size * 0.72 - down) / palm
    rods = (*FINGERS, *PALM, ARM)
    relief = np.max([_ball_along(x, y, *ends) for rod in rods for ends in pairwise(rod)], axis=0)
    slope_y, slope_x = np.gradient(cv2.GaussianBlur(relief * palm, (0, 0), palm * 0.02))
    facing = np.dstack([-slope_x, -slope_y, np.ones_like(slope_x)])
    facing /= np.linalg.norm(facing, axis=2, keepdims=True)
    lit = 0.45 + 0.6 * np.clip(facing @ np.array(LIGHT), 0, 1)[..., np.newaxis]
    share = cv2.GaussianBlur((relief > 0).astype(np.float32), (0, 0), 1)[..., np.newaxis]
    picture = np.array(skin) * lit * share + np.array(WALL) * (1 - share)
    grain = np.random.default_rng(0).normal(0, 2, picture.shape)
    return np.clip(picture + grain, 0, 255).astype(np.uint8)


def row(*pictures: Pixels | PIL.Image.Image) -> Pixels:
    """Return pictures of one height beside each other."""
    return np.hstack([np.asarray(each) for each in pictures])


def _ball_along(x: np.ndarray, y: np.ndarray, first: Ball, last: Ball) -> np.ndarray:
    """Return how high a ball stands at each place that rolls from one place to another."""
    across, up = last[0] - first[0], last[1] - first[1]
    along = ((x - first[0]) * across + (y - first[1]) * up) / (across**2 + up**2)
    along = np.clip(along, 0, 1)
    thick = first[2] + (last[2] - first[2]) * along
    off = (x - first[0] - across * along) ** 2 + (y - first[1] - up * along) ** 2
    return np.sqrt(np.maximum(thick**2 - off, 0))
