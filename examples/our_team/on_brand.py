"""A scorer of one's own: a small head on the embedding that other scorers ask for too."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from pydantic import PrivateAttr

from selector.backbones.clip import VIT_L_14, Clip
from selector.backbones.encoders import ImageEncoder
from selector.backbones.torch_ready import torch
from selector.backbones.views import clip_rounded
from selector.errors import MeasureError
from selector.measures.base import Measure, Subject, measured
from selector.measures.own_file import Checkpoint, OwnFile
from selector.types import Cost, Kind, Measured, Output


class OnBrand(Measure):
    """How well the picture suits our brand, as our art directors labelled others.

    Unit: probability, 0 to 1, higher is better.
    Needs: the middle square at 224 px; no prompt.
    Evidence: none.
    Blind to: the prompt; what lies outside the middle square; whatever we had no labels of.
    Model: openai/clip-vit-large-patch14, 1.7 GB, and `head`: two layers of our own on it.
    Source: our labels.
    """

    kind: ClassVar[Kind] = "scorer"
    version: ClassVar[int] = 1  # to be raised with any change of any number
    extra: ClassVar[str] = "scorers"

    head: OwnFile  # its checksum is part of the fingerprint: another head's numbers are others
    checkpoint: Checkpoint | None = None  # a CLIP of our own instead of the published one

    _encoder: ImageEncoder | None = PrivateAttr(None)
    _head: Any = PrivateAttr(None)

    @property
    def weights(self) -> tuple[str, ...]:
        """The published model that it loads, for whoever lists, fetches and licenses them."""
        return () if self.checkpoint else ("clip_vit_l_14",)

    @property
    def outputs(self) -> Mapping[str, Output]:
        """What the number means."""
        return {"on_brand": Output("probability", 0, 1, higher_is_better=True, words="our brand")}

    @property
    def cost(self) -> Cost:
        """The tower's time counts once for all scorers that share it."""
        return Cost(seconds=0.001, backbone="clip_vit_l_14", backbone_seconds=0.6)

    def build(self, device: str) -> None:
        """Load the head, and the tower unless another scorer did: it is in memory once."""
        own = self.checkpoint.weights if self.checkpoint else None
        weights = "".join(self.weights)
        clip = Clip("CLIP ViT-L/14", "transformers", weights, own, VIT_L_14, "fp32", device)
        self._head = _loaded(self.head)
        self._encoder = ImageEncoder(clip)

    def run(self, subjects: Sequence[Subject]) -> list[dict[str, Measured]]:
        """Return the probability of every picture; what is no number becomes a Failure."""
        if not self._encoder:
            raise MeasureError("our_team.on_brand: it is not built (got no model). Call `build`.")
        rows = self._encoder.encode([subject.image for subject in subjects], clip_rounded)
        with torch().inference_mode():
            found = self._head(torch().from_numpy(rows)).sigmoid()[:, 0]
        return [{"on_brand": measured(value)} for value in found.tolist()]

    def close(self) -> None:
        """Let go of the tower; the last who does so unloads it."""
        if self._encoder:
            self._encoder.close()
        self._encoder = self._head = None


def _loaded(file: OwnFile) -> Any:
    """Return the head, in the form in which we trained it."""
    from safetensors.torch import load_file

    nn, held = torch().nn, load_file(file.verified())
    inner, width = held["0.weight"].shape
    head = nn.Sequential(nn.Linear(width, inner), nn.GELU(), nn.Linear(inner, 1))
    head.load_state_dict(held)
    return head
