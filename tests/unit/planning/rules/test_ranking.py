"""Rules about ranking warn of what hardly counts, or never decides."""

from linting import BEAUTY, BLANK, FACES, HANDS, SHARP, by, in_order, warned
from policies import small
from selector.planning import lint, planned


def test_a_scale_of_which_next_to_nothing_is_used_is_told():
    """Sharpness goes to 16, but real pictures have 0.004 to 0.14: on that scale it weighs nothing."""
    wide, fit = {"of": SHARP, "weight": 9}, {"of": SHARP, "scale": {"ends": [0, 0.2]}}
    assert warned(**by({"of": BLANK}, wide)) == [("wide-scale", "method.weighted_sum[1]")]
    assert warned(**by({"of": BLANK}, fit)) == []
    beside = {"of": BEAUTY, "scale": {"ends": [8, 9]}}
    assert warned(**by({"of": BLANK}, beside)) == [("wide-scale", "method.weighted_sum[1]")]
    assert warned(**by(wide)) == [], "alone it ranks on any scale"
    cut = {"of": "quality", "reject_below": 0.3}
    assert warned(**by(wide, cut=cut)) == [("wide-scale", "method.weighted_sum[0]")]
    (told,) = lint(planned(small(**by({"of": BLANK}, wide))))
    assert "have 0.0044 to 0.14, 0.848 % of its scale from 0 to 16;" in told.said


def test_a_scale_is_held_against_the_range_where_nothing_was_measured():
    """An injury is from 0 to 1; on a scale to 100 it weighs nothing."""
    term = {"of": "lint_taste.own.injury", "scale": {"ends": [0, 100]}}
    gates = [{"on": "lint_taste.own.injury", "accept_below": 0.5}]
    place = [("wide-scale", "method.weighted_sum[1]")]
    assert warned(**by({"of": BLANK}, term), gates=gates) == place
    term = {"of": "lint_taste.own.injury", "scale": {"ends": [0, 20]}}
    assert warned(**by({"of": BLANK}, term), gates=gates) == []
    term = {"of": "lint_taste.own.injury", "scale": {"ends": [0, 21]}}
    assert warned(**by({"of": BLANK}, term), gates=gates) == place


def test_a_cosine_that_ranks_on_its_whole_range_is_told():
    """From -1 to 1 it may be, but of real pictures it is a twelfth of that: it wants a scale."""
    for path, ends in (("scorers.hpsv2", [0.14, 0.32]), ("scorers.clip_score.cosine", [0.2, 0.35])):
        place = [("wide-scale", "method.weighted_sum[1]")]
        assert warned(**by({"of": BLANK}, {"of": path})) == place
        assert warned(**by({"of": BLANK}, {"of": path, "scale": {"ends": ends}})) == []


def test_a_scale_for_what_gates_ask_for_is_not_too_wide():
    """Who refuses what is usual has other pictures, of which nothing is known."""
    white = {"of": "filters.clipping.highlights", "scale": {"ends": [0.35, 0.95]}}
    gate = {"on": "filters.clipping.highlights", "reject_below": 0.35}
    assert warned(**by({"of": BLANK}, white), gates=[gate]) == []
    few = {"of": SHARP, "scale": {"ends": [0.2, 9]}}
    soft = {"on": SHARP, "reject_above": 0.1}
    assert warned(**by({"of": BLANK}, few), gates=[soft]) == []
    assert warned(**by({"of": BLANK}, white)) == [("wide-scale", "method.weighted_sum[1]")]


def test_a_photographic_judge_of_drawings_is_told():
    """Only where the policy says that its pictures are stylised."""
    term = {"of": BEAUTY, "scale": {"ends": [1, 10]}}
    place = [("photographic-taste", "method.weighted_sum[0]")]
    assert warned(**by(term, style="stylised")) == place
    assert warned(**by(term, style="photographic")) == warned(**by(term)) == []
    gate = {"on": BEAUTY, "reject_below": 4}
    assert warned(gates=[gate], style="stylised") == [("photographic-taste", "gates[0]")]
    axes = {"pareto": {"objectives": [{"of": BLANK}, term]}}
    told = ("photographic-taste", "method.pareto.objectives[1]")
    assert warned(method=axes, style="stylised") == [told]
    assert ("photographic-taste", "method.lexicographic[0]") in warned(
        **in_order(term | {"eps": 1}, {"of": BLANK}), style="stylised"
    )


