"""Shipped policies, judges for them, and portraits to try them on."""

from contextlib import ExitStack
from functools import cache

import pytest
from PIL import Image

from judges import ASKED, Files, appointed, asked, impartial
from motifs import Picture
from selector import Candidate, Policy, Selection, Selector


@pytest.fixture(scope="session")
def alike(tmp_path_factory):
    """Judges that find all pictures alike, and nothing wrong with any."""
    with asked() as server:
        yield impartial(tmp_path_factory.mktemp("judges")) | {ASKED: {"judge": server.parameter()}}


@pytest.fixture
def asking(alike):
    """Let a judge answer the questions of a policy by an opinion; return what `choose` takes."""
    with ExitStack() as running:

        def by(opinion) -> Files:
            server = running.enter_context(asked(opinion))
            return alike | {ASKED: {"judge": server.parameter()}}

        yield by


@pytest.fixture(scope="module")
def _built():
    """Selectors of a file by their policy: building the models of one takes most of a choice."""
    with ExitStack() as running:
        yield cache(lambda policy: running.enter_context(Selector(policy.encode(), journal=False)))


@pytest.fixture
def choose(root, alike, _built):
    """Select among pictures by name, or paths, by a shipped policy; entries of it may change.

    Its scorers find all pictures alike unless *judges* say otherwise, for their own models of
    gigabytes are not here. A selector without a journal learns nothing, so tests may share it.
    """

    def selected(
        policy: str,
        pictures,
        *,
        prompt="a picture",
        expect=None,
        journal=False,
        limits=None,
        judges=None,
        **changes,
    ) -> Selection:
        written = Policy.load(root / "policies" / f"{policy}.yaml")
        policy = appointed(written, alike if judges is None else judges, **changes)
        given = list(pictures)
        if isinstance(pictures, dict):
            given = [Candidate(picture, id=name) for name, picture in pictures.items()]
        if (journal, limits, judges) == (False, None, None):
            return _built(policy.model_dump_json()).select(prompt, given, expect=expect)
        with Selector(policy, journal=journal, limits=limits) as selector:
            return selector.select(prompt, given, expect=expect)

    return selected


@pytest.fixture(scope="module")
def portrait(astronaut) -> Picture:
    """A portrait large enough for print."""
    return astronaut.resize((1024, 1024), Image.Resampling.BICUBIC)


@pytest.fixture(scope="module")
def closer(astronaut) -> Picture:
    """The same person from nearer, in another frame."""
    return astronaut.resize((2048, 2048), Image.Resampling.BICUBIC).crop((300, 0, 1500, 1600))
