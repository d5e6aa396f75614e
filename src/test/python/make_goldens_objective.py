"""Goldens of the FD objective and of cross-entropy: values and gradients, in float64."""

import numpy as np
import torch
import torch.nn.functional as F

import deterministic
import golden_files

# Wide enough that smooth-L1 is met on both sides of beta.
FD_INPUTS = {
    "student_tokens": ((2, 5, 6), 0.0, 3.0),
    "teacher_tokens": ((2, 5, 7), 0.5, 4.0),
    "projector/kernel": ((6, 7), 0.0, 1.0),
    "projector/bias": ((7,), 0.0, 0.5),
}
FD_CASES = {
    f"{targets}-{normalization}".lower(): {"targets": targets, "target_normalization": normalization, "beta": 2.0}
    for targets in ("TOKENS", "CLASS_TOKEN", "GAP")
    for normalization in ("WHITEN", "L2", "NONE")
} | {"tokens-whiten-beta": {"targets": "TOKENS", "target_normalization": "WHITEN", "beta": 0.5}}
LOGITS = ((6, 10), 0.0, 4.0)


def select(tokens, targets):
    """The tokens that take part; token 0 is the class token."""
    if targets == "CLASS_TOKEN":
        return tokens[:, :1]
    return tokens[:, 1:].mean(dim=1, keepdim=True) if targets == "GAP" else tokens


def normalize(targets, kind):
    if kind == "WHITEN":
        return F.layer_norm(targets, targets.shape[-1:], eps=1e-5)
    return F.normalize(targets, dim=-1, eps=1e-12) if kind == "L2" else targets


def feature_distillation(values, case, dtype):
    t = {n: torch.tensor(v, dtype=dtype, requires_grad=n != "teacher_tokens") for n, v in values.items()}
    prediction = select(t["student_tokens"], case["targets"]) @ t["projector/kernel"] + t["projector/bias"]
    targets = normalize(select(t["teacher_tokens"], case["targets"]), case["target_normalization"])
    loss = F.smooth_l1_loss(prediction, targets, beta=case["beta"])
    loss.backward()
    beyond = ((prediction - targets).abs() >= case["beta"]).double().mean().item()
    results = {"targets": targets.numpy(), "loss": loss.detach().numpy()}
    return results | {f"grad/{n}": v.grad.numpy() for n, v in t.items() if v.requires_grad}, beyond


def cross_entropy(logits, labels, smoothing, dtype):
    logits = torch.tensor(logits, dtype=dtype, requires_grad=True)
    loss = F.cross_entropy(logits, torch.tensor(labels), label_smoothing=smoothing)
    loss.backward()
    return {"loss": loss.detach().numpy(), "grad/logits": logits.grad.numpy()}


def describe(ranges):
    return {n: {"shape": s, "centre": c, "half_width": h} for n, (s, c, h) in ranges.items()}


def make_feature_distillation():
    values = {n: deterministic.uniform(n, *r) for n, r in FD_INPUTS.items()}
    arrays, cases = {}, {}
    for name, case in FD_CASES.items():
        double, beyond = feature_distillation(values, case, torch.float64)
        errors = golden_files.float32_errors(
            lambda v, c=case: feature_distillation(v, c, torch.float32)[0], values, double)
        arrays |= {f"{name}/{key}": golden_files.stored(value) for key, value in double.items()}
        cases[name] = case | {"share_beyond_beta": beyond, "float32_error": errors}
    golden_files.write("objective/feature-distillation", arrays,
                       {"cases": cases, "inputs": describe(FD_INPUTS), "prefix_tokens": 1})


def make_cross_entropy():
    logits = deterministic.uniform("logits", *LOGITS)
    labels = deterministic.integers("labels", logits.shape[0], logits.shape[1])
    arrays, cases = {"labels": labels}, {}
    for name, smoothing in (("plain", 0.0), ("smoothed", 0.1)):
        double = cross_entropy(logits, labels, smoothing, torch.float64)
        errors = golden_files.float32_errors(
            lambda v, s=smoothing: cross_entropy(v["logits"], labels, s, torch.float32), {"logits": logits}, double)
        arrays |= {f"{name}/{key}": golden_files.stored(value) for key, value in double.items()}
        cases[name] = {"label_smoothing": smoothing, "float32_error": errors}
    golden_files.write("objective/cross-entropy", arrays, {"cases": cases, "inputs": describe({"logits": LOGITS})})


if __name__ == "__main__":
    make_feature_distillation()
    make_cross_entropy()
