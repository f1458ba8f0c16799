"""Boxes around the parts of a mask, in the pixels of the original."""

import json

import numpy as np

from selector.images.regions import boxes_of


def test_a_part_is_boxed_in_the_original_s_pixels():
    """A mask a quarter as wide and a third as high as the picture: its box is scaled back."""
    mask = np.zeros((10, 20), dtype=bool)
    mask[2:4, 5:10] = True
    found = boxes_of(mask, (80, 30), label="burnt out")
    box = {"box": [20, 6, 40, 12], "label": "burnt out", "share": 0.05}
    assert found == {"boxes": [box]}


def test_the_largest_come_first_and_the_rest_is_left_out():
    """Of three parts the two largest are kept, in this order; corners that touch are one part."""
    mask = np.zeros((10, 10), dtype=bool)
    mask[0, 0] = True
    mask[9, 4:10] = True
    mask[4, 4] = mask[5, 5] = mask[6, 6] = True
    found = boxes_of(mask, (10, 10), label="part", most=2)
    assert [one["box"] for one in found["boxes"]] == [[4, 9, 10, 10], [4, 4, 7, 7]]


def test_nothing_is_no_evidence():
    """An empty mask has none, rather than an empty list."""
    assert boxes_of(np.zeros((3, 3), dtype=bool), (9, 9), label="part") is None


def test_hundreds_of_parts_stay_small():
    """Of a mask full of parts only so many are told that evidence fits into its 16 KB."""
    parts = np.kron(np.indices((16, 16)).sum(axis=0) % 2, np.pad(np.ones((14, 14)), 1)) > 0
    found = boxes_of(parts, (20_000, 20_000), label="parts")
    assert len(found["boxes"]) == 8
    assert len(json.dumps(found)) < 1000


def test_specks_are_not_worth_a_box():
    """Parts under a thousandth of the picture are left out, however many there are."""
    specks = np.zeros((256, 256), dtype=bool)
    specks[::3, ::3] = True
    assert boxes_of(specks, (256, 256), label="specks") is None
