"""ViT-B/16 and Swin-B at full size: no checkpoint is stored, Java writes it from the deterministic values."""

import math

import numpy as np
import timm
import torch

import deterministic
import import_case
from import_case import Case

SAMPLES = 512


def fill(model, ranges):
    """Parameter NAME holds deterministic.uniform(NAME, ...), of the range that ranges states."""
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            shape = tuple(parameter.shape)
            centre, half_width = (float(np.float32(x)) for x in import_case.value_range(name, shape))
            ranges[name] = {"shape": shape, "centre": centre, "half_width": half_width}
            parameter.copy_(torch.tensor(deterministic.uniform(name, shape, centre, half_width)))
    return model.eval()


def full(name, architecture, **facts):
    """Tokens at SAMPLES positions of the flattened [B, N, C], and every token's norm; images are not stored."""
    ranges = {}
    model = fill(timm.create_model(architecture, num_classes=0), ranges)
    case = Case(name, architecture + ".safetensors", image_size=224, layer_norm_epsilon=model.norm.eps,
                activation="GELU",
                source=f"timm {timm.__version__}, {architecture}", samples=SAMPLES, parameters=ranges, **facts, notes=[
                    "images: uint8 [2, 224, 224, 3], integers('images', ..., 256); normalised by mean and std",
                    "sampled: entries of the flattened tokens at integers('sample/tokens', 512, size)"])
    images = import_case.pictures("images", 224)

    def outputs(network, x):
        tokens = network.forward_features(x)
        return {"tokens": tokens if tokens.ndim == 3 else tokens.flatten(1, 2)}

    found, errors = import_case.answers(model, outputs, import_case.normalized(images, case.statistics))
    double = found["tokens"]
    where = deterministic.integers("sample/tokens", SAMPLES, math.prod(double.shape))
    case.facts |= {"float32_error": errors, "tokens_shape": double.shape}
    case.arrays = {"sampled": double.reshape(-1)[where].astype(np.float32),
                   "norms": np.linalg.norm(double, axis=-1).astype(np.float32),
                   "max_abs": np.abs(double).max(-1).astype(np.float32)}
    case.write()


CASES = {
    "full_vit_b16": lambda n: full(n, "vit_base_patch16_224", family="vit", arch="vit_b16", width=768, depth=12,
                                   heads=12,
                                   patch_size=16, prefix_tokens=1),
    "full_swin_b": lambda n: full(n, "swin_base_patch4_window7_224", family="swin", arch="swin_b", width=128,
                                  depths=(2, 2, 18, 2),
                                  heads=(4, 8, 16, 32), patch_size=4, window=7, prefix_tokens=0),
}
