"""Lettering: whether it says what the prompt asks for, and what else is written."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field, JsonValue, PrivateAttr

from selector.backbones.dictionary import Language
from selector.backbones.ocr import MOST, Line, Reader
from selector.errors import MeasureError
from selector.foreign import shortened
from selector.images import Image
from selector.measures.base import Measure, Subject
from selector.signs.asked_words import asked
from selector.signs.spelled import letters, readability
from selector.signs.watermarks import is_mark, tiled
from selector.signs.words import Word, doubt_of, is_wanted, words_of
from selector.types import EITHER_TEXT, Cost, Kind, Measured, NotApplicable, Output, Score


def _with_letters(text: str) -> str:
    if not letters(text):
        raise ValueError(
            f"a text to be compared has no letter and no digit (got {text!r}). Leave it out."
        )
    return text


Text = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_with_letters)]

SHOWN = 24  # lines, and
SHOWN_TEXTS = 8
LABEL = 40  # characters, so that evidence stays under 16 KB in any script
# Rims, wheels and twigs are taken for one or two letters in a large square; writing is either
# read, or long and slim.
READ = 1.7  # letters · score
LONG = 2.5  # long over short side of a line
SLIM = 0.2  # of the picture's long side


class Lettering(Measure):
    """Whether the words that the prompt asks for can be read, and what else is written.

    Unit: `count` lines, 64 at most; `match`, 1 − edits / letters of the text asked for that is
        read worst, in [0, 1], higher is better, whatever the case, spaces, punctuation, accents
        and line breaks; `garbled`, how unsure the reading is over all letters, in [0, 1], fourfold
        for words in no dictionary; `unknown`, share of letters that are in such words; `unwanted`,
        share of the picture under lettering that mostly is in no text asked for; `watermark`
        lines that name a stock agency or an owner, unless the prompt asks for that name, or are
        all over the picture; of these, lower is better.
    Needs: the prompt, or the instruction of an edit: its words in quotes, or after "a sign that
        says" and the like, are asked for, unless it refuses them. `words` asks for more, `allowed`
        is not unwanted, `languages` are those of the dictionaries (Latin script), `side` is the
        size at which it is looked for.
    Evidence: a polygon a line with what was read, its score and doubt; what was asked and read.
    Blind to: clear letters in a wrong order, unless the prompt asks for the right one: `garbled`
        hardly sees them (AUC 0.77), `unknown` does but can't tell them from names (0.59, interval
        0.51 to 0.67). Capitals under 1 % of the long side (10 px of 1024: 11 of 12 words read;
        8 px: 9). One character alone, but for `match`. Lettering over ornament: a red telephone
        number across a carved vessel was not seen at any `side`. Faint watermarks: 5 of 23 were
        missed; short names of agencies that are misread or cut off. A text written twice.
        What was written in the source of an edit counts as unwanted, unless `allowed` names it;
        what an edit should take away ('change "OLD" to "NEW"') as asked for.
        What a prompt asks for without quotes in lower case after "with the text", and what it
        refuses in other languages than English and Chinese. What is upside down mostly counts as
        garbled, and so do Korean, Cyrillic and Arabic. Chinese was tried on five pictures,
        handwriting and Japanese on none.
    Model: PP-OCRv6 small (detection 9.9 MB, recognition 21.2 MB) inside rapidocr 3.10, Apache-2.0;
        the dictionaries of pyspellchecker, MIT.
    Source: measured on 23 photographs and words drawn onto them: `match` of two wrong letters,
        `garbled` of damaged letters and `unwanted` AUC 1.00, no false alarm; `watermark` 0.89
        (0.78 to 0.95), beside a "STOP" that is asked for 0.87 (0.75 to 0.94). Models: PaddleOCR,
        PaddlePaddle authors.
    """

    kind: ClassVar[Kind] = "detector"
    version: ClassVar[int] = 1
    extra: ClassVar[str] = "detectors"

    words: tuple[Text, ...] = ()
    allowed: tuple[Text, ...] = ()
    languages: tuple[Language, ...] = ("en",)
    side: int = Field(640, ge=320, le=2048)

    _reader: Reader | None = PrivateAttr(None)

    @property
    def needs(self) -> frozenset[str]:
        """The prompt or the instruction of an edit, which may ask for words."""
        return frozenset({EITHER_TEXT})

    @property
    def outputs(self) -> Mapping[str, Output]:
        """Count, match, garbled, unknown, unwanted and watermark."""
        share = "share of letters"
        area = "share of the picture's area"
        return {
            "count": Output(
                "lines", 0, MOST, None, words="number of lines of lettering", whole=True
            ),
            "match": Output(
                share, 0, 1, True, optional=True, words="legibility of the words asked for"
            ),
            "garbled": Output(share, 0, 1, False, optional=True, words="garbled lettering"),
            "unknown": Output(share, 0, 1, False, optional=True, words="words in no dictionary"),
            "unwanted": Output(area, 0, 1, False, words="lettering nobody asked for"),
            "watermark": Output(
                "watermarks", 0, MOST, False, words="number of watermarks", whole=True
            ),
        }

    @property
    def cost(self) -> Cost:
        """What a picture without lettering costs at 1024²; each line adds about 0.02 s."""
        return Cost(seconds=0.2)

    def build(self, device: str) -> None:  # noqa: ARG002 - it runs on the CPU only
        """Load the models; they run on the CPU, whatever the *device*."""
        self._reader = self._reader or Reader(self.side)

    def run(self, subjects: Sequence[Subject]) -> list[dict[str, Measured]]:
        """Read every picture, and compare with what was asked for."""
        return [self._measure(subject) for subject in subjects]

    def close(self) -> None:
        """Let go of the models."""
        if self._reader:
            self._reader.close()
        self._reader = None

    def _measure(self, subject: Subject) -> dict[str, Measured]:
        if not self._reader:
            raise MeasureError(
                "detectors.lettering: it is not built (got no models). Call `build`."
            )
        every = self._reader.read(subject.image.rgb)
        lines = [line for line in every if _is_lettering(line, subject.image)]
        wanted = (*asked(subject.text), *self.words)
        fine = (*wanted, *self.allowed)
        return {
            "count": Score(len(lines), _shown(lines)),
            "match": _match(wanted, every),
            **self._spelling(lines, fine),
            "unwanted": _unwanted(lines, fine, subject.image),
            "watermark": _watermark(every, fine, subject.image),
        }

    def _spelling(self, lines: list[Line], fine: Sequence[str]) -> dict[str, Measured]:
        judged = [(line, words_of(line, fine, self.languages)) for line in lines]
        return {"garbled": _garbled(judged), "unknown": _unknown(judged)}


def _is_lettering(line: Line, image: Image) -> bool:
    """Return whether it is safe to say that *line* is writing at all; a dash is none."""
    if line.text and not letters(line.text):
        return False
    long, short = line.sides
    is_slim = long >= LONG * short and short <= SLIM * max(image.size)
    return is_slim or line.score * len(letters(line.text)) >= READ


def _match(wanted: Sequence[str], lines: list[Line]) -> Measured:
    if not wanted:
        return NotApplicable("no words were asked for")
    found = [(text, *readability(text, lines)) for text in wanted]
    found.sort(key=lambda each: each[1])
    is_blank = not any(letters(line.text) for line in lines)
    nothing = "nothing" if is_blank else "nothing like it"
    texts: list[JsonValue] = [
        f'asked "{shortened(text, LABEL)}", read {_quoted(read) or nothing}'
        for text, _, read in found[:SHOWN_TEXTS]
    ]
    return Score(found[0][1], {"texts": texts})


def _quoted(read: str) -> str:
    return f'"{shortened(read, LABEL)}"' if read else ""


def _garbled(judged: list[tuple[Line, list[Word]]]) -> Measured:
    if not judged:
        return NotApplicable("no lettering found")
    worst = sorted(((doubt_of(words), line) for line, words in judged), key=lambda each: -each[0])
    shown = _shown([line for _, line in worst], doubt=[doubt for doubt, _ in worst])
    return Score(doubt_of([word for _, words in judged for word in words]), shown)


def _unknown(judged: list[tuple[Line, list[Word]]]) -> Measured:
    sizes: Counter[bool] = Counter()
    for _, words in judged:
        for word in words:
            if word.is_known is not None:
                sizes[word.is_known] += word.size
    if not sizes:
        return NotApplicable("no words of an alphabet found")
    strange = [line for line, words in judged if any(word.is_known is False for word in words)]
    return Score(sizes[False] / sizes.total(), _shown(strange))


def _unwanted(lines: list[Line], fine: Sequence[str], image: Image) -> Score:
    others = [line for line in lines if not is_wanted(line, fine)]
    area = sum(line.area for line in others) / (image.size[0] * image.size[1])
    return Score(min(1.0, area), _shown(others))


def _watermark(lines: list[Line], fine: Sequence[str], image: Image) -> Score:
    # Only who asks for the mark itself wants it: "STOP" has most of the letters of "stock".
    marks = [text for text in fine if is_mark(text)]
    found = [line for line in lines if is_mark(line.text) and not is_wanted(line, marks)]
    more = [line for line in tiled(lines, image.size) if not is_wanted(line, fine)]
    found += [line for line in more if line not in found]
    return Score(len(found), _shown(found))


def _shown(lines: Sequence[Line], **numbers: Sequence[float]) -> JsonValue:
    """Return the first lines with what was read; *numbers* are one more number of each."""
    shown: list[JsonValue] = []
    for place, line in enumerate(lines[:SHOWN]):
        more: dict[str, JsonValue] = {
            name: round(values[place], 3) for name, values in numbers.items()
        }
        polygon: list[JsonValue] = [[x, y] for x, y in line.polygon]
        label = shortened(line.text, LABEL)
        shown.append({"polygon": polygon, "label": label, "score": round(line.score, 3), **more})
    return {"polygons": shown}
