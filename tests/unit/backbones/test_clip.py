"""CLIP's towers give what the libraries give whose files they read."""

import os
import subprocess
import sys
import weakref
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import towers
from selector.backbones.clip import VIT_H_14, VIT_L_14, ImageEncoder, TextEncoder
from selector.backbones.clip_towers import MEAN, STD, constants, normalised
from selector.backbones.precision import Where
from selector.backbones.torch_ready import torch
from selector.errors import MeasureError, WeightsError

EXACT = 1e-5  # fp32 in another order of adding
PROMPTS = towers.PROMPTS


@pytest.fixture(scope="module")
def published(tmp_path_factory) -> Path:
    """The file of a small CLIP as open_clip writes it."""
    return towers.saved(tmp_path_factory.mktemp("open_clip"), towers.of_open_clip())


def encoded(clip) -> tuple[Any, Any]:
    """Return the embeddings of three pictures and of the prompts."""
    images, texts = ImageEncoder(clip), TextEncoder(clip)
    try:
        return images.encode(towers.pictures(3), towers.whole), texts.encode(PROMPTS)
    finally:
        images.close()
        texts.close()


@pytest.mark.parametrize("activation", ["gelu", "quick_gelu"])
def test_open_clip_s_files_give_its_numbers(tmp_path, activation) -> None:
    """The same weights through open_clip's own class and through ours: the same embeddings."""
    model = towers.of_open_clip(quick_gelu=activation == "quick_gelu")
    path = towers.saved(tmp_path, model)
    form = replace(towers.SMALL, activation=activation)

    images, texts = encoded(towers.clip(path, "open_clip", form))

    of_images = model.encode_image(towers.normalised(towers.pictures(3)))
    assert np.abs(images - towers.at_unit(of_images)).max() < EXACT
    assert np.abs(texts - towers.at_unit(model.encode_text(towers.padded()))).max() < EXACT


@pytest.mark.parametrize("activation", ["gelu", "quick_gelu"])
def test_transformers_files_give_its_numbers(tmp_path, activation) -> None:
    """The same weights through transformers' own class and through ours: the same embeddings.

    The configuration beside the file tells the activation, and an end of text that is wrong.
    """
    model = towers.of_transformers(activation)
    path = towers.saved(tmp_path, model)

    images, texts = encoded(towers.clip(path, "transformers", VIT_H_14))

    pixels = towers.normalised(towers.pictures(3))
    of_images = model.get_image_features(pixels).pooler_output
    of_texts = model.get_text_features(towers.padded()).pooler_output
    assert np.abs(images - towers.at_unit(of_images)).max() < EXACT
    assert np.abs(texts - towers.at_unit(of_texts)).max() < EXACT


def test_the_other_activation_gives_other_numbers(published) -> None:
    """What the file does not tell matters: the wrong activation is no rounding error."""
    quick = replace(towers.SMALL, activation="quick_gelu")

    images, texts = encoded(towers.clip(published, "open_clip"))
    other_images, other_texts = encoded(towers.clip(published, "open_clip", quick))

    assert np.abs(images - other_images).max() > 100 * EXACT
    assert np.abs(texts - other_texts).max() > 100 * EXACT


def test_the_scale_is_told(published) -> None:
    """The text encoder tells what cosines are multiplied by, also in half precision."""
    for precision in ("fp32", "bf16"):
        encoder = TextEncoder(towers.clip(published, "open_clip", precision=precision))
        assert encoder.logit_scale == pytest.approx(np.exp(4.0), rel=1e-6)
        encoder.close()


