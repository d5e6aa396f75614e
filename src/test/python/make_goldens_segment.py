"""Goldens of UPerNet: transformers' BEiT and Swin segmenters in float64, logits, losses and every gradient.

Each network runs with running statistics (eval) and with those of the batch (batch), after which the new running
statistics are kept too. Parameters, images and masks are not stored: deterministic.py makes them again.
"""

import math
import re

import numpy as np
import torch
import torch.nn.functional as F
import transformers

import deterministic
import golden_files

CLASSES, SIDE, BATCH, IGNORED, AUXILIARY = 5, 32, 3, 255, 0.4
ZERO = 1e-13

# Patterns of transformers' names -> ours; {0:02d} is a block's number.
BEIT = {
    r"beit\.embeddings\.cls_token": "student/cls_token",
    r"beit\.embeddings\.patch_embeddings\.projection": "student/patch_embed",
    r"beit\.layers\.(\d+)\.lambda_([12])": "student/blocks/{0:02d}/layer_scale{1}",
    r"beit\.layers\.(\d+)\.layernorm_before": "student/blocks/{0:02d}/norm1",
    r"beit\.layers\.(\d+)\.layernorm_after": "student/blocks/{0:02d}/norm2",
    r"beit\.layers\.(\d+)\.attention\.o_proj": "student/blocks/{0:02d}/attn/proj",
    r"beit\.layers\.(\d+)\.mlp\.fc([12])": "student/blocks/{0:02d}/mlp/fc{1}",
    r"beit\.layers\.(\d+)\.relative_position_bias\.relative_position_bias_table":
        "student/blocks/{0:02d}/attn/rel_pos_bias/table",
    r"beit\.layers\.(\d+)\.attention\.([qkv])_proj": "student/blocks/{0:02d}/attn/{1}",
    r"fpn\.fpn1\.conv_transpose1": "head/neck/up4/first",
    r"fpn\.fpn1\.normalization": "head/neck/up4/norm",
    r"fpn\.fpn1\.conv_transpose2": "head/neck/up4/second",
    r"fpn\.fpn2": "head/neck/up2",
    r"decode_head\.psp_modules\.blocks\.(\d)\.conv": "head/uper/pyramid/{0}",
    r"decode_head\.psp_bottleneck": "head/uper/bottleneck",
}
SWIN_BLOCK = r"backbone\.swin\.encoder\.layers\.(\d)\.blocks\.(\d+)\."
SWIN = {
    r"backbone\.swin\.embeddings\.patch_embeddings\.projection": "student/patch_embed",
    r"backbone\.swin\.embeddings\.norm": "student/patch_embed/norm",
    SWIN_BLOCK + "layernorm_before": "student/layers/{0}/blocks/{1:02d}/norm1",
    SWIN_BLOCK + "layernorm_after": "student/layers/{0}/blocks/{1:02d}/norm2",
    SWIN_BLOCK + r"attention\.o_proj": "student/layers/{0}/blocks/{1:02d}/attn/proj",
    SWIN_BLOCK + r"mlp\.fc([12])": "student/layers/{0}/blocks/{1:02d}/mlp/fc{2}",
    SWIN_BLOCK + r"attention\.relative_position_bias\.relative_position_bias_table":
        "student/layers/{0}/blocks/{1:02d}/attn/rel_pos_bias/table",
    SWIN_BLOCK + r"attention\.([qkv])_proj": "student/layers/{0}/blocks/{1:02d}/attn/{2}",
    r"backbone\.swin\.encoder\.layers\.(\d)\.downsample\.(reduction|norm)": "student/layers/{0}/downsample/{1}",
    r"backbone\.hidden_states_norms\.stage(\d)": "head/stage_norms/{0:-1}",
    r"decode_head\.psp_modules\.(\d)\.1": "head/uper/pyramid/{0}",
    r"decode_head\.bottleneck": "head/uper/bottleneck",
}
HEADS = {
    r"decode_head\.lateral_convs\.(\d)": "head/uper/laterals/{0}",
    r"decode_head\.fpn_convs\.(\d)": "head/uper/outputs/{0}",
    r"decode_head\.fpn_bottleneck": "head/uper/fusion",
    r"decode_head\.classifier": "head/uper/classifier",
    r"auxiliary_head\.convs\.0": "auxiliary/convolution",
    r"auxiliary_head\.classifier": "auxiliary/classifier",
}
UNIT = {"convolution": "", "conv": "", "normalization": "/norm", "batch_norm": "/norm"}
STATISTICS = {"running_mean": "mean", "running_var": "variance"}


