"""Linear layers on the CPU: weights laid out once for oneDNN, instead of the general product."""

from __future__ import annotations

from typing import Any, TypeAlias

from selector.backbones.heap import trim
from selector.backbones.torch_ready import torch

Tensor: TypeAlias = Any

# What torch.compile makes of a linear layer on a CPU, here without a compiler at run time. They are
# torch's own, not promised to anyone: where one is missing, layers stay as they are.
LAY_OUT, MULTIPLY = "_reorder_linear_weight", "_linear_pointwise"
TAKES_BF16 = "_is_mkldnn_bf16_supported"
LARGE = 2**20  # bytes


class Linear:
    """What a linear layer does: `given @ weight.T + bias`.

    On a CPU whose torch has oneDNN, the weight is kept as oneDNN wants it, which is faster than
    torch's own product by a fifth in float32 and by a tenth in bfloat16 (`benchmarks/scorers.md`).
    The sums are of the same numbers in another order.
    """

    def __init__(self, weight: Tensor, bias: Tensor) -> None:
        """Take a *weight* of shape (out, in) and a *bias* of shape (out,), where they should be.

        The memory of the weight is free again once nobody else holds it.
        """
        lay_out, self._multiply = _of_onednn(weight)
        self._weight = lay_out(weight) if lay_out else weight
        self._bias = bias
        if lay_out and weight.nbytes > LARGE:
            trim()  # what the layer before had: else a model's weights lie there twice

    def __call__(self, given: Tensor) -> Tensor:
        """Return what the layer makes of *given*, shape (…, in): shape (…, out)."""
        if self._multiply is None:
            return torch().nn.functional.linear(given, self._weight, self._bias)
        return self._multiply(given, self._weight, self._bias, "none", [], "")


def pack(module: Any, *, chains: bool = False) -> None:
    """Make the plain linear layers in a loaded *module* each a `Linear`; its weight is empty then.

    Args:
        module: Whose parts call their linear layers, and read no weights of them.
        chains: Take only layers of chains (Sequential), whose parts are sure to be called: in a
            module that nobody here knows, other layers may be read.
    """
    nn = torch().nn
    for part in module.modules():
        if isinstance(part, nn.Sequential) or not chains:
            for layer in part.children():
                if type(layer) is nn.Linear and all(_of_onednn(layer.weight)):
                    layer.forward = Linear(layer.weight.detach(), layer.bias)
                    # Of the same type: models ask for it.
                    none = layer.weight.new_empty(0)
                    layer.weight = nn.Parameter(none, requires_grad=False)


def _of_onednn(weight: Tensor) -> tuple[Any, Any]:
    """Return what lays such a *weight* out and what multiplies by it; Nones where neither can."""
    known = torch().ops.mkldnn
    both = getattr(known, LAY_OUT, None), getattr(known, MULTIPLY, None)
    usable = weight.device.type == "cpu" and torch().backends.mkldnn.is_available() and all(both)
    if weight.dtype == torch().bfloat16:
        usable = usable and getattr(known, TAKES_BF16, bool)()
    else:
        usable = usable and weight.dtype == torch().float32
    return both if usable else (None, None)
