"""Reading lettering, by any number of users in any thread or process."""

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import PIL.Image
import PIL.ImageDraw
import PIL.ImageFont
import pytest

from selector.backbones import ocr
from selector.backbones.ocr import Line, Reader
from selector.errors import MeasureError, WeightsError
from selector.images import open_image
from selector.images.srgb import Pixels


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    """The reader, with its models."""
    made = Reader(640)
    yield made
    made.close()


def page(*texts: str, size: tuple[int, int] = (320, 200), letters: int = 36) -> Pixels:
    """Return a white page with a line of black letters a text."""
    sheet = PIL.Image.new("RGB", size, "white")
    font = PIL.ImageFont.load_default(letters)
    for number, text in enumerate(texts):
        place = (letters, letters * (1 + 3 * number) // 2)
        PIL.ImageDraw.Draw(sheet).text(place, text, "black", font)
    return np.asarray(sheet)


def bounds(line: Line) -> tuple[int, int, int, int]:
    """Return the box around a line."""
    across, down = zip(*line.polygon, strict=True)
    return min(across), min(down), max(across), max(down)


def test_a_word_is_read_where_it_is(reader: Reader) -> None:
    """A clear word is read with certainty, and its polygon is around its letters."""
    (line,) = reader.read(page("COFFEE"))

    assert line.text == "COFFEE"
    assert 0.95 < line.score <= 1
    np.testing.assert_allclose(bounds(line), (36, 26, 180, 53), atol=12)


def test_lines_come_from_the_top_to_the_bottom(reader: Reader) -> None:
    """Each line is one piece."""
    said = reader.read(page("Garden of", "Summer", "Flowers", size=(400, 260)))

    assert [line.text for line in said] == ["Garden of", "Summer", "Flowers"]


def test_colours_are_not_mixed_up(reader: Reader) -> None:
    """Letters that only the eye's sense of colour tells from their ground are read."""
    ink = page("COFFEE")[..., 0] < 128
    picture = np.where(ink[..., None], (255, 0, 0), (0, 130, 0)).astype(np.uint8)

    assert [line.text for line in reader.read(picture)] == ["COFFEE"]


def test_a_line_s_reading_does_not_depend_on_the_others(reader: Reader) -> None:
    """A long line beside a short one changes nothing of what the short one says."""
    alone = page("COFFEE", size=(640, 200), letters=30)
    both = page("COFFEE", "and a line that is much longer", size=(640, 200), letters=30)

    (short,), (first, _) = reader.read(alone), reader.read(both)

    assert first.text == short.text
    assert first.score == pytest.approx(short.score, abs=0.01)


def test_chinese_is_read_in_rows_and_columns(reader: Reader, shared: Path) -> None:
    """Real Chinese lettering: printed on a scroll, and written downwards with a brush."""
    scroll = reader.read(open_image(shared / "images/lettering/ref9.jpg").rgb)
    brush = reader.read(open_image(shared / "images/lettering/ref1.jpg").rgb)

    assert [line.text for line in scroll] == ["新年快乐"]
    assert {"有容乃大", "海納百川"} <= {line.text for line in brush}


def test_two_chinese_signs_drawn_with_a_few_strokes_are_read(reader: Reader) -> None:
    """中山 is made of straight lines only, so that this needs no font."""
    sheet = PIL.Image.new("RGB", (400, 240), "white")
    pen = PIL.ImageDraw.Draw(sheet)
    pen.rectangle((70, 75, 170, 125), outline="black", width=10)
    strokes = [
        (120, 45, 120, 195), (280, 45, 280, 180), (230, 95, 230, 185),
        (330, 95, 330, 185), (230, 180, 330, 180),
    ]  # fmt: skip
    for stroke in strokes:
        pen.line(stroke, "black", width=10)

    assert [line.text for line in reader.read(np.asarray(sheet))] == ["中山"]


@pytest.mark.parametrize("shape", [(1, 1, 3), (3, 2048, 3), (2048, 3, 3), (9, 4000, 3)])
def test_odd_sizes_are_looked_at(reader: Reader, shape: tuple[int, int, int]) -> None:
    """The smallest and the longest pictures hold no lettering, and harm nothing."""
    assert reader.read(np.full(shape, 127, np.uint8)) == []


def test_a_large_picture_is_told_in_its_own_pixels() -> None:
    """What is reduced for reading is put back to where it was."""
    small = Reader(320)
    large = PIL.Image.fromarray(page("COFFEE")).resize((2560, 1600))

    (line,) = small.read(np.asarray(large))
    small.close()

    assert line.text == "COFFEE"
    np.testing.assert_allclose(bounds(line), (288, 208, 1440, 424), atol=96)


def test_threads_read_their_own_pages(reader: Reader) -> None:
    """Threads that read different pages at once each get their own page's words."""
    pages = [page("COFFEE"), page("Garden")]
    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(reader.read, pages * 3))

    assert [lines[0].text for lines in said] == ["COFFEE", "Garden"] * 3


def test_users_share_the_models(reader: Reader) -> None:
    """A second user loads nothing, and its leaving takes nothing from the first."""
    loaded = ocr._engines.loaded()
    other = Reader(640)
    other.close()
    other.close()

    assert ocr._engines.loaded() == loaded
    assert len(reader.read(page("COFFEE"))) == 1
    with pytest.raises(MeasureError, match="closed"):
        other.read(page("COFFEE"))


def test_it_is_silent_offline_and_survives_a_fork() -> None:
    """Nothing is said, no address is looked up, no log is set up; a forked child reads the same."""
    code = """
import logging, os, signal, sys, warnings
import numpy as np, PIL.Image, PIL.ImageDraw, PIL.ImageFont
def no_network(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo"):
        os._exit(3)
sys.addaudithook(no_network)
from selector.backbones.ocr import Reader
sheet = PIL.Image.new("RGB", (320, 120), "white")
font = PIL.ImageFont.load_default(36)
PIL.ImageDraw.Draw(sheet).text((36, 36), "COFFEE", "black", font)
reader = Reader(640)
here = reader.read(np.asarray(sheet))
assert [line.text for line in here] == ["COFFEE"]
assert logging.getLogger().handlers == []
warnings.simplefilter("ignore")  # newer Pythons warn of fork in a process with threads
child = os.fork()
if child == 0:
    signal.alarm(60)
    sys.exit(0 if reader.read(np.asarray(sheet)) == here else 1)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_missing_or_another_model_says_what_brings_it(tmp_path: Path) -> None:
    """No model is downloaded unasked, and none that gives other numbers is used."""
    path = tmp_path / "PP-OCRv6_det_small.onnx"
    with pytest.raises(WeightsError, match=r"missing.*PP-OCRv6_det_small.*install.*rapidocr"):
        ocr._checked(path)
    path.write_bytes(b"another")
    with pytest.raises(WeightsError, match=r"not the one that was measured.*rapidocr==3\.10\.0"):
        ocr._checked(path)
