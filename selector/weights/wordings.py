"""The wordings that judges were trained with: constants in their authors' code, fetched like weights."""

from selector.weights.entry import Constant, Entry, File

FOLDER = "wording/"  # in the manifest, and in the cache folder

_GITHUB = "https://raw.githubusercontent.com"
_FORMAT = "text, a constant in Python source"

_UNIFIED = f"{_GITHUB}/CodeGoat24/UnifiedReward"
_CLASSIC = f"{_UNIFIED}/ed52f98c680bfeca1e23e26aa61715de03412f2b/inference_qwen/image_generation"
_PAIRS = f"{_UNIFIED}/3c16510485bb9c924bfedc8b4d09c1b4e4f772ba/inference_qwen/image_generation"
_SECOND = (
    f"{_UNIFIED}/a759534f868282616fae99f5a8d85ec3f294be0d/"
    "inference_qwen/UnifiedReward-2.0-inference"
)
_EDIT = f"{_UNIFIED}/57aabd3c6a4700f1f5a270df7e4c2061a39b9320/UnifiedReward-Edit"

_OF_UNIFIED_REWARD = tuple(
    Entry(
        name=f"{FOLDER}{name}",
        files=(File(f"{FOLDER}{name}.txt", size, sha256),),
        sources=(Constant(address, ((f"{FOLDER}{name}.txt", constant),)),),
        format=_FORMAT,
        licence="MIT",
        commercial=True,
    )
    for name, address, constant, size, sha256 in (
        (
            "unified_reward",
            f"{_SECOND}/point_score_ACS_image_generation.py",
            "problem",
            728,
            "948f2631036c8a980493d3336d96cf1505357aa93bf77db4c4dc1995eccc24bd",
        ),
        (
            "unified_reward_pair",
            f"{_SECOND}/pair_score_image_generation.py",
            "problem",
            1128,
            "4e7c1b44fdece14518b1804623c80dc40cb1ea81ea491a8178f7b9a9b7cd8882",
        ),
        (
            "unified_reward_classic",
            f"{_CLASSIC}/qwen_point_score_image_generation.py",
            "messages",
            805,
            "1f7dab7f12a32bb0e71f1d0dafe74c83902fa19dd86893cba7b278e1c552f988",
        ),
        (
            "unified_reward_classic_axes",
            f"{_CLASSIC}/qwen_point_score_ACS_image_generation.py",
            "messages",
            1351,
            "1de410753b6a50226320bfdc23eeb682d41872689bf25b37f8b6d03f38abe2c7",
        ),
        (
            "unified_reward_classic_pair",
            f"{_PAIRS}/qwen_pair_rank_image_generation.py",
            "messages",
            817,
            "587ef3f404d1dab5c49cd74da202f57f0ba9633856003c05998d070a229a91c6",
        ),
        (
            "unified_reward_edit",
            f"{_EDIT}/edit_pointwise_instruction_following.py",
            "problem",
            1515,
            "c03a683f65d661ea8015bb8f4e75f20c70b2990a75d900574b102a7e47045253",
        ),
        (
            "unified_reward_edit_quality",
            f"{_EDIT}/edit_pointwise_quality.py",
            "problem",
            1198,
            "ddb40baa511dbf2fd619474e5a0fcd043c6325f976bfc8fd1f8b9fbf4c521113",
        ),
        (
            "unified_reward_edit_rank",
            f"{_EDIT}/edit_pairwise_rank.py",
            "problem",
            1976,
            "18d2ee7d1e9ef46d6275651c528448d6c196317a79750f396b30b6a51282c390",
        ),
        (
            "unified_reward_edit_score",
            f"{_EDIT}/edit_paiwise_score.py",  # as its authors spell it
            "problem",
            2416,
            "feab183acf43a42e3127c0df8179a0531fcc653e3a4e3d574319f9d6130c1cbc",
        ),
    )
)

_T2V = f"{_GITHUB}/linzhiqiu/t2v_metrics/335e4c2c3452df52e32fe3c583d9458235e7d9e1/t2v_metrics"

