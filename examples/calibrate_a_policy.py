"""Let people's labels say from where on a policy accepts, and what that promises.

    python examples/calibrate_a_policy.py

The policy leaves the line of its cut to labels (`accept_above: calibrated`) and says what is to be
promised (`target`). Requests are decided and journaled, somebody judges what was chosen, and the
line is the laxest that keeps the promise; or it is told how many labels are lacking. On the command
line: `selector calibrate policy.yaml --labels labels.csv`, which writes policies/calibrated/NAME.yaml.
"""

import tempfile
from datetime import UTC, datetime
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter

from selector import Candidate, Policy, Selector
from selector.calibration.calibrate import Asked, calibrate
from selector.journal import Journal
from selector.labels import Label, Verdict

SHARP = {"of": "filters.sharpness.sharpest", "scale": {"ends": [0, 0.3]}}
POLICY = Policy.load({
    "name": "crisp",
    "version": 1,
    "method": {"weighted_sum": [SHARP]},
    "cut": {"of": "quality", "accept_above": "calibrated"},
    "target": {"bad_delivered": 0.05, "confidence": 0.95},
    "cascade": {"mode": "exhaustive"},
})  # fmt: skip


def kite(blur: float) -> Image.Image:
    """Return a drawing, as blurred as that."""
    picture = Image.new("RGB", (128, 128), "lightcyan")
    ImageDraw.Draw(picture).polygon([(64, 8), (110, 50), (64, 120), (18, 50)], "crimson")
    return picture.filter(ImageFilter.GaussianBlur(blur))


with tempfile.TemporaryDirectory() as folder, Journal(Path(folder) / "journal.sqlite") as journal:
    labels = []
    with Selector(POLICY, journal=journal) as selector:
        for number in range(150):
            blurs = {f"kite-{at}": 0.2 + (number * 37 + at * 61) % 150 / 75 for at in range(2)}
            kites = [Candidate(kite(blur), id=name) for name, blur in blurs.items()]
            chosen = selector.select("a kite", kites)
            best = chosen.ranking[0].id
            # Somebody who minds blur, though not always at the same degree.
            good = blurs[best] < 1.2 + number % 5 / 10
            labels.append(Label(chosen.request_id, "ann", Verdict(best, good)))
    asked = Asked(date=datetime.now(UTC).date().isoformat())
    for count in (40, len(labels)):
        made = calibrate(journal, labels[:count], policy=POLICY, asked=asked)
        (cut,) = made.cuts
        print(f"{count} labels:", made.calibration.claim if made.whole else cut.why)