def beit():
    """Blocks 1 to 4 of five; transformers counts its hidden states from the embedding and one further."""
    config = transformers.BeitConfig(
        hidden_size=16, num_hidden_layers=6, num_attention_heads=2, intermediate_size=32, image_size=SIDE,
        patch_size=4, use_relative_position_bias=True, layer_scale_init_value=0.1, out_indices=[3, 4, 5, 6],
        num_labels=CLASSES, auxiliary_channels=8, auxiliary_num_convs=1, auxiliary_concat_input=False,
        layer_norm_eps=1e-6, drop_path_rate=0.0)
    model = """vit { image_size: 32 patch_size: 4 width: 16 depth: 5 heads: 2 mlp_ratio: 2
        relative_position_shared: false relative_position_per_layer: true }"""
    return transformers.BeitForSemanticSegmentation(config), BEIT | HEADS, model, "channels: 16 blocks: [1, 2, 3, 4]"


def swin():
    """The last stage is one window."""
    stages = ["stage1", "stage2", "stage3", "stage4"]
    backbone = transformers.SwinConfig(
        image_size=SIDE, patch_size=2, embed_dim=8, depths=[2, 2, 2, 1], num_heads=[1, 2, 2, 4], window_size=2,
        mlp_ratio=2.0, out_features=stages, drop_path_rate=0.0)
    config = transformers.UperNetConfig(
        backbone_config=backbone, hidden_size=12, num_labels=CLASSES, auxiliary_channels=8, use_auxiliary_head=True,
        auxiliary_num_convs=1, auxiliary_concat_input=False)
    model = """swin { image_size: 32 patch_size: 2 width: 8 depths: [2, 2, 2, 1] heads: [1, 2, 2, 4] window: 2
        mlp_ratio: 2 }"""
    return transformers.UperNetForSemanticSegmentation(config), SWIN | HEADS, model, "channels: 12"


def our_layer(theirs, table):
    """The layer and the end of its tensor's name, or None."""
    for pattern, ours in table.items():
        match = re.fullmatch(pattern + r"(?:\.(convolution|conv|normalization|batch_norm))?(?:\.(\w+))?", theirs)
        if match:
            *groups, unit, end = match.groups()
            numbers = [int(g) if g.isdigit() else g for g in groups]
            if "{0:-1}" in ours:
                ours, numbers = ours.replace("{0:-1}", "{0}"), [numbers[0] - 1]
            return ours.format(*numbers) + UNIT.get(unit, ""), end
    return None


def our_tensor(theirs, value, table):
    """Our name of one of their tensors and its value in our layout, or None."""
    found = our_layer(theirs, table)
    if found is None or found[1] == "num_batches_tracked":
        return None
    layer, end = found
    if end is None:
        return layer, value
    if end in STATISTICS:
        return layer + "/" + STATISTICS[end], value
    if end == "bias":
        return layer + ("/offset" if "norm" in layer else "/bias"), value
    if value.ndim == 1:
        return layer + "/scale", value
    if value.ndim == 4:
        order = (2, 3, 1, 0)  # Both a convolution's (out, in, h, w) and a transposed one's (in, out, h, w).
        return layer + "/kernel", value.permute(order)
    return layer + "/kernel", value.T