def test_alone_in_a_batch_and_reversed_are_the_same(published) -> None:
    """A row does not depend on its neighbours, nor on how long other prompts are."""
    clip = towers.clip(published, "open_clip")
    images, texts = encoded(clip)
    for place, image in enumerate(towers.pictures(3)):
        encoder = ImageEncoder(clip)
        assert np.abs(encoder.encode([image], towers.whole)[0] - images[place]).max() < 2e-5
        encoder.close()
    for place, prompt in enumerate(PROMPTS):
        encoder = TextEncoder(clip)
        assert np.abs(encoder.encode([prompt])[0] - texts[place]).max() < 2e-5
        encoder.close()
    encoder = ImageEncoder(clip)
    turned = encoder.encode(towers.pictures(3)[::-1], towers.whole)
    encoder.close()
    assert np.abs(turned[::-1] - images).max() < 2e-5


def test_rows_are_of_unit_length(published) -> None:
    """Embeddings are float32 of length 1; of nothing there are none."""
    images, texts = encoded(towers.clip(published, "open_clip"))
    for rows in (images, texts):
        assert rows.dtype == np.float32
        assert np.allclose(np.linalg.norm(rows, axis=1), 1)
    encoder = ImageEncoder(towers.clip(published, "open_clip"))
    assert encoder.encode([], towers.whole).shape == (0, 24)
    encoder.close()


def test_a_row_without_direction_stays_as_it_is(tmp_path) -> None:
    """A tower that gives zeros gives zeros, one that gives no numbers none: nothing is invented."""
    model = towers.of_open_clip()
    model.text_projection.zero_()
    model.visual.proj.fill_(np.nan)
    images, texts = encoded(towers.clip(towers.saved(tmp_path, model), "open_clip"))

    assert np.isnan(images).all()
    assert not texts.any()


def test_what_was_seen_is_not_computed_again(published) -> None:
    """Equal pictures in one view, and equal prompts, go through the tower once."""
    shown = []

    def view(image: Any) -> Any:
        shown.append(image)
        return image.rgb

    encoder = ImageEncoder(towers.clip(published, "open_clip"))
    first = encoder.encode([*towers.pictures(2), *towers.pictures(2)], view)
    again = encoder.encode(towers.pictures(2), view)
    encoder.close()

    assert len(shown) == 2
    assert np.array_equal(first[:2], first[2:])
    assert np.array_equal(first[:2], again)


def test_equal_models_are_loaded_once(published) -> None:
    """Two users of one file share its tower, whatever they call it; the last one unloads it."""
    first = ImageEncoder(towers.clip(published, "open_clip"))
    second = ImageEncoder(towers.clip(published, "open_clip", name="another"))
    with first._lease.use() as one, second._lease.use() as other:
        assert one is other
    loaded = weakref.ref(one)
    del one, other

    first.close()
    assert loaded() is not None
    second.close()

    assert loaded() is None


def test_a_closed_encoder_says_so(published) -> None:
    """Who uses an encoder after closing it is told; closing it twice harms nobody else."""
    kept = ImageEncoder(towers.clip(published, "open_clip"))
    closed = ImageEncoder(towers.clip(published, "open_clip"))
    closed.close()
    closed.close()

    with pytest.raises(MeasureError, match="small, image tower: it was closed"):
        closed.encode(towers.pictures(1), lambda image: image.rgb)
    assert len(kept.encode(towers.pictures(1), towers.whole)) == 1
    kept.close()


def test_threads_get_what_one_gets(published) -> None:
    """Many threads that ask for many pictures at once each get the rows of theirs."""
    clip = towers.clip(published, "open_clip")
    images, texts = encoded(clip)
    seeing, reading = ImageEncoder(clip), TextEncoder(clip)

    def ask(turn: int) -> tuple[Any, Any]:
        order = np.roll([0, 1, 2], turn)
        given = [towers.pictures(3)[place] for place in order]
        seen = seeing.encode(given, towers.whole)
        read = reading.encode([PROMPTS[place] for place in order])
        return np.abs(seen - images[order]).max(), np.abs(read - texts[order]).max()

    with ThreadPoolExecutor(8) as pool:
        off = np.array(list(pool.map(ask, range(24))))
    seeing.close()
    reading.close()

    assert off.max() < 2e-5


