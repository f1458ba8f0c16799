"""The errors of the package, one class for each person who must act.

Every message reads `where: what is wrong (got X). What to do.`
"""

from collections.abc import Iterable


class SelectorError(Exception):
    """Something that a person must change; a bug stays an ordinary exception."""


class RequestError(SelectorError):
    """The caller must change the request: its prompt, its candidates' ids, what it expects."""


class ImageError(SelectorError):
    """The caller must change the image: it can't be read, or is over a limit."""


class PolicyError(SelectorError):
    """The policy's author must change the policy.

    Attributes:
        problems: Every problem found, one line each, in the order of the file.
        rest: What is left of the policy without the entries that failed, if anything is: planning
            goes on with it, so that its problems are told in the same breath.
    """

    rest: object = None

    def __init__(self, problems: str | Iterable[str]) -> None:
        self.problems = (problems,) if isinstance(problems, str) else tuple(problems)
        super().__init__("\n".join(self.problems))


class CalibrationError(SelectorError):
    """Whoever calibrates must act: the labels can't support it, or the file does not fit."""


class MeasureError(SelectorError):
    """The measure's author must act: it broke the contract of `selector.measures.base`."""


class WeightsError(SelectorError):
    """Whoever installs must act: a model file is missing, unreachable or not the right one."""


class JournalError(SelectorError):
    """The operator must act: the journal can't be written or read.

    Attributes:
        selection: What was decided and could not be written down, if there is one.
    """

    selection: object = None
