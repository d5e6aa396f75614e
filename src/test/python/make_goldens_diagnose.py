"""What NumPy makes of attention and tokens that PyTorch gave: the definitions of org.fdistill.diagnose, spelt out.

timm's ViT (positions are added), BEiT (relative positions) and Swin (windows) with deterministic weights; the tensors
are stored as they come, in float32, and every measure is computed from them in float64.
"""

import itertools

import numpy as np
import timm
import torch

import deterministic
import golden_files

SIDE, BATCH = 32, 6
CASES = {
    "vit": ("vit_tiny_patch16_224", dict(img_size=SIDE, patch_size=8, embed_dim=12, depth=2, num_heads=3), 1),
    "beit": ("beit_base_patch16_224",
             dict(img_size=SIDE, patch_size=8, embed_dim=8, depth=2, num_heads=2, use_abs_pos_emb=False), 1),
    "swin": ("swin_tiny_patch4_window7_224",
             dict(img_size=SIDE, patch_size=4, embed_dim=8, depths=(2, 2), num_heads=(2, 4), window_size=4), 0),
}


def network(case, name, options):
    model = timm.create_model(name, num_classes=0, **options).eval()
    with torch.no_grad():
        for key, value in model.named_parameters():
            value.copy_(torch.from_numpy(deterministic.uniform(f"diagnose/{case}/{key}", tuple(value.shape), 0, 0.4)))
            if key.endswith("norm1.weight") or key.endswith("norm2.weight"):
                value.add_(1)
    return model


def inside(model, images):
    """Attention after softmax and what leaves each block, first block first."""
    attention, leaving = [], []
    for module in model.modules():
        if hasattr(module, "fused_attn"):
            module.fused_attn = False
        if hasattr(module, "attn_drop"):
            module.attn_drop.register_forward_hook(lambda m, i, out: attention.append(out.numpy().copy()))
        if type(module).__name__ in ("Block", "SwinTransformerBlock"):
            module.register_forward_hook(
                lambda m, i, out: leaving.append(out.numpy().reshape(out.shape[0], -1, out.shape[-1]).copy()))
    with torch.no_grad():
        model.forward_features(images)
    return attention, leaving


def patches(attention, prefix):
    """[images, windows, heads, n, n] in float64."""
    a = attention.astype(np.float64)[:, :, prefix:, prefix:]
    return a.reshape(BATCH, -1, *a.shape[1:])


def distance(a, pixels, renormalise):
    n = a.shape[-1]
    side = int(round(n**0.5))
    result = np.zeros(a.shape[2])
    for image, window, head in itertools.product(*map(range, a.shape[:3])):
        for query in range(n):
            row = a[image, window, head, query]
            far = [pixels * np.hypot(query // side - key // side, query % side - key % side) for key in range(n)]
            result[head] += np.dot(row, far) / (row.sum() if renormalise else 1)
    return result / (a.shape[0] * a.shape[1] * n)


def cosine(x, y):
    return np.dot(x, y) / (np.linalg.norm(x) * np.linalg.norm(y))


def similarity(a, kind):
    values = []
    for image, window in itertools.product(*map(range, a.shape[:2])):
        for one, other in itertools.combinations(a[image, window], 2):
            if kind == "flattened":
                values.append(cosine(one.ravel(), other.ravel()))
            else:
                pairs = zip(one.T, other.T) if kind == "column" else zip(one, other)
                values.append(np.mean([cosine(x, y) for x, y in pairs]))
    return np.mean(values)


def explained(mean, groups):
    fitted = np.zeros_like(mean)
    for group in np.unique(groups):
        fitted[groups == group] = mean[groups == group].mean()
    return 1 - ((mean - fitted) ** 2).sum() / ((mean - mean.mean()) ** 2).sum()


def offsets(n):
    side = int(round(n**0.5))
    place = np.stack(np.divmod(np.arange(n), side))
    off = place[:, None, :] - place[:, :, None] + side
    return off[0] * 1000 + off[1]


def rank(x):
    rows = x.reshape(-1, x.shape[-1]).astype(np.float64)
    s = np.linalg.svd(rows - rows.mean(0), compute_uv=False)
    p = s / s.sum()
    return np.exp(-(p[p > 0] * np.log(p[p > 0])).sum()), int((s > len(s) * 2.0**-23 * s.max()).sum())


def hsic(x, y):
    """Song et al., 2012, equation 5, of linear kernels."""
    k, l = x @ x.T, y @ y.T
    np.fill_diagonal(k, 0)
    np.fill_diagonal(l, 0)
    n, one = len(k), np.ones(len(k))
    total = np.trace(k @ l) + one @ k @ one * (one @ l @ one) / ((n - 1) * (n - 2)) - 2 / (n - 2) * one @ k @ l @ one
    return total / (n * (n - 3))


def cka(layers, batches):
    """Nguyen et al., 2021: each mean over batches of the unbiased estimate."""
    def mean(i, j):
        return np.mean([hsic(layers[i][b], layers[j][b]) for b in batches])
    count = range(len(layers))
    return np.array([[mean(i, j) / np.sqrt(mean(i, i) * mean(j, j)) for j in count] for i in count])


def main():
    torch.manual_seed(0)
    pixels = deterministic.uniform("diagnose/pixels", (BATCH, 3, SIDE, SIDE), 0, 2)
    arrays, description, features = {}, {}, []
    for case, (name, options, prefix) in CASES.items():
        attention, leaving = inside(network(case, name, options), torch.from_numpy(pixels))
        assert len(attention) == len(leaving), (case, len(attention), len(leaving))
        layers = []
        for i, (weights, tokens) in enumerate(zip(attention, leaving)):
            a = patches(weights, prefix)
            mean = a.mean((0, 1, 2))
            side = int(round(a.shape[-1]**0.5))
            grid = int(round((a.shape[1] * a.shape[-1])**0.5))
            effective, numerical = rank(tokens[:, prefix:])
            layers.append({
                "heads": a.shape[2], "windows": a.shape[1], "tokens": weights.shape[-1], "prefix": prefix, "side": side,
                "pixels": SIDE / grid, "similarity": {k: similarity(a, k) for k in ("column", "row", "flattened")},
                "r2_relative": explained(mean, offsets(a.shape[-1])),
                "r2_column": explained(mean, np.tile(np.arange(a.shape[-1]), (a.shape[-1], 1))),
                "effective": effective, "numerical": numerical,
                "plain": list(distance(a, SIDE / grid, False)), "renormalised": list(distance(a, SIDE / grid, True))})
            arrays[f"{case}/attention/{i}"] = weights
            arrays[f"{case}/leaving/{i}"] = tokens
            arrays[f"{case}/map/{i}"] = mean
            features.append(tokens[:, prefix:].reshape(BATCH, -1).astype(np.float64))
        description[case] = layers
    # As one batch of six, and as the mean over the first four and the last four.
    arrays["cka/one"] = cka(features, [slice(0, BATCH)])
    arrays["cka/two"] = cka(features, [slice(0, 4), slice(2, 6)])
    golden_files.write("diagnose/measures", {k: golden_files.stored(v) for k, v in arrays.items()}, description)


if __name__ == "__main__":
    main()
