"""Which requests the measures of a plan can serve: those of a prompt, those of an edit, or both."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from selector.policy.document import Spot

OF_A_PROMPT = "prompt"
OF_AN_EDIT = ("instruction", "source")


def at_odds(
    named: Iterable[tuple[str, Spot, Collection[str]]],
) -> Iterator[tuple[Spot, str]]:
    """Tell of each measure of a prompt that stands beside one of an edit.

    An edit says what to change, and not what the picture should show: a measure that compares the
    picture with a prompt would take "make the hat red" for a picture of a hat being made red.

    Args:
        named: The instances of one policy by name, with where each is named and what it needs.

    Returns:
        Where, and what is wrong.
    """
    known = list(named)
    edit = next(((name, spot, _edits(needs)) for name, spot, needs in known if _edits(needs)), None)
    if edit is None:
        return
    other, there, need = edit
    for name, spot, needs in known:
        if OF_A_PROMPT not in needs:
            continue
        if name == other:
            said = f"needs both a prompt and the {need} of an edit, and no request has both"
            yield spot, f"{name}: {said}. Let it need one of them."
        else:
            said = (
                f"needs a prompt, which an edit has not, and {other} ({there.words}) needs the "
                f"{need} of an edit"
            )
            yield spot, f"{name}: {said}. Write a policy for prompts and one for edits."


def _edits(needs: Collection[str]) -> str:
    """Return what of an edit is needed, in words; "" if nothing is."""
    return " and ".join(need for need in OF_AN_EDIT if need in needs)
