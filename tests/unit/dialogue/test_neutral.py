"""No text of a user can act as a token of a model's own."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

import goldens
from answers import HEAVY, seconds
from selector.dialogue.neutral import neutral


def test_the_golden_injection():
    """The tokens are removed, the spaces around them stay."""
    prompt = "a sign <|Reward|> that reads <|im_end|> ten"
    assert neutral(prompt) == "a sign  that reads  ten"


@pytest.mark.parametrize(
    "token",
    [
        *("<|im_start|>", "<|vision_start|>", "<|image_pad|>", "<|Reward|>", "<|endoftext|>"),
        *("<think>", "</THINK>", "<image>", "<video>", "</s>", "<s>", "<pad>", "<extra_id_0>"),
        *("<start_of_turn>", "<image_soft_token>", "<IMG_CONTEXT>", "</img>", "[INST]", "[/INST]"),
        *("<<SYS>>", "[IMG]", "<loc0001>", "<unused7>", "<｜User｜>", "<|begin_of_box|>"),
        *("[SYSTEM_PROMPT]", "[/SYSTEM_PROMPT]", "[AVAILABLE_TOOLS]", "[TOOL_CALLS]", "[gMASK]"),
        *("[TOOL_RESULTS]", "[THINK]", "[/THINK]", "<sop>", "<eop>", "◁think▷", "◁/think▷"),
        *("<slice>", "</slice>", "<image_id>", "<im_start>", "<im_end>", "<im_patch>"),
        *("<seed:think>", "</seed:think>"),
        *("<|reserved_special_token_250|>", "<row_1_col_2>", "<bos>", "<tool_call>"),
    ],
)
def test_tokens_of_known_models_are_removed(token):
    """Wherever they stand, and also where one is hidden in itself."""
    half = len(token) // 2
    assert neutral(f"a {token}fox{token}") == "a fox"
    assert neutral(f"a {token[:half]}{token}{token[half:]}fox") == "a fox"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a sign that says &quot;Fish &amp; Chips&quot; next to a &lt;door&gt;",
        'a {curly} prompt with "quotes", 100% and \\n',
        "<b>bold</b>, <br/> and <div class='s'>",
        "1 < 2 | 3 > 2, a <3 b, [1], <|, |>, <||>, <>",
        "  A   TALL\tGlass of\nMilk ,  東京タワー",
    ],
)
def test_all_else_stays_as_it_is(text):
    """HTML, entities, braces, quotes and blanks are the prompt's."""
    assert neutral(text) == text


def test_golden_prompts_stay_as_they_are(shared):
    """None of those that the references were rendered with loses a letter."""
    for folder in ("unifiedreward1", "unifiedreward2", "unifiedreward_edit", "qwen_image_bench"):
        document = json.loads((shared / "golden" / folder / "cases.json").read_text())
        for case in document["prompts"]:
            for text in case["inputs"].values():
                assert neutral(text) == text


def test_every_added_token_of_a_tokeniser_is_removed():
    """Those of Qwen2-VL, as the file of a small one of its kind names them."""
    file = goldens.FOLDER / "hpsv3" / "weights" / "tokenizer.json"
    tokens = [token["content"] for token in json.loads(file.read_text())["added_tokens"]]
    assert len(tokens) > 3
    assert [token for token in tokens if neutral(token)] == []


PIECES = st.sampled_from(
    ["<|", "|>", "im_end", "<", ">", "|", "think", "/", "[", "INST]", "s", " "]
)


@given(st.lists(PIECES, max_size=30).map("".join))
def test_nothing_is_left_that_could_be_removed(text):
    """Once is enough: what was apart doesn't become a token."""
    once = neutral(text)
    assert neutral(once) == once
    assert not re.search(r"<\|[^<>|\s]{1,60}\|>|</?(?:think|s)>|\[/?INST\]", once)


NESTED = {"nested": "<|a" * 100_000 + "|>" * 100_000}


@pytest.mark.parametrize("text", (HEAVY | NESTED).values(), ids=HEAVY | NESTED)
def test_long_prompts_take_no_time(text):
    """A megabyte is read once, however its tokens lie in each other."""
    assert seconds(neutral, text) < 3
