"""A tiny CLIP-T5 on disk as its user lays it out: the golden weights, and tokens of single letters."""

import json
import shutil
import string
from pathlib import Path

import goldens

GOLDEN = "vqascore_clip_t5"
WEIGHTS = goldens.FOLDER / GOLDEN / "weights"
MARKS = ("<pad>", "</s>", "<unk>")  # the first three, as in every T5
LETTERS = "▁" + string.ascii_letters + string.digits + ".,:;?!'\"<>/_-|"


def folder(at: Path) -> Path:
    """Return a folder of a CLIP-T5, made now inside *at*."""
    path = at / "clip-t5"
    shutil.copytree(WEIGHTS, path, copy_function=shutil.copyfile)
    (path / "tokenizer.json").write_text(json.dumps(_tokenizer()))
    return path


def token(piece: str) -> int:
    """Return the number of a letter, or of "▁Yes", the only whole word that it knows."""
    return [*MARKS, "▁Yes", *LETTERS].index(piece)


def _tokenizer() -> dict[str, object]:
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, processors

    vocabulary = [*((mark, 0.0) for mark in MARKS), ("▁Yes", -1.0)]
    vocabulary += [(letter, -2.0) for letter in LETTERS]
    made = Tokenizer(models.Unigram(vocabulary, unk_id=2))
    made.add_special_tokens([AddedToken(mark, special=True) for mark in MARKS])
    made.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()]
    )
    made.decoder = decoders.Metaspace()
    made.post_processor = processors.TemplateProcessing(
        single="$A </s>", special_tokens=[("</s>", 1)]
    )
    read: dict[str, object] = json.loads(made.to_str())
    return read
