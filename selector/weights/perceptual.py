"""The models that compare two pictures: where each is published, and what is known of it."""

from selector.weights.entry import Entry, File, Local, Resource, Url, Wheel

PERCEPTUAL = (
    Entry(
        name="alexnet",
        files=(
            File(
                "alexnet-owt-7be5be79.pth",
                244_408_911,
                "7be5be791159472b1fbf3c69796f7cb30dca7ad8466c2df70058c37116cdee02",
            ),
        ),
        sources=(
            # Where torch.hub keeps it: whoever used torchvision's has it already.
            Local("~/.cache/torch/hub/checkpoints/alexnet-owt-7be5be79.pth"),
            Url("https://download.pytorch.org/models/alexnet-owt-7be5be79.pth"),
        ),
        format="PyTorch, an AlexNet as torchvision names it",
        licence="BSD-3-Clause (the code; the weights state none)",
        commercial=None,
    ),
    Entry(
        name="lpips_alex",
        files=(
            File(
                "lpips-alex-v0.1.pth",
                6_009,
                "df73285e35b22355a2df87cdb6b70b343713b667eddbda73e1977e0c860835c0",
            ),
        ),
        sources=(
            Resource("lpips", "weights/v0.1/alex.pth"),
            Wheel("lpips==0.1.4", "lpips/weights/v0.1/alex.pth"),
        ),
        format="PyTorch, heads on an AlexNet",
        licence="BSD-2-Clause",
        commercial=True,
    ),
)
