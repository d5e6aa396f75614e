"""Goldens of the ViT student: tokens, a scalar loss and every gradient, in float64.

Parameters, images and loss weights are not stored: deterministic.py makes them again.
"""

import dataclasses
import math

import numpy as np
import torch

import deterministic
import golden_files
import vit_torch

PREFIX = "student/"
SAMPLES = 256

SMALL = vit_torch.Vit(image_size=32, patch_size=8, width=32, depth=2, heads=4, relative_position_shared=False)
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
}


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


def run(vit, values, images, weights, dtype):
    """Tokens, loss and gradients by name, as numpy arrays."""
    parameters = {n: torch.tensor(v, dtype=dtype, requires_grad=True) for n, v in values.items()}
    tokens = vit_torch.forward(vit, parameters, torch.tensor(images, dtype=dtype))
    loss = (tokens * torch.tensor(weights, dtype=dtype)).sum()
    loss.backward()
    results = {"tokens": tokens.detach().numpy(), "loss": loss.detach().numpy()}
    results |= {f"grad/{PREFIX}{n}": p.grad.numpy() for n, p in parameters.items()}
    return results


def make(name, batch, vit):
    ranges, values = {}, {}
    for parameter, shape in vit_torch.parameter_shapes(vit).items():
        centre, half = (float(np.float32(x)) for x in value_range(parameter, shape))
        full = PREFIX + parameter
        ranges[full] = {"shape": shape, "centre": centre, "half_width": half}
        values[parameter] = deterministic.uniform(full, shape, centre, half)
    images = deterministic.uniform("images", (batch, vit.image_size, vit.image_size, 3), 0.0, 2.0)
    weights = deterministic.uniform("loss_weights", (batch, vit.tokens, vit.width))
    double = run(vit, values, images, weights, torch.float64)
    single = run(vit, values, images, weights, torch.float32)

    sampled = vit.width > 100
    tensors = {key: describe(single[key], double[key]) for key in double}
    arrays = {key: golden_files.stored(sample(key, value) if sampled else value) for key, value in double.items()}
    golden_files.write(f"vit/{name}", arrays, {
        "batch": batch, "vit": dataclasses.asdict(vit), "parameters": ranges, "tensors": tensors,
        "images": {"shape": images.shape, "centre": 0.0, "half_width": 2.0},
        "loss_weights": {"shape": weights.shape, "centre": 0.0, "half_width": 1.0},
        "samples": SAMPLES if sampled else 0})
    print("   float32 against float64, worst tensor:", max((t["float32_error"], k) for k, t in tensors.items()))


def describe(single, double):
    return {"shape": double.shape, "l2_norm": float(np.sqrt(np.sum(double**2))), "mean": float(np.mean(double)),
            "max_abs": float(np.max(np.abs(double))), "float32_error": golden_files.scaled_error(single, double)}


def sample(key, value):
    """SAMPLES entries at positions that follow from the key."""
    return value if value.ndim == 0 else value.reshape(-1)[deterministic.integers("sample/" + key, SAMPLES, value.size)]


def main():
    golden_files.write("values", {
        "uniform": deterministic.uniform("student/blocks/00/attn/qkv/kernel", (3, 5, 7), 0.5, 0.1),
        "integers": deterministic.integers("sample", 64, 1000003),
        "index_grid_3": vit_torch.relative_index(vit_torch.Vit(image_size=6, patch_size=2)).numpy(),
        "index_grid_3_no_class_token":
            vit_torch.relative_index(vit_torch.Vit(image_size=6, patch_size=2, class_token=False)).numpy(),
    }, {"uniform": "student/blocks/00/attn/qkv/kernel, centre 0.5, half width 0.1", "integers": "sample, below 1000003"})
    for name, (batch, vit) in CASES.items():
        make(name, batch, vit)


if __name__ == "__main__":
    torch.set_num_threads(2)
    main()
