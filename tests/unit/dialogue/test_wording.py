"""The words that judges are asked in: whose they are, that they come, and what is put into them."""

import hashlib
import json
import os
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from selector.dialogue import wording as words
from selector.dialogue.wording import bring, caution, published_names, wording
from selector.errors import WeightsError
from selector.weights import manifest
from selector.weights.entry import Constant, Entry, File
from selector.weights.fetch import obtain
from selector.weights.place import places

ASKED = "Is this it? [{P}]\n"
PROGRAM = 'asked = "Is this it? " + f"[{it}]\\n"\n'


@dataclass
class Server:
    """A web server of files on this machine.

    Attributes:
        folder: What it hands out.
        address: Where.
        asked: What it was asked for.
        speaks: Whether it answers already.
    """

    folder: Path
    address: str = ""
    asked: list[str] = field(default_factory=list)
    speaks: threading.Event = field(default_factory=threading.Event)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A server that hands out nothing yet."""
    known = Server(tmp_path / "served")
    known.folder.mkdir()
    known.speaks.set()

    class Handler(SimpleHTTPRequestHandler):
        def do_GET(self) -> None:
            known.asked.append(self.path)
            known.speaks.wait(20)
            super().do_GET()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=known.folder)) as running:
        known.address = f"http://127.0.0.1:{running.server_port}"
        running.daemon_threads = True
        running.block_on_close = False
        threading.Thread(target=running.serve_forever, args=(0.01,), daemon=True).start()
        yield known
        running.shutdown()


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache folder."""
    monkeypatch.setenv("SELECTOR_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("SELECTOR_OFFLINE", raising=False)
    return tmp_path / "cache"


@pytest.fixture
def entry(server: Server, cache: Path, monkeypatch: pytest.MonkeyPatch) -> Entry:
    """The wording of UnifiedReward as if it were published on this machine, in other words."""
    content = ASKED.encode()
    file = File("wording/asked.txt", len(content), hashlib.sha256(content).hexdigest())
    source = Constant(f"{server.address}/p.py", ((file.name, "asked"),))
    made = Entry("wording/unified_reward", (file,), (source,), "text", "CC0-1.0", commercial=True)
    monkeypatch.setitem(manifest._BY_NAME, made.name, made)
    assert not cache.exists()
    return made


def put(entry: Entry, cache: Path, *texts: str) -> None:
    """Put the texts of an entry where they would come."""
    for place, text in zip(places(cache, entry), texts, strict=True):
        place.path.parent.mkdir(parents=True, exist_ok=True)
        place.path.write_bytes(text.encode())


def test_what_is_put_in_is_never_looked_at_again(entry: Entry, cache: Path) -> None:
    """Fields, braces and markup of a prompt stay what they are: text."""
    put(entry, cache, ASKED)
    said = "{prompt} {level1_dim} {P} {{x}} {0} <b>&amp;</b> \\1 %s\n> \"'"
    assert wording("unified_reward").render(prompt=said) == f"Is this it? [{said}]\n"


def test_fields_that_a_part_does_not_have_do_not_matter_and_missing_ones_do() -> None:
    """An instruction may be given to a question that does not tell it; a hole is never shown."""
    quality = wording("unified_reward_edit_quality", template="own")
    assert quality.render(prompt="make it blue") == quality.parts["text"]
    with pytest.raises(KeyError):
        wording("unified_reward", template="own").render()
    with pytest.raises(KeyError):
        quality.render("system")


def test_a_part_is_cut_at_a_mark_before_anything_is_put_in() -> None:
    """A prompt that holds the mark moves no picture."""
    own = wording("qwen_image_bench", template="own")
    said = {"prompt": "a sign: <image>", "level1_dim": "Quality", "format_checklist": "all"}
    before, behind = own.around("<image>", "user", **said)
    assert before + "<image>" + behind == own.render("user", **said)
    assert "> a sign: <image>\n" in before
    assert "only: Quality." in behind


def test_published_words_are_taken_where_they_are_here(entry: Entry, cache: Path) -> None:
    """Whole and right; else our own, and each says whose it is."""
    assert wording("unified_reward", template="own").origin == "own"
    put(entry, cache, ASKED)
    found = wording("unified_reward")
    assert (found.origin, found.sha256) == ("published", entry.files[0].sha256)
    assert found.parts == {"text": "Is this it? [{prompt}]\n"}
    assert wording("unified_reward", template="own").origin == "own"


@pytest.mark.parametrize("lying", ["", "Is this it? [{P}]", "Is that it? [{P}]\n", ASKED + "More."])
def test_a_damaged_text_is_not_taken(entry: Entry, cache: Path, lying: str) -> None:
    """Cut off, changed or longer: it would be another question under the same name."""
    put(entry, cache, lying)
    assert wording("unified_reward").origin == "own"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes")
def test_a_pipe_in_the_place_of_a_text_is_not_waited_for(entry: Entry, cache: Path) -> None:
    """Whoever can write to a shared cache folder holds up nobody."""
    (place,) = places(cache, entry)
    place.path.parent.mkdir(parents=True)
    os.mkfifo(place.path)
    asked = threading.Thread(target=wording, args=("unified_reward",), daemon=True)
    asked.start()
    asked.join(5)
    assert not asked.is_alive()
    assert wording("unified_reward").origin == "own"


def test_half_of_a_wording_is_none(cache: Path) -> None:
    """A question is never asked partly in these words and partly in those."""
    several = manifest.entry("wording/hpsv3")
    at = places(cache, several)[1].path
    at.parent.mkdir(parents=True)
    at.write_text("x" * several.files[1].bytes)
    assert wording("hpsv3").origin == "own"


def test_words_stay_what_they_were_until_they_are_brought(entry: Entry, cache: Path) -> None:
    """What comes meanwhile changes no question whose fingerprint is written down."""
    assert wording("unified_reward").origin == "own"
    put(entry, cache, ASKED)  # another process did
    assert wording("unified_reward").origin == "own"
    assert bring("unified_reward")
    assert wording("unified_reward").origin == "published"
    assert not bring("unified_reward")


def test_they_are_brought_like_a_model(entry: Entry, server: Server) -> None:
    """Once, from where they are published, and not asked for again."""
    (server.folder / "p.py").write_text(PROGRAM)
    assert caution("unified_reward")
    assert bring("unified_reward")
    assert wording("unified_reward").render(prompt="a fox") == "Is this it? [a fox]\n"
    assert not bring("unified_reward")
    assert caution("unified_reward") == ""
    assert server.asked == ["/p.py"]
    assert obtain(entry).read_text() == ASKED


@pytest.mark.usefixtures("entry")
def test_words_that_do_not_come_are_told_of_once(
    server: Server, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not at each request; after ten minutes they are asked for again."""
    for _ in range(3):
        assert not bring("unified_reward")
    (warned,) = [one for one in caplog.records if one.levelname == "WARNING"]
    assert "own_wording" in str(warned.msg)
    assert "selector weights pull wording/unified_reward" in str(warned.msg)
    assert len(server.asked) == 1

    (server.folder / "p.py").write_text(PROGRAM)
    monkeypatch.setattr(words, "AGAIN_S", 0.0)
    assert bring("unified_reward")


@pytest.mark.usefixtures("entry")
def test_offline_they_are_not_asked_for(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who forbids downloads gets our own words, at once."""
    monkeypatch.setenv("SELECTOR_OFFLINE", "1")
    assert not bring("unified_reward")
    assert wording("unified_reward").origin == "own"
    assert server.asked == []


def test_nobody_waits_long_for_them(
    entry: Entry, server: Server, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a server that thinks for a while, what comes late is there the next time."""
    (server.folder / "p.py").write_text(PROGRAM)
    server.speaks.clear()
    monkeypatch.setattr(words, "WAIT_S", 0.2)
    began = time.monotonic()
    assert not bring("unified_reward")
    assert time.monotonic() - began < 2
    assert wording("unified_reward").origin == "own"

    server.speaks.set()
    at = places(cache, entry)[0].path
    while not at.exists():
        time.sleep(0.01)
    monkeypatch.setattr(words, "AGAIN_S", 0.0)
    assert bring("unified_reward")


def test_a_caution_names_what_to_say(cache: Path) -> None:
    """Only for words that are our own because the published ones are not here."""
    assert not cache.exists()
    said = caution("unified_reward", "unified_reward_pair")
    assert "`selector weights pull wording/unified_reward wording/unified_reward_pair`" in said
    assert caution() == ""


def test_wordings_are_found_among_what_identifies_a_number() -> None:
    """Models are left out."""
    named = {"hpsv3": "ab", "wording:hpsv3": "own:cd"}
    assert published_names(named) == ("wording/hpsv3",)


def test_a_name_that_is_not_known_is_told() -> None:
    """With the one that may be meant."""
    with pytest.raises(WeightsError, match="Did you mean 'wording/unified_reward'"):
        wording("unified_rewards", template="own")


SINGLE = {
    "unified_reward": ("unifiedreward2", "pointwise_acs"),
    "unified_reward_pair": ("unifiedreward2", "pair_score"),
    "unified_reward_classic": ("unifiedreward1", "classic_final_score"),
    "unified_reward_classic_axes": ("unifiedreward1", "classic_acs"),
    "unified_reward_classic_pair": ("unifiedreward1", "classic_pair_rank"),
    "unified_reward_edit": ("unifiedreward_edit", "edit_pointwise_score"),
    "unified_reward_edit_quality": ("unifiedreward_edit", "edit_pointwise_quality"),
    "unified_reward_edit_rank": ("unifiedreward_edit", "edit_pairwise_rank"),
    "unified_reward_edit_score": ("unifiedreward_edit", "edit_pairwise_score"),
}


@pytest.mark.parametrize("name", SINGLE)
def test_a_published_question_is_put_as_its_authors_put_it(
    name: str, shared: Path, cache: Path
) -> None:
    """To the letter, for every prompt: models are sensitive to the words that they were trained with."""
    folder, task = SINGLE[name]
    cases = json.loads((shared / "golden" / folder / "cases.json").read_text())["prompts"]
    mine = [one for one in cases if one["inputs"]["task"] == task]
    plain = mine[0]
    text = plain["expected"]["text"].replace(plain["inputs"].get("prompt") or "\0", "{P}")
    put(manifest.entry(f"wording/{name}"), cache, text)

    found = wording(name)
    assert found.origin == "published"
    for one in mine:
        asked = found.render(prompt=one["inputs"].get("prompt") or "")
        assert asked == one["expected"]["text"]


def test_the_checklists_are_put_as_their_authors_put_them(shared: Path, cache: Path) -> None:
    """System and user, with the braces of the format and the picture in its place."""
    golden = shared / "golden"
    published = json.loads((golden / "templates" / "qwen_image_bench.json").read_text())
    user = f"{published['user_header']}<image>{published['user_body']}"
    lists = published["checklists"].values()
    put(manifest.entry("wording/qwen_image_bench"), cache, published["system"], user, *lists)

    found = wording("qwen_image_bench")
    assert found.origin == "published"
    for one in json.loads((golden / "qwen_image_bench" / "cases.json").read_text())["prompts"]:
        level1 = one["inputs"]["level1"]
        fields = {"level1_dim": level1, "format_checklist": found.render(level1)}
        asked = found.around("<image>", "user", prompt=one["inputs"]["prompt"], **fields)
        assert "<image>".join(asked) == one["expected"]["user"]
        assert found.render("system") == one["expected"]["system"]


def test_hpsv3_is_told_what_its_authors_tell_it(shared: Path, cache: Path) -> None:
    """The instruction with the prompt, and behind it the words that end in the reward."""
    texts = shared / "golden" / "templates"
    parts = [(texts / f"hpsv3_{part}.txt").read_text() for part in ("instruction", "suffix")]
    put(manifest.entry("wording/hpsv3"), cache, *parts)
    golden = json.loads((shared / "golden" / "hpsv3" / "cases.json").read_text())
    said = next(one["inputs"]["prompt"] for one in golden["cases"] if one["inputs"]["prompt"])

    found = wording("hpsv3")
    assert found.origin == "published"
    told = found.render("instruction", prompt=said) + found.render("suffix")
    assert told in golden["rendered_text_example"]