def test_bf16_is_near_and_its_rows_are_exact_numbers(published) -> None:
    """Half precision moves a direction a little; its rows are float32 that hardly ever tie."""
    whole, _ = encoded(towers.clip(published, "open_clip"))
    half, _ = encoded(towers.clip(published, "open_clip", precision="bf16"))

    assert half.dtype == np.float32
    assert ((whole * half).sum(axis=1) > 0.999).all()
    assert len(np.unique(half)) > 0.9 * half.size


def test_precisions_of_one_file_share_nothing(published) -> None:
    """Both open at once, each gives its own numbers; and so would two devices."""
    clips = [towers.clip(published, "open_clip", precision=one) for one in ("fp32", "bf16")]
    whole, half = map(ImageEncoder, clips)
    seen = [each.encode(towers.pictures(2), towers.whole) for each in (whole, half)]
    whole.close()
    half.close()

    assert not np.array_equal(*seen)
    assert clips[0] != replace(clips[0], device="cuda")


def test_projections_are_in_full_floats(published) -> None:
    """In half precision too they are what the file holds, to the last bit."""
    held = torch().load(published, weights_only=True)["state_dict"]
    clip = towers.clip(published, "open_clip", precision="bf16")
    images, texts = ImageEncoder(clip), TextEncoder(clip)
    with images._lease.use() as tower:
        assert torch().equal(tower._module.visual_projection.weight.T, held["visual.proj"])
    with texts._lease.use() as tower:
        assert torch().equal(tower._module.text_projection.weight.T, held["text_projection"])
    images.close()
    texts.close()


def test_colours_are_centred_in_full_floats() -> None:
    """Rounded once, when all is done: in half precision 255 levels would become fewer."""
    pictures = [each.rgb for each in towers.pictures(2)]
    found = normalised(pictures, Where("cpu", "bf16"), *constants("cpu", MEAN, STD))

    exact = (np.stack(pictures) / 255 - MEAN) / STD
    expected = torch().from_numpy(exact.astype(np.float32)).permute(0, 3, 1, 2)
    assert (found.float() - expected).abs().div(expected.abs()).max() < 2**-8 * 1.01


def test_fp16_is_refused_on_the_cpu(published) -> None:
    """There is no such arithmetic there; the error tells what to write."""
    with pytest.raises(MeasureError, match="fp16 is for GPUs"):
        ImageEncoder(towers.clip(published, "open_clip", precision="fp16"))


def test_a_smaller_model_is_told_from_the_right_one(published) -> None:
    """A file of fewer layers is refused, and so is one of more: it says what it looks like."""
    deeper = replace(towers.SMALL, image=replace(towers.SMALL.image, layers=4))
    with pytest.raises(WeightsError, match=r"lacks visual.transformer.resblocks.3.*3 layers of"):
        ImageEncoder(towers.clip(published, "open_clip", deeper))
    flatter = replace(towers.SMALL, image=replace(towers.SMALL.image, layers=2))
    with pytest.raises(WeightsError, match=r"has also visual.transformer.resblocks.2"):
        ImageEncoder(towers.clip(published, "open_clip", flatter))
    with pytest.raises(WeightsError, match=r"\[32\] instead of \[1280\]"):
        ImageEncoder(towers.clip(published, "open_clip", VIT_H_14))


def test_the_other_library_s_layout_is_told(published) -> None:
    """A file that open_clip wrote is no file of transformers, though the numbers are the same."""
    with pytest.raises(WeightsError, match="another model than expected: it lacks vision_model"):
        ImageEncoder(towers.clip(published, "transformers"))


