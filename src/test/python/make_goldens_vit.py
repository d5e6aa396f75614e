"""Goldens of the ViTs: tokens, a scalar loss and every gradient, in float64; fixed tables of positions.

All cases, or those whose names start with an argument: python make_goldens_vit.py rotary swiglu

Parameters, images and loss weights are not stored: deterministic.py makes them again. Before anything
is written, vit_references.py compares the networks with those of timm and transformers.
"""

import dataclasses
import math
import sys

import numpy as np
import torch

import deterministic
import golden_files
import vit_references
import vit_torch

PREFIX = "student/"
SAMPLES = 256

SMALL = vit_torch.Vit(image_size=32, patch_size=8, width=32, depth=2, heads=4, relative_position_shared=False)
TINY = vit_torch.Vit(image_size=12, patch_size=4, width=16, depth=2, heads=2, absolute_position=True,
                     relative_position_shared=False, layer_scale=False, qkv_bias="FULL_BIAS")
ROTARY = dataclasses.replace(TINY, absolute_position=False, layer_scale=True, qkv_bias="QV_BIAS",
                             layer_norm_epsilon=1e-5, rotary_position="DINOV3")
CASES = {
    "no-position": (2, SMALL),
    "absolute": (2, dataclasses.replace(SMALL, absolute_position=True, layer_scale=False, qkv_bias="FULL_BIAS")),
    "absolute-no-class-token": (
        2, dataclasses.replace(SMALL, absolute_position=True, class_token=False, qkv_bias="NO_BIAS")),
    "relative-per-layer": (2, dataclasses.replace(SMALL, relative_position_per_layer=True)),
    "relative-per-layer-no-class-token": (
        2, dataclasses.replace(SMALL, relative_position_per_layer=True, class_token=False, layer_scale=False)),
    "relative-shared": (2, dataclasses.replace(SMALL, relative_position_shared=True)),
    "relative-shared-no-class-token": (
        2, dataclasses.replace(SMALL, relative_position_shared=True, class_token=False, qkv_bias="FULL_BIAS")),
    "all-positions": (
        3, vit_torch.Vit(image_size=12, patch_size=4, width=48, depth=3, heads=3, mlp_ratio=2.0,
                         absolute_position=True, relative_position_per_layer=True)),
    "base-16-two-blocks": (1, vit_torch.Vit(depth=2)),
    "registers": (2, dataclasses.replace(TINY, register_tokens=3, layer_scale=True)),
    "registers-no-class-token": (2, dataclasses.replace(TINY, register_tokens=2, class_token=False)),
    "registers-no-positions": (2, dataclasses.replace(TINY, register_tokens=4, positioned_tokens="PATCHES")),
    "registers-every-token": (2, dataclasses.replace(TINY, register_tokens=1, positioned_tokens="EVERY_TOKEN")),
    "patch-positions": (2, dataclasses.replace(TINY, positioned_tokens="PATCHES", layer_scale=True)),
    "sine-cosine-mae": (2, dataclasses.replace(TINY, absolute_position_kind="SIN_COS_MAE")),
    "sine-cosine-moco-v3": (
        2, dataclasses.replace(TINY, absolute_position_kind="SIN_COS_MOCO_V3", register_tokens=2)),
    "clip": (2, dataclasses.replace(TINY, pre_norm=True, patch_bias=False, activation="QUICK_GELU",
                                    layer_norm_epsilon=1e-5)),
    "siglip": (2, dataclasses.replace(TINY, class_token=False, activation="GELU_TANH", mlp_hidden=44)),
    "swiglu": (2, dataclasses.replace(TINY, activation="SWIGLU", mlp_hidden=24, layer_scale=True)),
    "norm-on-pooled": (2, dataclasses.replace(TINY, absolute_position=False, relative_position_shared=True,
                                              qkv_bias="QV_BIAS", final_norm="ON_POOLED")),
    "rotary": (2, dataclasses.replace(ROTARY, register_tokens=2)),
    "rotary-no-class-token": (2, dataclasses.replace(ROTARY, image_size=16, class_token=False, qkv_bias="NO_BIAS")),
    "rotary-separate-norms": (2, dataclasses.replace(ROTARY, register_tokens=1, activation="SWIGLU", mlp_hidden=24,
                                                     final_norm="SEPARATE")),
    "rotary-eva02": (2, dataclasses.replace(TINY, qkv_bias="QV_BIAS", activation="SWIGLU", mlp_hidden=24,
                                            rotary_position="EVA02", mlp_norm=True, attention_norm=True)),
}
RELATIVE = dataclasses.replace(TINY, absolute_position=False, qkv_bias="QV_BIAS", layer_scale=True)
# With the number of patches that stay, of nine.
MASKED = {
    "absolute": (2, 5, TINY),
    "relative-per-layer": (3, 4, dataclasses.replace(RELATIVE, relative_position_per_layer=True)),
    "relative-shared": (2, 1, dataclasses.replace(RELATIVE, relative_position_shared=True)),
    "relative-no-class-token": (2, 3, dataclasses.replace(RELATIVE, relative_position_shared=True, class_token=False)),
    "all-positions": (3, 5, dataclasses.replace(TINY, relative_position_per_layer=True, relative_position_shared=True)),
    "all-patches": (2, 9, dataclasses.replace(TINY, relative_position_per_layer=True)),
    "registers": (2, 4, dataclasses.replace(TINY, register_tokens=3)),
    "sine-cosine-mae": (2, 2, dataclasses.replace(TINY, absolute_position_kind="SIN_COS_MAE")),
    "norm-on-pooled": (2, 6, dataclasses.replace(TINY, final_norm="ON_POOLED")),
    "rotary-separate-norms": (2, 4, dataclasses.replace(ROTARY, register_tokens=1, final_norm="SEPARATE")),
}
TABLES = [(kind, grid, width) for kind in ("SIN_COS_MAE", "SIN_COS_MOCO_V3") for grid, width in ((3, 16), (14, 768))]


