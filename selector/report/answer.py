"""What a request got, how it was measured, and what that leaves to a person."""

from __future__ import annotations

from selector.decision.certified import for_request
from selector.foreign import NAME, apart, isolated, printable, shortened, visible
from selector.policy.plan import Plan
from selector.types import Selection

CLAIM = 300  # characters of what a calibrated file promises
NOTE = 240  # characters of a sentence that quotes the prompt, all of which stands beside it

ANSWERS = {
    "complete": "as many were accepted as asked for",
    "short": "fewer were accepted than asked for",
    "review": "nothing was accepted; some wait for a person",
    "empty": "nothing was good enough",
}


def answered(selection: Selection) -> str:
    """Return what the request got, as a clause."""
    if all(one.error is not None for one in selection.candidates):
        return "none of the pictures could be read"
    return ANSWERS[selection.answer]


def person(selection: Selection) -> str:
    """Return in a sentence whether a person should look, and at what."""
    if selection.needs_person:
        return "A person is needed: look at what is marked Review."
    if not selection.review:
        return "No person is needed." if selection.accepted else "Nothing waits for a person."
    if isinstance(selection.plan, Plan) and selection.plan.deliver is None:
        return "No person is needed; what is marked Review may be good enough too."
    return "No person is needed: enough were accepted, so what is marked Review may be left alone."


def advised(selection: Selection) -> str:
    """Return in a sentence what the policy advises to do now; "" if nothing."""
    advice = selection.advice
    if not advice:
        return ""
    if advice == "regenerate":
        return "The policy advises to generate new candidates."
    return (
        f"The policy advises: {apart(shortened(visible(advice), NAME))}; that is worth its price."
    )


def uncertified(selection: Selection) -> str:
    """Return in a sentence why nothing of the answer is certified; "" if it is, or need not be."""
    plan = selection.plan
    why = for_request(plan, selection.candidates)[1] if isinstance(plan, Plan) else ""
    return f"{why[0].upper()}{visible(why[1:])}." if why else ""


def claimed(selection: Selection) -> str:
    """Return what labels promise of what is delivered; "" if they promise nothing of this."""
    plan = selection.plan
    if not isinstance(plan, Plan) or plan.written is None or uncertified(selection):
        return ""
    return shortened(printable(plan.written.claim), CLAIM)


def promised(selection: Selection) -> str:
    """Return in sentences what not measuring everything changes of the answer."""
    plan = selection.plan
    if not isinstance(plan, Plan) or plan.prediction is None:
        return (
            "Only what the answer depends on was measured: the verdicts are those of measuring "
            "everything, and so is the order of what was accepted and of what is for review."
        )
    what = f"{isolated(plan.prediction.instance)} was only asked where cheaper numbers let expect"
    put = " A quality that is put at a number is predicted."
    if plan.regret:
        share = f"{100 * plan.regret.share:.3g} %"
        lost = "of what the best of a request has over a random candidate is lost, on average"
        return (
            f"{what} that it matters: as chosen from earlier requests, at most {share} {lost}.{put}"
        )
    return f"{what} that the answer is worth its price.{put}"


def spared(selection: Selection) -> str:
    """Return in words why not everything was measured."""
    plan = selection.plan
    if isinstance(plan, Plan) and plan.prediction is not None:
        return "because the answer was not expected to depend on it"
    return "because the answer did not depend on it"


def notes(selection: Selection) -> tuple[str, ...]:
    """Return what a person should know of how it was measured, harmless and not too long."""
    return tuple(apart(shortened(printable(one), NOTE)) for one in selection.notes)
