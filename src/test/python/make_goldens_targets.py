"""Goldens of several teachers and of normalisers that look at more than a token, in float64: PyTorch and NumPy."""

import numpy as np
import scipy.linalg
import torch
import torch.nn.functional as F

import deterministic
import golden_files

# A student of 3 x 3 patches; teachers of 4 x 4 with a class token and of 2 x 2 without.
INPUTS = {
    "student_tokens": ((2, 10, 6), 0.0, 3.0),
    "a_tokens": ((2, 17, 7), 0.5, 4.0),
    "b_tokens": ((2, 4, 5), -0.5, 3.0),
    "projector/kernel": ((6, 7), 0.0, 1.0),
    "projector/bias": ((7,), 0.0, 0.5),
    "projector_b/kernel": ((6, 5), 0.0, 1.0),
    "projector_b/bias": ((5,), 0.0, 0.5),
    "weighting/log_variance": ((2,), 0.0, 1.0),
}
WEIGHTS = (1.0, 3.0)
BETA = 2.0
LOGITS = {
    "student": ((4, 6), 0.0, 3.0),
    "projector/kernel": ((6, 5), 0.0, 1.0),
    "projector/bias": ((5,), 0.0, 0.5),
    "logits": ((4, 5), 0.5, 4.0),
}
DECAY = 0.75
BATCHES = ((4, 3), 1.0, 2.0)
FEATURES = ((40, 8), 3.0, 2.0)


def resampled(patches, grid):
    side = int(patches.shape[1] ** 0.5)
    maps = patches.reshape(patches.shape[0], side, side, -1).permute(0, 3, 1, 2)
    maps = F.interpolate(maps, size=(grid, grid), mode="bilinear", align_corners=False, antialias=True)
    return maps.permute(0, 2, 3, 1).reshape(patches.shape[0], grid * grid, -1)


def losses(t):
    """Teacher a is whitened, class token with class token; b is divided by its length, patches alone."""
    student = t["student_tokens"]
    a = torch.cat([t["a_tokens"][:, :1], resampled(t["a_tokens"][:, 1:], 3)], dim=1)
    a = F.layer_norm(a, a.shape[-1:], eps=1e-5)
    b = F.normalize(resampled(t["b_tokens"], 3), dim=-1, eps=1e-12)
    to_a = student @ t["projector/kernel"] + t["projector/bias"]
    to_b = student[:, 1:] @ t["projector_b/kernel"] + t["projector_b/bias"]
    return F.smooth_l1_loss(to_a, a, beta=BETA), F.smooth_l1_loss(to_b, b, beta=BETA)


def combined(kind, a, b, log_variance):
    if kind == "MEAN":
        return (a + b) / 2
    if kind == "FIXED":
        return (WEIGHTS[0] * a + WEIGHTS[1] * b) / sum(WEIGHTS)
    s = log_variance
    return (torch.exp(-s[0]) * a + s[0] + torch.exp(-s[1]) * b + s[1]) / 2


def teachers(values, kind, dtype):
    frozen = ("a_tokens", "b_tokens")
    t = {n: torch.tensor(v, dtype=dtype, requires_grad=n not in frozen) for n, v in values.items()}
    a, b = losses(t)
    loss = combined(kind, a, b, t["weighting/log_variance"])
    loss.backward()
    results = {"loss": loss, "loss_a": a, "loss_b": b}
    results = {n: v.detach().numpy() for n, v in results.items()}
    return results | {f"grad/{n}": v.grad.numpy() for n, v in t.items() if v.grad is not None}


def make_teachers():
    values = {n: deterministic.uniform(n, *r) for n, r in INPUTS.items()}
    arrays, cases = {}, {}
    for kind in ("MEAN", "FIXED", "LEARNED"):
        double = teachers(values, kind, torch.float64)
        errors = golden_files.float32_errors(lambda v, k=kind: teachers(v, k, torch.float32), values, double)
        arrays |= {f"{kind}/{key}": golden_files.stored(value) for key, value in double.items()}
        cases[kind] = {"float32_error": errors}
    about = {n: {"shape": s, "centre": c, "half_width": h} for n, (s, c, h) in INPUTS.items()}
    golden_files.write("objective/teachers", arrays,
                       {"cases": cases, "inputs": about, "weights": WEIGHTS, "beta": BETA})


def divergence(values, dtype):
    t = {n: torch.tensor(v, dtype=dtype, requires_grad=n != "logits") for n, v in values.items()}
    prediction = t["student"] @ t["projector/kernel"] + t["projector/bias"]
    loss = F.kl_div(F.log_softmax(prediction, dim=-1), F.softmax(t["logits"], dim=-1), reduction="batchmean")
    loss.backward()
    return {"loss": loss.detach().numpy()} | {f"grad/{n}": v.grad.numpy() for n, v in t.items() if v.requires_grad}


def make_logits():
    values = {n: deterministic.uniform(n, *r) for n, r in LOGITS.items()}
    double = divergence(values, torch.float64)
    errors = golden_files.float32_errors(lambda v: divergence(v, torch.float32), values, double)
    about = {n: {"shape": s, "centre": c, "half_width": h} for n, (s, c, h) in LOGITS.items()}
    golden_files.write("objective/logits", {n: golden_files.stored(v) for n, v in double.items()},
                       {"float32_error": errors, "inputs": about})


def running(batches):
    """Each batch weighs its share of what a fading mean without bias gives it."""
    steps = {}
    for t in range(1, len(batches) + 1):
        shares = np.array([(1 - DECAY) * DECAY ** (t - i) for i in range(1, t + 1)]) / (1 - DECAY**t)
        mean = sum(s * x.mean(axis=0) for s, x in zip(shares, batches))
        spread = sum(s * ((x - mean) ** 2).mean(axis=0) for s, x in zip(shares, batches))
        steps |= {f"{t}/mean": mean, f"{t}/variance": spread,
                  f"{t}/targets": (batches[t - 1] - mean) / np.sqrt(spread + 1e-6)}
    return steps


def phi_s(features):
    mean = features.mean(axis=0)
    values, vectors = np.linalg.eigh(np.cov(features.T))
    vectors *= np.sign(vectors[np.abs(vectors).argmax(axis=0), range(vectors.shape[1])])
    turn = scipy.linalg.hadamard(len(values)) / np.sqrt(len(values))
    rotation = turn @ vectors.T / np.sqrt(values.mean())
    targets = (features - mean) @ rotation.T
    assert np.allclose(np.cov(targets.T).diagonal(), 1)
    return {"phi/mean": mean, "phi/rotation": rotation, "phi/targets": targets}


def make_statistics():
    ranges = {f"batch{i}": BATCHES for i in (1, 2, 3)} | {"features": FEATURES}
    values = {n: deterministic.uniform(n, *r).astype(np.float64) for n, r in ranges.items()}
    # Channels that differ in spread and depend on each other, so that the eigenvalues lie apart.
    values["features"][:, 1:] += values["features"][:, :-1] * np.arange(1, 8)
    arrays = running([values[f"batch{i}"] for i in (1, 2, 3)]) | phi_s(values["features"])
    about = {n: {"shape": s, "centre": c, "half_width": h} for n, (s, c, h) in ranges.items()}
    golden_files.write("objective/statistics",
                       {n: golden_files.stored(v) for n, v in arrays.items()}, {"inputs": about, "decay": DECAY})


if __name__ == "__main__":
    make_teachers()
    make_logits()
    make_statistics()