def value_range(name, shape):
    """Centre and half width that keep activations near one and every branch of use."""
    if name.endswith("/scale"):
        return 1.0, 0.25
    if name.endswith(("layer_scale1", "layer_scale2")):
        return 0.5, 0.25
    if name.endswith("/kernel"):
        return 0.0, math.sqrt(3 / np.prod(shape[:-1]))
    if name.endswith("/table"):
        return 0.0, 1.0
    return 0.0, 0.5


def kept_patches(vit, batch, count):
    """Numbers of the patches that stay, ascending [B, K]; another set for each example."""
    noise = [deterministic.bits(f"kept/{example}", vit.grid**2) for example in range(batch)]
    return np.array([np.sort(np.argsort(row, kind="stable")[:count]) for row in noise])


def run(vit, values, images, weights, dtype, kept=None):
    """Tokens, loss and gradients by name, as numpy arrays; the mean too where the final norm is on it."""
    parameters = {n: torch.tensor(v, dtype=dtype, requires_grad=True) for n, v in values.items()}
    tokens = vit_torch.forward(vit, parameters, torch.tensor(images, dtype=dtype),
                               kept=None if kept is None else torch.tensor(kept))
    loss = (tokens * torch.tensor(weights, dtype=dtype)).sum()
    results = {"tokens": tokens.detach().numpy()}
    if vit.final_norm == "ON_POOLED":
        pooled = vit_torch.pooled(vit, parameters, tokens)
        loss = loss + (pooled * torch.tensor(pooled_weights(vit, len(images)), dtype=dtype)).sum()
        results["pooled"] = pooled.detach().numpy()
    loss.backward()
    results["loss"] = loss.detach().numpy()
    results |= {f"grad/{PREFIX}{n}": p.grad.numpy() for n, p in parameters.items()}
    return results


def pooled_weights(vit, batch):
    return deterministic.uniform("pooled_weights", (batch, vit.width))


