"""HPSv2: which of several pictures for one prompt people would prefer."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import ClassVar, Literal

from pydantic import PrivateAttr, field_validator

from selector.backbones.checkpoint import archive_name
from selector.backbones.clip import VIT_H_14, Clip
from selector.backbones.likeness import Likenesses
from selector.backbones.tokens import openai
from selector.backbones.views import letterboxed
from selector.errors import MeasureError, WeightsError
from selector.measures.base import Measure, Subject, measured
from selector.measures.own_file import Checkpoint
from selector.types import Cost, Kind, Measured, Output

# What torch.save wrote into each file; they differ in nothing else that could be seen.
ARCHIVES = {"2.0": "HPS_v2_compressed", "2.1": "HPS_v2.1_compressed"}
# Means of generators in the tables of the README, from the worst to the best, there × 100.
USUAL = {"2.0": (0.235, 0.279), "2.1": (0.145, 0.314)}


class HPSv2(Measure):
    """How much people would prefer the picture for this prompt: the Human Preference Score v2.

    Unit: the cosine of picture and prompt, -1 to 1 (its tables multiply by 100); means of
        generators lie from 0.145 to 0.314 in `release: "2.1"`, 0.235 to 0.279 in "2.0", which do
        not compare; higher is better. Compares only pictures of one prompt. `precision: bf16` moved
        it by up to 0.0015, of 48 pairs and random weights of the true size: as much as a hand gone
        wrong.
    Needs: the prompt, of which it reads 77 tokens, and the whole picture at 224 px between black
        bars. `antialias: false`, as when its published numbers were made (torchvision up to 0.16);
        `true`: what its program gives with a torchvision since 0.17.
    Evidence: `unread`, the end of the prompt that was not read, where there is one.
    Blind to: local faults: a hand gone wrong costs about 0.002, so gate on detectors first; small
        things, all the more the longer the picture is; fine patterns, which alias. It prefers what
        people in 2023 preferred of the generators of then, by style more than by truth to the
        prompt.
    Model: xswu/HPSv2@697403c7, HPS_v2.1_compressed.pt or HPS_v2_compressed.pt, Apache-2.0, 2.0 GB.
    Source: X. Wu et al., "Human Preference Score v2: A Solid Benchmark for Evaluating Human
        Preferences of Text-to-Image Synthesis", 2023. `checkpoint`: weights of your own in the same
        layout.
    """

    kind: ClassVar[Kind] = "scorer"
    version: ClassVar[int] = 1
    extra: ClassVar[str] = "scorers"

    release: Literal["2.1", "2.0"] = "2.1"
    antialias: bool = False
    precision: Literal["fp32", "bf16", "fp16"] = "fp32"
    checkpoint: Checkpoint | None = None

    _likenesses: Likenesses | None = PrivateAttr(None)

    @field_validator("release", mode="before")
    @classmethod
    def _as_text(cls, given: object) -> object:
        return str(given) if isinstance(given, float) else given  # YAML reads 2.1 as a number

    @property
    def needs(self) -> frozenset[str]:
        """The prompt."""
        return frozenset({"prompt"})

    @property
    def weights(self) -> tuple[str, ...]:
        """Both towers of the release, unless they are the user's own."""
        return () if self.checkpoint else (f"hpsv{self.release}",)

    @property
    def outputs(self) -> Mapping[str, Output]:
        """The cosine."""
        words, usual = "preference of people (HPSv2)", USUAL[self.release]
        return {"hpsv2": Output("cosine", -1, 1, True, True, words=words, usual=usual)}

    @property
    def cost(self) -> Cost:
        """As measured on two cores without a GPU, in full floats (`benchmarks/scorers.md`)."""
        return Cost(seconds=0.03, backbone=f"hpsv{self.release}", backbone_seconds=1.65)

    def build(self, device: str) -> None:
        """Load both towers."""
        if self.checkpoint:
            _is_of(self.release, self.checkpoint)
        clip = Clip(
            name=f"HPSv{self.release}",
            layout="open_clip",
            weights="".join(self.weights),
            own=self.checkpoint.weights if self.checkpoint else None,
            architecture=VIT_H_14,
            precision=self.precision,
            device=device,
        )
        view = partial(letterboxed, antialias=self.antialias)
        self._likenesses = self._likenesses or Likenesses(clip, view=view, tokens=openai)

    def run(self, subjects: Sequence[Subject]) -> list[dict[str, Measured]]:
        """Score every picture for its prompt."""
        if not self._likenesses:
            raise MeasureError("scorers.hpsv2: it is not built (got no model). Call `build`.")
        found = self._likenesses((each.image, each.prompt or "") for each in subjects)
        return [{"hpsv2": measured(one.cosine, one.evidence)} for one in found]

    def close(self) -> None:
        """Let go of both towers."""
        if self._likenesses:
            self._likenesses.close()
        self._likenesses = None


def _is_of(release: str, file: Checkpoint) -> None:
    """Raise if the file says that it is of another release: nothing else would tell."""
    found = archive_name(file.location)
    other = next((one for one, name in ARCHIVES.items() if name == found), release)
    if other != release:
        raise WeightsError(
            f"{file.location}: weights of HPSv2 {other} (got an archive of {found}, expected "
            f"{ARCHIVES[release]}). Take the file of {release}, or write release: '{other}'."
        )
