"""The colour of skin: whether it can be one under white light, and where it is another's."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from selector.images.srgb import Pixels
from selector.signs.face_chip import Mask

Colours = npt.NDArray[np.float64]

# Where the skin of people of all groups lies once lighter one is brought to L* 50: means and two
# standard deviations of forehead and cheek in Xiao et al. 2017 (Caucasian, Chinese, Kurdish,
# Thai) and de Rigal et al. 2010 (African-American, Mexican) span hues of 27 to 75 degrees and
# chromas of 9 to 28; the ten swatches of the Monk skin tone scale, 49 to 89 and 3 to 27.
HUES = (30.0, 90.0)  # degrees of CIELAB h_ab
CHROMAS = (3.0, 32.0)  # of CIELAB C*_ab at L* 50 or less
LIGHTNESS = 50.0
# A change of exposure multiplies L* + 16, a* and b* alike, so their ratios are kept by it.
FOOT = 16.0
OTHER = 18.0  # colour difference, likewise, above which it is not the same skin
SHADE = 0.5  # a face has light and shadow: what lightness counts beside colour
GREY = 8  # of 255; up to here colours differ in a grey or toned picture that was compressed
LEVELS = 64  # of lightness; in a toned picture each has one colour


def lab(pixels: Pixels) -> Colours:
    """Return CIELAB colours, D65, shape (H, W, 3), of sRGB pixels of that shape."""
    from skimage.color import rgb2lab

    return np.asarray(rgb2lab(pixels), np.float64)


def unnatural(colour: Colours) -> float:
    """Return how far a skin's colour lies outside the range of human skin; 0 inside.

    The range is one for all: what is lighter is brought to L* 50, as if there were less light,
    and then dark and light skin hardly differ.

    Args:
        colour: L*, a*, b* of the skin, shape (3,).

    Returns:
        The distance in the a*b* plane, at L* 50 or less.

    Source: K. Xiao et al., "Characterising the variations in ethnic skin colours: a new
    calibrated data base for human skin", Skin Research and Technology 23, 2017; J. de Rigal
    et al., "The effect of age on skin color and color heterogeneity in four ethnic groups",
    Skin Research and Technology 16, 2010; E. Monk, "The Monk Skin Tone Scale", 2023.
    """
    across = colour[1:] * _dimmed(float(colour[0]))
    chroma = float(np.hypot(*across))
    hue = float(np.degrees(np.arctan2(across[1], across[0])))
    if HUES[0] <= hue <= HUES[1]:
        return max(0.0, CHROMAS[0] - chroma, chroma - CHROMAS[1])
    return min(_from_edge(across, edge) for edge in HUES)


def other_share(colours: Colours, skin: Mask) -> float:
    """Return the share of *skin* whose colour is not the skin's own, in [0, 1].

    Args:
        colours: CIELAB of a face, shape (H, W, 3).
        skin: Which of its pixels are where skin should be, shape (H, W).
    """
    seen = colours[skin]
    own = np.median(seen, axis=0)
    apart = (seen - own) * _dimmed(float(own[0])) * (SHADE, 1, 1)
    return float((np.linalg.norm(apart, axis=1) > OTHER).mean())


def has_colour(pixels: Pixels) -> bool:
    """Return whether a picture, shape (H, W, 3), is more than shades of one colour.

    Pixels of one lightness have one colour in a grey or toned picture, and several in others.
    """
    channels = pixels.reshape(-1, 3).astype(np.int16)
    level = channels.sum(axis=1) * LEVELS // (3 * 256)
    hues = channels[:, ::2] - channels[:, 1:2]
    many = np.maximum(np.bincount(level, minlength=LEVELS), 1)
    tone = np.stack([np.bincount(level, hue, LEVELS) / many for hue in hues.T], axis=1)
    apart = np.abs(hues - tone[level]).max(axis=1)
    return bool(np.percentile(apart, 99) > GREY)


def _dimmed(lightness: float) -> float:
    # Darker skin is left as it is: pictures show shades more saturated than the exposure alone
    # would, and that must not count against dark skin.
    return min(1.0, (LIGHTNESS + FOOT) / (lightness + FOOT))


def _from_edge(across: Colours, hue: float) -> float:
    """Return the distance from the side of the range at *hue*, in degrees."""
    along = np.array([np.cos(np.radians(hue)), np.sin(np.radians(hue))])
    nearest = np.clip(across @ along, *CHROMAS) * along
    return float(np.linalg.norm(across - nearest))
