"""Imports networks of timm's with random weights and compares their tokens with timm's in float64.

    python compare_timm.py                   every pre-trained ViT, DeiT, BEiT, EVA-02 and Swin; about an hour on two cores
    python compare_timm.py 'clip|siglip'     those whose names match

Networks have their published width and two blocks (Swin all of them), in a folder as timm writes it for the Hugging
Face hub. An import whose tokens differ fails the run; a network that fdistill refuses is only listed. Needs the
packages of requirements-golden.txt.
"""

import copy
import pathlib
import re
import subprocess
import sys
import tempfile

import numpy as np
import timm
import timm.models
import torch

LAUNCHER = pathlib.Path(__file__).resolve().parents[3] / "fdistill"
FAMILIES = ("vit_", "deit", "beit", "eva02", "swin")
TOO_LARGE = re.compile("_5b_|_7b_|gigant|giant_|giantopt|huge|_896")


def networks(pattern):
    names = timm.list_models(pretrained=True)
    return [n for n in names if n.startswith(FAMILIES) and not TOO_LARGE.search(n) and re.search(pattern, n)]


def fill(model, generator):
    """Random values of a size that lets every parameter show in the tokens."""
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            vector = parameter.ndim == 1
            half = 0.3 if vector else 1 / np.sqrt(max(1, parameter[0].numel()))
            drawn = (2 * torch.rand(parameter.shape, generator=generator) - 1) * half
            scale = vector and not name.endswith("bias") and re.search("norm|gamma|ls", name)
            parameter.copy_(drawn + 1 if scale else drawn)
    return model.eval()


def answers(model, generator):
    """Of random images, in float64, so that what differs is fdistill's own error."""
    cfg = model.pretrained_cfg
    height, width = getattr(model.patch_embed, "img_size", None) or cfg["input_size"][1:]
    images = torch.randint(0, 256, (1, height, width, 3), generator=generator, dtype=torch.uint8)
    mean, std = (torch.tensor(cfg[key], dtype=torch.double).view(3, 1, 1) for key in ("mean", "std"))
    with torch.no_grad():
        double = copy.deepcopy(model).double()
        tokens = double.forward_features((images.double().permute(0, 3, 1, 2) / 255 - mean) / std)
    return {"images": images.numpy(), "tokens": tokens.float().flatten(1, -2).numpy()}


def imported(model, folder, pairs):
    """Exit code of the import, and what it says."""
    words = [LAUNCHER, "import-teacher", "--checkpoint", folder / "hub", "--out", folder / "out",
             "--check-against", pairs, "--tolerance", "1e-5"]
    if hasattr(model, "blocks") and hasattr(model.blocks[0], "attn"):
        words += ["--set", f"model.vit.heads={model.blocks[0].attn.num_heads}"]
    run = subprocess.run(words, capture_output=True, text=True)
    said = [line for line in run.stderr.splitlines() if line.startswith(("error:", "Checked"))]
    return run.returncode, said[0].replace(str(folder), "") if said else run.stderr


def compare(name):
    """agrees, refused or differs, and why."""
    generator = torch.Generator().manual_seed(1)
    shape = {} if name.startswith("swin") else {"depth": 2}
    try:
        model = fill(timm.create_model(name, **shape), generator)
        pairs = answers(model, generator)
    except (AttributeError, AssertionError, RuntimeError, TypeError, ValueError) as e:
        return "not made", f"timm: {e}"
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        timm.models.save_for_hf(model, str(folder / "hub"), safe_serialization=True)
        np.savez(folder / "pairs.npz", **pairs)
        code, said = imported(model, folder, folder / "pairs.npz")
    return "agrees" if code == 0 else "differs" if "differ by" in said else "refused", said


def main(pattern):
    wrong = 0
    for name in networks(pattern):
        verdict, said = compare(name)
        wrong += verdict == "differs"
        print(f"{verdict:9} {name}: {said}", flush=True)
    return wrong


if __name__ == "__main__":
    torch.set_num_threads(2)
    sys.exit(min(1, main(sys.argv[1] if len(sys.argv) > 1 else "")))