def joined(tensors):
    """Queries, keys and values as one kernel, and as one bias of a Swin or two of a BEiT."""
    result = {}
    for name, value in tensors.items():
        match = re.fullmatch(r"(.*/attn)/([qkv])/(kernel|bias)", name)
        if not match:
            result[name] = value
        elif match[3] == "kernel":
            result[match[1] + "/qkv/kernel"] = torch.cat([tensors[f"{match[1]}/{n}/kernel"] for n in "qkv"], 1)
        elif f"{match[1]}/k/bias" in tensors:
            result[match[1] + "/qkv/bias"] = torch.cat([tensors[f"{match[1]}/{n}/bias"] for n in "qkv"])
        else:
            result[f"{match[1]}/{match[2]}_bias"] = value
    return result


def ours(module, table, gradients=False):
    """All tensors of a module, or the gradients of its parameters, by our names and in our layouts."""
    state = dict(module.named_parameters())
    state = {n: p.grad for n, p in state.items() if p.grad is not None} if gradients else state | dict(module.named_buffers())
    found = [our_tensor(n, v.detach(), table) for n, v in state.items()]
    return joined(dict(f for f in found if f is not None))


def value_range(name, shape):
    """Centre and half width that keep activations near one and every branch of use."""
    if name.endswith("/scale"):
        return 1.0, 0.25
    if name.endswith("/variance"):
        return 1.0, 0.5
    if "layer_scale" in name:
        return 0.5, 0.25
    if name.endswith("/kernel"):
        fan = shape[-1] if "/neck/" in name else np.prod(shape[:-1])
        return 0.0, math.sqrt(3 / fan)
    return (0.0, 1.0) if name.endswith("/table") else (0.0, 0.5)


def assign(module, table, values):
    """Brings values in our layouts into a module: the inverse of ours(), by way of positions."""
    with torch.no_grad():
        state = dict(module.named_parameters()) | dict(module.named_buffers())
        places = {n: torch.arange(v.numel(), dtype=torch.float64).reshape(v.shape) for n, v in state.items()}
        offset = 0
        for name in places:
            places[name] = places[name] + offset
            offset += places[name].numel()
        found = [our_tensor(n, v, table) for n, v in places.items()]
        where = joined(dict(f for f in found if f is not None))
        flat = torch.zeros(offset, dtype=torch.float64)
        for name, place in where.items():
            flat[place.long().reshape(-1)] = torch.as_tensor(values[name], dtype=torch.float64).reshape(-1)
        for name, tensor in state.items():
            if our_tensor(name, tensor, table) is not None:
                tensor.copy_(flat[places[name].long()])


def mean_losses(logits, labels):
    """The cross-entropy's mean over the labelled pixels, and over all."""
    large = F.interpolate(logits, size=labels.shape[1:], mode="bilinear", align_corners=False)
    each = F.cross_entropy(large, labels, ignore_index=IGNORED, reduction="none")
    return each.sum() / (labels != IGNORED).sum(), each.mean()


def run(make, values, images, labels, batch_statistics, dtype):
    module, table, _, _ = make()
    module = module.to(dtype).eval()
    assign(module, table, values)
    for part in module.modules():
        if isinstance(part, torch.nn.BatchNorm2d):
            part.train(batch_statistics)
    kept = {}
    module.decode_head.register_forward_hook(lambda _, inputs, output: kept.update(decoded=output))
    module.auxiliary_head.register_forward_hook(lambda _, inputs, output: kept.update(auxiliary=output))
    theirs = module(pixel_values=torch.as_tensor(images, dtype=dtype).permute(0, 3, 1, 2), labels=labels).loss
    losses = [d + AUXILIARY * a for d, a in
              zip(mean_losses(kept["decoded"], labels), mean_losses(kept["auxiliary"], labels))]
    if dtype == torch.float64:
        assert abs(losses[0] - theirs) < 1e-12, (losses[0], theirs)
    losses[batch_statistics].backward()
    results = {"loss": losses[batch_statistics], "loss_labelled": losses[0], "loss_all": losses[1]}
    results |= {n: v.permute(0, 2, 3, 1) for n, v in kept.items()}
    results |= {f"grad/{n}": v for n, v in ours(module, table, gradients=True).items()}
    if batch_statistics:
        results |= {f"state/{n}": v for n, v in ours(module, table).items() if n.endswith(("/mean", "/variance"))}
    return {n: v.detach().numpy() for n, v in results.items()}


