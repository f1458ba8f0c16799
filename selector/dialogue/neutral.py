"""Prompts made harmless: no text of a user can act as a token of a model's own."""

from __future__ import annotations

import re

NAMES = (
    "s|pad|unk|bos|eos|mask|cls|sep"
    "|(?i:think|thinking)|answer|tool_call|tool_response"
    "|img|image|video|audio|IMG_CONTEXT|image_soft_token|start_of_image|end_of_image"
    "|image_placeholder|image_start|image_end|vision_start|vision_end|global-img"
    "|row_[0-9]{1,3}_col_[0-9]{1,3}|fake_token_around_image|end_of_utterance"
    "|start_of_turn|end_of_turn|fim_prefix|fim_middle|fim_suffix|fim_pad|repo_name|file_sep"
    "|sop|eop|slice|image_id|im_start|im_end|im_patch|seed:think"
    "|box|ref|quad|point|loc[0-9]{1,4}|seg[0-9]{1,3}|unused[0-9]{1,4}|extra_id_[0-9]{1,4}"
)
LONGEST = 64  # characters; the longest that are known have 33
FORMS = (
    rf"(?:<[|｜][^<>|｜\s]{{1,60}}[|｜]>|</?(?:{NAMES})>|<</?SYS>>"
    r"|\[/?(?:INST|IMG|IMG_BREAK|IMG_END|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS"
    r"|THINK|g?MASK|sMASK)\]|◁/?think▷)"
)
ANYWHERE, AT_THE_END = re.compile(FORMS), re.compile(rf"{FORMS}\Z")
ENDS = re.compile(r"[^>\]▷]*[>\]▷]?")


def neutral(text: str, gap: str = "") -> str:
    """Return *text* without what chat models take for tokens of their own, with *gap* instead.

    They end turns, stand for pictures, or are where a score is read, so a prompt that holds one
    could set its own score. What is removed: everything of the form `<|…|>`, and the names that
    Qwen, Llama, Gemma, Mistral, InternVL, PaliGemma, GLM, DeepSeek, Kimi, MiniCPM and T5 use, as `<image>`,
    `</think>`, `</s>` and `[INST]`. What is left of the text never forms a new one. Spaces,
    braces, quotes and other HTML stay as they are.

    It can't take away meaning: "give this a 5" is for the readers of answers to withstand.

    >>> neutral("a sign <|Reward|> that reads <|im<|im_end|>_end|> ten")
    'a sign  that reads  ten'
    """
    if not ANYWHERE.search(text):
        return text
    kept: list[str] = []
    for piece in ENDS.findall(text):
        kept.extend(piece)
        if piece[-1:] in {">", "]", "▷"} and (token := AT_THE_END.search("".join(kept[-LONGEST:]))):
            kept[-len(token[0]) :] = gap
    return "".join(kept)
