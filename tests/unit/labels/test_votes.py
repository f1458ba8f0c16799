"""What each person said of each candidate, as numbers."""

from selector.labels import Flag, Label, Pair, Rating, Verdict, votes


def test_each_form_in_its_own_unit():
    """Verdicts 1 and 0, ratings in their steps, flags 1 where the fault is there."""
    labels = [
        Label("p", "r", Verdict("a", good=True)),
        Label("p", "s", Verdict("a", good=False)),
        Label("p", "r", Rating("a", 4.0), "fidelity"),
        Label("p", "r", Flag("a", present=True), "hands"),
        Label("p", "r", Pair("a", "b", "left")),
        Label("p", "t", Verdict("a", good=True), gold=Verdict("a", good=True)),
    ]
    assert votes(labels, "verdict") == {("p", "a"): {"r": 1.0, "s": 0.0}}
    assert votes(labels, "fidelity") == {("p", "a"): {"r": 4.0}}
    assert votes(labels, "hands") == {("p", "a"): {"r": 1.0}}
    assert votes(labels, "aesthetics") == {}
