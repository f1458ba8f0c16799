"""Which words there are, in the languages whose dictionaries come with pyspellchecker."""

from __future__ import annotations

import threading
from functools import cache
from typing import Literal, TypeAlias

from selector.errors import WeightsError
from selector.installed import CURE, install_extra, mend

Language: TypeAlias = Literal["de", "en", "es", "fr", "it", "nl", "pt"]
PART = 3  # letters of a word that was read with its neighbour; of two, there are too many
ENDINGS = ("'s", "s'")


def vocabulary(language: Language) -> frozenset[str]:
    """Return the words of a language, in lower case, loaded once a process.

    English takes 0.2 s and 20 MB, German, Dutch or Portuguese three times that.

    Raises:
        WeightsError: pyspellchecker is missing.
    """
    with _lock:
        return _loaded(language)


def is_known(word: str, languages: tuple[Language, ...]) -> bool:
    """Return whether *word*, regardless of case, is in a dictionary of one of the *languages*.

    Two words that were read as one are known, too: narrow spaces are often not seen.
    """
    plain = word.casefold().replace("’", "'").strip(_PUNCTUATION)
    stem = next((plain.removesuffix(end) for end in ENDINGS if plain.endswith(end)), plain)
    halves = ((plain[:cut], plain[cut:]) for cut in range(PART, len(plain) - PART + 1))
    return any(
        all(part in vocabulary(language) for part in parts)
        for parts in ((plain,), (stem,), *halves)
        for language in languages
    )


@cache
def _loaded(language: Language) -> frozenset[str]:
    try:
        from spellchecker import SpellChecker
    except ImportError as error:
        cure = mend(error) or install_extra("detectors")
        missing = f"pyspellchecker: it can't be imported (got {error})."
        raise WeightsError(f"{missing}{CURE}{cure}") from None
    return frozenset(SpellChecker(language=language))


_lock = threading.Lock()
_PUNCTUATION = "'\"“”‘’.,;:!?()[]{}<>«»*-–—…&/\\|#@%"