def make(name, batch, vit, kept=None):
    ranges, values = {}, {}
    for parameter, shape in vit_torch.parameter_shapes(vit).items():
        centre, half = (float(np.float32(x)) for x in value_range(parameter, shape))
        full = PREFIX + parameter
        ranges[full] = {"shape": shape, "centre": centre, "half_width": half}
        values[parameter] = deterministic.uniform(full, shape, centre, half)
    images = deterministic.uniform("images", (batch, vit.image_size, vit.image_size, 3), 0.0, 2.0)
    tokens = vit.tokens if kept is None else vit.prefix + kept.shape[1]
    weights = deterministic.uniform("loss_weights", (batch, tokens, vit.width))
    double = run(vit, values, images, weights, torch.float64, kept)
    errors = golden_files.float32_errors(
        lambda v: run(vit, {n: v[n] for n in values}, v["images"], weights, torch.float32, kept),
        values | {"images": images}, double)

    sampled = vit.width > 100
    tensors = {key: golden_files.describe(double[key], errors[key]) for key in double}
    tensors["loss"]["float32_error"] = max(tensors["loss"]["float32_error"], cancellation(double, weights))
    arrays = {key: golden_files.stored(sample(key, value) if sampled else value) for key, value in double.items()}
    golden_files.write(f"vit/{name}", arrays, {
        "batch": batch, "vit": dataclasses.asdict(vit), "parameters": ranges, "tensors": tensors,
        "images": {"shape": images.shape, "centre": 0.0, "half_width": 2.0},
        "loss_weights": {"shape": weights.shape, "centre": 0.0, "half_width": 1.0},
        "pooled_weights": {"shape": (batch, vit.width), "centre": 0.0, "half_width": 1.0},
        "longest_sum": golden_files.longest_sum(values, images, vit.patch_size),
        "samples": SAMPLES if sampled else 0} | ({} if kept is None else {"kept": kept.tolist()}))
    print("   float32 against float64, worst tensor:", max((t["float32_error"], k) for k, t in tensors.items()))


def cancellation(results, weights):
    """One rounding of each of the loss's terms: where they cancel, a smaller error is luck."""
    return float(np.sum(np.abs(results["tokens"] * weights)) / np.abs(results["loss"]) * 2.0**-24)


def sample(key, value):
    """SAMPLES entries at positions that follow from the key."""
    return value if value.ndim == 0 else value.reshape(-1)[deterministic.integers("sample/" + key, SAMPLES, value.size)]


def make_tables():
    """Fixed positions; of the large tables, sampled entries."""
    arrays = {}
    for kind, grid, width in TABLES:
        key = f"{kind}/{grid}/{width}"
        table = vit_torch.sine_cosine(kind, grid, width)
        arrays[key] = golden_files.stored(sample(key, table) if width > 100 else table)
    golden_files.write("vit/sine-cosine", arrays, {"samples": SAMPLES, "tables": TABLES})


def main(starts):
    vit_references.check()
    for name, (batch, vit) in CASES.items():
        if not starts or name.startswith(tuple(starts)):
            make(name, batch, vit)
    for name, (batch, count, vit) in MASKED.items():
        if not starts or f"masked-{name}".startswith(tuple(starts)):
            make(f"masked-{name}", batch, vit, kept_patches(vit, batch, count))
    if not starts:
        make_values()
        make_tables()


def make_values():
    """Samples of what all goldens are made of."""
    golden_files.write("values", {
        "uniform": deterministic.uniform("student/blocks/00/attn/qkv/kernel", (3, 5, 7), 0.5, 0.1),
        "integers": deterministic.integers("sample", 64, 1000003),
        "index_grid_3": vit_torch.relative_index(vit_torch.Vit(image_size=6, patch_size=2)).numpy(),
        "index_grid_3_no_class_token":
            vit_torch.relative_index(vit_torch.Vit(image_size=6, patch_size=2, class_token=False)).numpy(),
    }, {"uniform": "student/blocks/00/attn/qkv/kernel, centre 0.5, half width 0.1", "integers": "sample, below 1000003"})


if __name__ == "__main__":
    torch.set_num_threads(2)
    main(sys.argv[1:])
