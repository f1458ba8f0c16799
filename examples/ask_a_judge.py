"""Ask a vision-language model a question of your own, and gate on how sure it is of its answer.

    python examples/ask_a_judge.py

A server in this script stands in for the model (`our_team/stand_in_judge.py`): it only sees how red
a picture is. With yours, leave `judge` out and say where it is, vLLM's for example:

    SELECTOR_JUDGE_URL=http://127.0.0.1:8000/v1 SELECTOR_JUDGE_MODEL=Qwen/Qwen3-VL-8B-Instruct
"""

from typing import Any

from our_team import stand_in_judge
from PIL import Image, ImageDraw

from selector import Selection, select

COLOURS = {"go": "limegreen", "stop": "red", "dusk": "peru"}


def lamp(colour: str) -> Image.Image:
    """Return a drawing of a traffic light, which shows that colour."""
    picture = Image.new("RGB", (200, 200), "dimgray")
    ImageDraw.Draw(picture).ellipse([20, 20, 180, 180], fill=colour)
    return picture


def policy(judge: dict[str, str]) -> dict[str, Any]:
    """Return what refuses pictures of a red light, and shows a person those in doubt."""
    question = "Does the traffic light show red?"
    return {
        "name": "green-wave",
        "version": 1,
        "measures": {"red": {"use": "scorers.vlm_question", "question": question, "judge": judge}},
        "gates": [{"on": "red", "accept_below": 0.4, "reject_above": 0.8}],
        "method": {"weighted_sum": [{"of": "filters.blank.structure"}]},
        "deliver": "all",
    }


def show(selection: Selection) -> None:
    """Print each verdict with its reason, and how the judge would begin its answer."""
    for name, one in zip(COLOURS, selection.candidates, strict=True):
        print(name, selection.verdict(one.id), *selection.reasons[one.id], sep=" | ")
        print("  judge:", selection.outcomes[one.id]["red.yes"].evidence)


lamps = [lamp(colour) for colour in COLOURS.values()]
with stand_in_judge.serving() as judge:
    show(select("a traffic light that shows green", lamps, policy(judge)))

# Whatever happens to the judge, nothing passes for good unseen: a person looks.
gone = select("a traffic light that shows green", lamps, policy(judge))
print("without it:", gone.answer, "|", gone.reasons[gone.review[0].id][0])
