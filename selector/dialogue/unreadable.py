"""The error of an answer that gives no number: it says why, and is never taken for a number."""


class UnreadableError(ValueError):
    """An answer that does not hold all that was asked for, in the form that was asked for.

    Its text says what is wrong with it, in a few words, without quoting it: "no Style Score".
    """