_HPSV3 = (
    ("instruction.txt", "INSTRUCTION"),
    ("suffix.txt", "prompt_with_special_token"),
)
_BENCH = (
    ("system.txt", "SYSTEM_PROMPT"),
    ("user.txt", "USER_PROMPT_TEMPLATE"),
    ("Quality.txt", "QUALITY_CHECKLIST"),
    ("Aesthetics.txt", "AESTHETICS_CHECKLIST"),
    ("Alignment.txt", "ALIGNMENT_CHECKLIST"),
    ("Real-world Fidelity.txt", "REAL_WORLD_FIDELITY_CHECKLIST"),
    ("Creative Generation.txt", "CREATIVE_GENERATION_CHECKLIST"),
)

WORDINGS = (
    *_OF_UNIFIED_REWARD,
    Entry(
        name=f"{FOLDER}hpsv3",
        files=(
            File(
                "instruction.txt",
                2523,
                "0393599dad45a971903d1d62a3acf9bad3ccccdafa7f40f680523419e1f68b7a",
            ),
            File(
                "suffix.txt",
                67,
                "2471faca094ae5bd6fe17b71dce20c3d7583625545e235889f7e74e7eeb69d0a",
            ),
        ),
        sources=tuple(
            Constant(f"{_GITHUB}/{commit}/hpsv3/dataset/data_collator_qwen.py", _HPSV3)
            for commit in (
                "MizzenAI/HPSv3/d232ff8669a0b00759766067c6c3a26e2e717fac",
                "Guanzhou-Ke/HPSv3/1ac0394",
            )
        ),
        format=_FORMAT,
        licence="MIT",
        commercial=True,
    ),
    Entry(
        name=f"{FOLDER}vqa_score",
        files=(
            File(
                f"{FOLDER}vqa_score.txt",
                154,
                "1fa69e2371b762d1882b0bd98d284f312a36c27add732016e12e52586f98a9f5",
            ),
        ),
        sources=(Constant(f"{_T2V}/constants.py", ((f"{FOLDER}vqa_score.txt", "SYSTEM_MSG"),)),),
        format=_FORMAT,
        licence="Apache-2.0",
        commercial=True,
    ),
    Entry(
        name=f"{FOLDER}qwen_image_bench",
        files=tuple(
            File(f"{part}.txt", size, sha256)
            for part, size, sha256 in (
                (
                    "system",
                    209,
                    "654a1e24488b20c4e891c71fafe1bf5ad073332886d75745bd7b393edaec345b",
                ),
                (
                    "user",
                    654,
                    "21c74f02756c974e9af2bf2bd652b01383110e2d2f227bfb46277eb8c02f2618",
                ),
                (
                    "Quality",
                    771,
                    "8a6d823d018c436ca27b699107b51a9e6f13a77cef6c0c550b61668a302d2854",
                ),
                (
                    "Aesthetics",
                    1072,
                    "17842a0465c43e1dbeefde4751f2820db6f5bfc32118cd26b26c888aebc09560",
                ),
                (
                    "Alignment",
                    2083,
                    "f7c12833f8b09e05d6175799ef0136453c8f44950bb5f70c3b321c793c42be82",
                ),
                (
                    "Real-world Fidelity",
                    1242,
                    "4d9cf534b6b8d9fa71d8cbf5694cedcc48fa8c75b57049bb33ab55bf039a898a",
                ),
                (
                    "Creative Generation",
                    3336,
                    "632992f5e337d6bb331de57fe9e885ca4b178d94098852a8db7754d599572f61",
                ),
            )
        ),
        # Later commits of this fork ask less, in other words.
        sources=(
            Constant(f"{_GITHUB}/Stability-AI/Qwen-Image-Bench/b6b556b/checklists.py", _BENCH),
            Constant(f"{_GITHUB}/QwenLM/Qwen-Image-Bench/main/checklists.py", _BENCH),
        ),
        format=_FORMAT,
        licence="Apache-2.0",
        commercial=True,
    ),
)
