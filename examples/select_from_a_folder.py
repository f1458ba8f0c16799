"""Choose among the pictures of a folder, by the policy that comes with the package.

    python examples/select_from_a_folder.py

It puts a photograph and three faulty versions of it into a temporary folder first. `starter`
looks for faces and hands too, for which it needs: pip install "selector-engine[detectors]"
"""

import tempfile
from pathlib import Path

from PIL import Image, ImageFilter
from skimage.data import astronaut

from selector import select

with tempfile.TemporaryDirectory() as temporary:
    folder = Path(temporary)
    photograph = Image.fromarray(astronaut())
    photograph.save(folder / "good.png")
    photograph.filter(ImageFilter.GaussianBlur(6)).save(folder / "blurred.png")
    photograph.resize((96, 96)).save(folder / "tiny.png")
    Image.new("RGB", photograph.size).save(folder / "black.png")

    selection = select("a smiling astronaut", sorted(folder.glob("*.png")), "starter")

print("answer:", selection.answer)
for candidate in selection.in_order():
    reasons = "; ".join(str(reason) for reason in selection.reasons[candidate.id])
    print(f"{selection.verdict(candidate.id):7} {candidate.id:12} {reasons}")