def test_a_criterion_that_leaves_nothing_to_the_next_is_told():
    """Without an eps, continuous numbers never tie; whole ones do, and the last may decide all."""
    first, last = {"of": BLANK}, {"of": "filters.blank.spread"}
    assert warned(**in_order(first, last)) == [("unreachable", "method.lexicographic[0]")]
    assert warned(**in_order(first | {"eps": 0.01}, last)) == []
    for tie in (
        {"of": FACES, "scale": {"ends": [0.005, 0.5]}, "if_absent": 0},
        {"of": HANDS, "if_absent": 0},
        {"of": "filters.clipping.shadows"},
        {"of": SHARP, "scale": {"ends": [0, 0.05]}},
        {"of": BLANK, "scale": {"ends": [0.2, 1]}},
    ):
        assert warned(**in_order(tie, last)) == [], "many are equal"
    sides = {"of": "filters.resolution.short_side", "scale": {"ends": [0, 1000]}}
    assert warned(**in_order(sides, last)) == []


def test_a_criterion_that_never_decides_is_told():
    """An eps as wide as the scale makes all equal."""
    place = [("unreachable", "method.lexicographic[0]")]
    assert warned(**in_order({"of": BLANK, "eps": 1})) == place
    assert warned(**in_order({"of": BLANK, "eps": 2, "scale": {"ends": [0, 100]}})) == place
    assert warned(**in_order({"of": SHARP, "eps": 0.15})) == place, "sharp ones have up to 0.14"
    assert warned(**in_order({"of": BLANK, "eps": 0.33})) == place
    assert warned(**in_order({"of": SHARP, "eps": 0.1})) == []
    assert warned(**in_order({"of": "filters.clipping.highlights", "eps": 0.5})) == []
    assert warned(**in_order({"of": HANDS, "eps": 0.9, "if_absent": 0})) == []


DEAR = {"of": "scorers.image_reward", "scale": {"ends": [-2, 2]}}
SPREAD = {"of": "filters.blank.spread"}


def dear_fronts(**entries) -> list[str]:
    return [place for rule, place in warned(**entries) if rule == "dear-front"]


def test_a_dear_axis_is_told_with_what_it_costs():
    """Every candidate that stands is measured on each axis; a pick asks fewer."""
    front = {"pareto": {"objectives": [{"of": BLANK}, DEAR]}}
    assert dear_fronts(method=front) == ["method.pareto.objectives[1]"]
    (told,) = lint(planned(small(method=front)))
    assert told.said == (
        "scorers.image_reward.image_reward: an axis is measured on every candidate that no gate "
        "refuses, at 0.7 s each: 11 s for 16. A term, of 'pick' or of a weighted sum, is only "
        "asked of those that can still win. Move it there, or acknowledge why it is worth that."
    )
    picked = {"pareto": {"objectives": [{"of": BLANK}, SPREAD], "pick": [{"of": BLANK}, DEAR]}}
    assert dear_fronts(method=picked) == []
    twice = {"pareto": {"objectives": [DEAR, {"of": BLANK}, DEAR]}}
    assert dear_fronts(method=twice) == ["method.pareto.objectives[0]"], "it is measured once"


def test_a_dear_first_criterion_is_told_with_what_is_cheaper():
    """The first is measured on all who stand; a later one only on those that are still equal."""
    first, later = in_order(DEAR | {"eps": 0.25}, SPREAD), in_order(SPREAD | {"eps": 0.1}, DEAR)
    assert dear_fronts(**first) == ["method.lexicographic[0]"]
    (told,) = lint(planned(small(**first)))
    assert "the first criterion is measured on every candidate" in told.said
    assert "A later criterion is only asked of those that the earlier ones can't tell" in told.said
    assert dear_fronts(**later) == []


def test_what_is_cheap_or_measured_anyway_is_no_dear_front():
    """Half a second a candidate is dear; where everything is measured, no place is dearer."""
    first = in_order(DEAR | {"eps": 0.25}, SPREAD)
    assert dear_fronts(**first, cascade={"mode": "exhaustive"}) == []
    assert dear_fronts(**in_order({"of": BLANK, "eps": 0.1}, SPREAD)) == []
    assert dear_fronts(**by({"of": BLANK}, DEAR)) == []
    asked = {"good": {"use": "scorers.vlm_question", "question": "Is it good?"}}
    half = in_order({"of": "good", "eps": 0.1}, SPREAD)
    assert dear_fronts(**half, measures=asked) == ["method.lexicographic[0]"]


def test_a_dear_front_that_is_meant_is_silent():
    """To acknowledge it says that its price is known."""
    first = in_order(DEAR | {"eps": 0.25}, SPREAD)
    assert warned(**first, acknowledged={"dear-front": "the prompt comes first"}) == []
