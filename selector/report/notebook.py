"""A selection as a notebook shows it."""

import html

from selector.types import Candidate, Selection


def small(selection: Selection) -> str:
    """Return the selection as a piece of HTML."""
    prompt = selection.prompt if isinstance(selection.prompt, str) else selection.prompt.instruction
    head = f"“{prompt}” by {selection.policy}: {selection.answer}"
    names = "".join(f"<th>{name}</th>" for name in ("verdict", "candidate", "quality", "why"))
    rows = "".join(_row(selection, one) for one in selection.in_order())
    return f"<table><caption>{html.escape(head)}</caption><tr>{names}</tr>{rows}</table>"


def _row(selection: Selection, one: Candidate) -> str:
    quality = selection.decision.quality.get(one.id)
    reasons = [f"{reason.kind}: {reason}" for reason in selection.reasons[one.id]]
    cells = (
        selection.verdict(one.id),
        one.id,
        "" if quality is None else f"{quality:.3f}",
        "\n".join(reasons or ["met every bound"]),
    )
    return "<tr>" + "".join(f"<td>{_lines(cell)}</td>" for cell in cells) + "</tr>"


def _lines(text: str) -> str:
    return html.escape(text).replace("\n", "<br>")