def test_a_file_of_one_tower_serves_that_tower(tmp_path) -> None:
    """An image tower that was published alone is enough for pictures, and refused for prompts."""
    from safetensors.torch import save_file

    model = towers.of_transformers("gelu")
    seen = {
        name: tensor
        for name, tensor in model.state_dict().items()
        if name.startswith(("vision_model.", "visual_projection."))
    }
    path = tmp_path / "vision.safetensors"
    save_file(seen, path)
    clip = towers.clip(path, "transformers")

    encoder = ImageEncoder(clip)
    rows = encoder.encode(towers.pictures(1), towers.whole)
    encoder.close()

    pixels = towers.normalised(towers.pictures(1))
    expected = towers.at_unit(model.get_image_features(pixels).pooler_output)
    assert np.abs(rows - expected).max() < EXACT
    with pytest.raises(WeightsError, match="lacks text_model"):
        TextEncoder(clip)


def test_another_configuration_beside_a_file_is_another_tower(tmp_path) -> None:
    """Both are held at once; who planned with the first is not given numbers of the second."""
    path = towers.saved(tmp_path, towers.of_transformers("gelu"))
    before = towers.clip(path, "transformers")
    first = ImageEncoder(before)
    config = tmp_path / "config.json"
    config.write_text(config.read_text().replace('"gelu"', '"quick_gelu"'))
    second = ImageEncoder(towers.clip(path, "transformers"))
    rows = [each.encode(towers.pictures(2), towers.whole) for each in (first, second)]
    first.close()
    second.close()

    assert np.abs(rows[0] - rows[1]).max() > 100 * EXACT
    with pytest.raises(WeightsError, match=r"config.json: it tells how to read model.safetensors"):
        ImageEncoder(before)


def test_another_content_than_was_named_is_not_loaded(published) -> None:
    """A file that changed since its checksum was written is refused with both checksums."""
    clip = towers.clip(published, "open_clip")
    assert clip.own is not None
    other = replace(clip, own=replace(clip.own, sha256="0" * 64))

    with pytest.raises(WeightsError, match="another file than it should be"):
        ImageEncoder(other)


def test_published_sizes_are_the_published_ones() -> None:
    """Both architectures have as many numbers as the models that they stand for."""
    from selector.backbones.clip_towers import image_module, text_module

    def numbers(module: Any) -> int:
        return sum(each.numel() for each in module.parameters())

    # open_clip counts the scale of its logits as one number more.
    assert numbers(image_module(VIT_H_14)) + numbers(text_module(VIT_H_14)) + 1 == 986_109_441
    assert numbers(image_module(VIT_L_14)) == 303_966_208


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere processes are not forked by default")
def test_a_forked_child_goes_on(published) -> None:
    """A child forked while threads encode gives the same rows, and ends."""
    code = f"""
import os, signal, sys, threading, warnings
from pathlib import Path
import numpy as np
warnings.simplefilter("ignore")  # newer Pythons warn of fork in a process with threads
import towers
from selector.backbones.clip import ImageEncoder
from selector.backbones.torch_ready import torch
encoder = ImageEncoder(towers.clip(Path({str(published)!r}), "open_clip"))
expected = encoder.encode(towers.pictures(2), towers.whole)
torch().randn(3000, 3000).exp().sum()  # by several threads, which no child has
stop = threading.Event()
def busy():
    while not stop.is_set():
        encoder.encode(towers.pictures(2), lambda image: image.rgb)
thread = threading.Thread(target=busy)
thread.start()
child = os.fork()
if child == 0:
    signal.alarm(100)
    torch().randn(3000, 3000).exp().sum()
    found = encoder.encode(towers.pictures(2), lambda image: image.rgb)
    encoder.close()
    os._exit(0 if np.abs(found - expected).max() < 2e-5 else 1)
status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
stop.set()
thread.join()
sys.exit(status)
"""
    environment = os.environ | {"PYTHONPATH": str(Path(towers.__file__).parent)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, timeout=200, check=False
    )
    assert done.returncode == 0, done.stderr.decode()[-500:]


def test_nothing_of_torch_is_set(published) -> None:
    """Loading and encoding leave the number of threads, and gradients, as the user set them."""
    before = (torch().get_num_threads(), torch().is_grad_enabled())
    encoded(towers.clip(published, "open_clip"))

    assert (torch().get_num_threads(), torch().is_grad_enabled()) == before