def make_golden(name, make, batch_statistics):
    module, table, model, task = make()
    shapes = {n: tuple(v.shape) for n, v in ours(module, table).items() if "blocks/05" not in n}
    ranges, values = {}, {}
    for parameter, shape in shapes.items():
        centre, half = (float(np.float32(x)) for x in value_range(parameter, shape))
        ranges[parameter] = {"shape": shape, "centre": centre, "half_width": half}
        values[parameter] = deterministic.uniform(parameter, shape, centre, half)
    images = deterministic.uniform("images", (BATCH, SIDE, SIDE, 3), 0.0, 2.0)
    labels = deterministic.integers("labels", BATCH * SIDE * SIDE, CLASSES + 1).reshape(BATCH, SIDE, SIDE)
    labels = torch.as_tensor(np.where(labels == CLASSES, IGNORED, labels))

    def results(v, dtype):
        rest = {n: np.zeros(t.shape) for n, t in ours(module, table).items() if n not in shapes}
        return run(make, {n: v[n] for n in shapes} | rest, v["images"], labels, batch_statistics, dtype)

    # Batch norm takes what a bias before it adds, so that its gradient is 0 but for rounding.
    double = {k: np.where(np.abs(v) < ZERO, 0, v) for k, v in results(values | {"images": images}, torch.float64).items()}
    errors = golden_files.float32_errors(
        lambda v: results(v, torch.float32), values | {"images": images}, double)
    golden_files.write(f"segment/{name}", {k: golden_files.stored(v) for k, v in double.items()}, {
        "classes": CLASSES, "model": " ".join(model.split()), "segment": task, "parameters": ranges,
        "images": {"shape": images.shape, "centre": 0.0, "half_width": 2.0},
        "tensors": {k: golden_files.describe(double[k], errors[k]) for k in double},
        "longest_sum": BATCH * SIDE * SIDE, "samples": 0})
    print("   float32 against float64, worst tensor:", max((e, k) for k, e in errors.items()))


def make_mean_iou():
    """Confusion and mean IoU by NumPy: ignored pixels, a class that never occurs and one that is never found."""
    pixels, classes = 40 * 30, 7
    truth = deterministic.integers("truth", pixels, 6)
    truth = np.where(truth == 5, IGNORED, np.where(truth == 4, 6, truth))  # No 4 and no 5.
    given = deterministic.integers("given", pixels, 6)  # 5 is given, 6 never.
    given = np.where(given == 4, truth % classes, given)
    given = np.where(given == 6, 3, given)
    known = truth != IGNORED
    matrix = np.zeros((classes, classes))
    np.add.at(matrix, (truth[known], given[known]), 1)
    hits = np.diag(matrix)
    with np.errstate(invalid="ignore"):
        iou = hits / (matrix.sum(0) + matrix.sum(1) - hits)
        accuracy = hits / matrix.sum(1)
    golden_files.write("segment/mean-iou", {
        "truth": truth.astype(np.float32), "given": given.astype(np.float32), "confusion": matrix,
        "iou": np.nan_to_num(iou, nan=-1), "accuracy": np.nan_to_num(accuracy, nan=-1)}, {
        "classes": classes, "miou": float(np.nanmean(iou)), "mean_accuracy": float(np.nanmean(accuracy)),
        "pixel_accuracy": float(hits.sum() / matrix.sum())})


if __name__ == "__main__":
    make_mean_iou()
    torch.set_num_threads(2)
    for network, maker in {"beit": beit, "swin": swin}.items():
        make_golden(network + "-eval", maker, False)
        make_golden(network + "-batch", maker, True)
