"""Goldens of Swin: tokens, a scalar loss and every gradient, in float64; and the same network is timm's.

Parameters, images and loss weights are not stored: deterministic.py makes them again.
"""

import dataclasses
import math

import numpy as np
import timm.models.swin_transformer
import timm.models.swin_transformer_v2
import torch

import deterministic
import golden_files
import swin_torch

PREFIX = "student/"
SAMPLES = 256
TIMM_NAMES = {"patch_embed": "patch_embed.proj", "attn/cpb/fc1": "attn.cpb_mlp.0", "attn/cpb/fc2": "attn.cpb_mlp.2",
              "attn/rel_pos_bias": "attn"}

CASES = {
    # Two stages of several windows, with and without shift; the last is one too.
    "v1-shifted": (2, swin_torch.Swin(1, 24, 2, 16, (2, 2), (2, 4), 3)),
    # Windows of an even side, a stage of one window and one smaller than a window.
    "v1-one-window": (2, swin_torch.Swin(1, 32, 4, 8, (2, 2, 1), (1, 2, 4), 4, mlp_ratio=2.0)),
    "v2-shifted": (2, swin_torch.Swin(2, 24, 2, 16, (2, 2), (2, 4), 3)),
    "v2-one-window": (2, swin_torch.Swin(2, 32, 4, 8, (2, 2, 1), (1, 2, 4), 4, position_window=(7, 0, 3))),
    "v2-main-norm": (2, swin_torch.Swin(2, 16, 2, 8, (3, 4), (1, 2), 4, main_norm_interval=2)),
    # The last map is a single token: windows of one.
    "v2-one-token": (3, swin_torch.Swin(2, 16, 4, 8, (1, 1, 2), (1, 2, 2), 2)),
    "v1-window-7": (1, swin_torch.Swin(1, 56, 4, 128, (2, 1), (4, 8), 7)),
    "v2-window-14": (1, swin_torch.Swin(2, 112, 4, 128, (2, 1), (4, 8), 14, position_window=(7, 0))),
}


def value_range(name, shape):
    """Centre and half width that keep activations near one and every branch of use."""
    if name.endswith("/scale"):
        return 1.0, 0.25
    if name.endswith("/logit_scale"):
        # In one block to both sides of ln 100 = 4.6; sharper attention costs float32 digits.
        return (4.6, 0.5) if name.startswith("layers/0/blocks/00") else (2.3, 0.5)
    if name.endswith("/cpb/fc2/kernel"):
        return 0.0, 0.2
    if name.endswith("/kernel"):
        return 0.0, math.sqrt(3 / np.prod(shape[:-1]))
    if name.endswith("/table"):
        return 0.0, 1.0
    return 0.0, 0.5


def run(swin, values, images, weights, dtype):
    """Tokens, loss and gradients by name, as numpy arrays."""
    parameters = {n: torch.tensor(v, dtype=dtype, requires_grad=True) for n, v in values.items()}
    tokens = swin_torch.forward(swin, parameters, torch.tensor(images, dtype=dtype))
    loss = (tokens * torch.tensor(weights, dtype=dtype)).sum()
    loss.backward()
    results = {"tokens": tokens.detach().numpy(), "loss": loss.detach().numpy()}
    results |= {f"grad/{PREFIX}{n}": p.grad.numpy() for n, p in parameters.items()}
    return results


def timm_model(swin):
    """timm's network of the same sizes; it has no norms on the main branch."""
    sizes = {"img_size": swin.image_size, "patch_size": swin.patch_size, "embed_dim": swin.width, "depths": swin.depths,
             "num_heads": swin.heads, "window_size": swin.window, "mlp_ratio": swin.mlp_ratio, "num_classes": 0}
    if swin.version == 1:
        return timm.models.swin_transformer.SwinTransformer(**sizes)
    windows = swin.position_window or (0,) * len(swin.depths)
    return timm.models.swin_transformer_v2.SwinTransformerV2(**sizes, pretrained_window_sizes=windows)


def timm_name(name):
    """layers/0/downsample is timm's layers.1.downsample; a layer's end is weight or bias."""
    layer, _, end = name.rpartition("/")
    for ours, theirs in TIMM_NAMES.items():
        if layer == ours or layer.endswith("/" + ours):
            layer = layer.removesuffix(ours) + theirs
    parts = [str(int(p)) if p.isdigit() else p for p in layer.replace("/", ".").split(".")]
    if "downsample" in parts:
        parts[1] = str(int(parts[1]) + 1)
    ends = {"kernel": "weight", "scale": "weight", "offset": "bias", "table": "relative_position_bias_table"}
    return ".".join([*parts, ends.get(end, end)])


def timm_value(name, value):
    value = torch.tensor(value, dtype=torch.float64)
    if name.endswith("/logit_scale"):
        return value[:, None, None]
    if name == "patch_embed/kernel":
        return value.permute(3, 2, 0, 1)
    return value.T if name.endswith("/kernel") else value


def check_against_timm(name, swin, values, images, tokens):
    model = timm_model(swin).double().eval()
    state = {timm_name(n): timm_value(n, v) for n, v in values.items()}
    left = model.load_state_dict(state, strict=False)
    assert not left.unexpected_keys, left.unexpected_keys
    # timm's buffers of constants are in the state too; no parameter may be missing.
    assert not set(left.missing_keys) & set(dict(model.named_parameters())), left.missing_keys
    with torch.no_grad():
        theirs = model.forward_features(torch.tensor(images, dtype=torch.float64).permute(0, 3, 1, 2)).flatten(1, 2)
    error = golden_files.scaled_error(theirs.numpy(), tokens)
    print(f"   {name}: timm differs by {error:.1e}")
    # timm keeps its log-spaced offsets in float32.
    assert error < (1e-12 if swin.version == 1 else 1e-6), error


def make(name, batch, swin):
    ranges, values = {}, {}
    for parameter, shape in swin_torch.parameter_shapes(swin).items():
        centre, half = (float(np.float32(x)) for x in value_range(parameter, shape))
        full = PREFIX + parameter
        ranges[full] = {"shape": shape, "centre": centre, "half_width": half}
        values[parameter] = deterministic.uniform(full, shape, centre, half)
    last = swin.stages[-1]
    images = deterministic.uniform("images", (batch, swin.image_size, swin.image_size, 3), 0.0, 2.0)
    weights = deterministic.uniform("loss_weights", (batch, last.grid**2, last.width))
    double = run(swin, values, images, weights, torch.float64)
    errors = golden_files.float32_errors(
        lambda v: run(swin, {n: v[n] for n in values}, v["images"], weights, torch.float32),
        values | {"images": images}, double)
    if not swin.main_norm_interval and last.window > 1:
        check_against_timm(name, swin, values, images, double["tokens"])

    sampled = swin.width > 100
    tensors = {key: golden_files.describe(double[key], errors[key]) for key in double}
    arrays = {key: golden_files.stored(sample(key, value) if sampled else value) for key, value in double.items()}
    golden_files.write(f"swin/{name}", arrays, {
        "batch": batch, "swin": config(swin), "version": swin.version, "parameters": ranges, "tensors": tensors,
        "images": {"shape": images.shape, "centre": 0.0, "half_width": 2.0},
        "loss_weights": {"shape": weights.shape, "centre": 0.0, "half_width": 1.0},
        "longest_sum": golden_files.longest_sum(values, images, swin.patch_size),
        "samples": SAMPLES if sampled else 0})
    print("   float32 against float64, worst tensor:", max((t["float32_error"], k) for k, t in tensors.items()))


def config(swin):
    """The fields of SwinConfig or SwinV2Config."""
    fields = dataclasses.asdict(swin)
    del fields["version"]
    if swin.version == 1:
        del fields["position_window"], fields["main_norm_interval"]
    return fields


def sample(key, value):
    """SAMPLES entries at positions that follow from the key; a small tensor as it is."""
    if value.ndim == 0:
        return value
    return value.reshape(-1)[deterministic.integers("sample/" + key, SAMPLES, value.size)]


if __name__ == "__main__":
    torch.set_num_threads(2)
    for case, (batch, swin) in CASES.items():
        make(case, batch, swin)
