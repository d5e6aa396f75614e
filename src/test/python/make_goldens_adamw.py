"""Golden of ten AdamW steps: decay groups, clipping and schedule, in float64."""

import math

import numpy as np
import torch

import deterministic
import golden_files

STEPS = 10
# Name -> (shape, weight decay): matrices decay, vectors, class token and positions do not.
PARAMETERS = {
    "student/blocks/00/mlp/fc1/kernel": ((5, 4), 0.05),
    "student/rel_pos_bias/table": ((7, 3), 0.05),
    "student/blocks/00/mlp/fc1/bias": ((4,), 0.0),
    "student/cls_token": ((1, 1, 6), 0.0),
}
# Half widths of the gradients: the norm falls on both sides of the clipping threshold.
GRADIENT_WIDTHS = (0.1, 4.0, 0.5, 1.0, 0.01, 2.0, 0.3, 8.0, 1e-4, 0.7)
ADAMW = {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8}
CLIP_NORM = 3.0
# The reference's effective rates at batch 2048.
SCHEDULE = {"warmup_steps": 4, "total_steps": 12, "warmup_learning_rate": 2e-6, "learning_rate": 1.2e-3,
            "min_learning_rate": 2e-5}


def learning_rate(step):
    """Linear warm-up, then a half cosine. Step 0 has the warm-up rate."""
    peak, low = SCHEDULE["learning_rate"], SCHEDULE["min_learning_rate"]
    start, warmup = SCHEDULE["warmup_learning_rate"], SCHEDULE["warmup_steps"]
    if step < warmup:
        return start + step * (peak - start) / warmup
    share = (step - warmup) / (SCHEDULE["total_steps"] - warmup)
    return low + 0.5 * (peak - low) * (1 + math.cos(math.pi * share))


def gradient_ranges():
    return {f"gradients/{step}/{name}": {"shape": shape, "centre": 0.0, "half_width": float(np.float32(width))}
            for step, width in enumerate(GRADIENT_WIDTHS) for name, (shape, _) in PARAMETERS.items()}


def parameter_ranges():
    return {n: {"shape": s, "centre": 0.0, "half_width": 0.5, "weight_decay": d} for n, (s, d) in PARAMETERS.items()}


def draw(name, spec):
    return deterministic.uniform(name, spec["shape"], spec["centre"], spec["half_width"])


def run(dtype):
    """What every step leaves: parameters, moments, gradient norm before clipping, learning rate."""
    tensors = {n: torch.tensor(draw(n, s), dtype=dtype, requires_grad=True) for n, s in parameter_ranges().items()}
    groups = [{"params": [tensors[n]], "weight_decay": decay} for n, (_, decay) in PARAMETERS.items()]
    optimizer = torch.optim.AdamW(groups, betas=(ADAMW["beta1"], ADAMW["beta2"]), eps=ADAMW["epsilon"], foreach=False)
    gradients, results = gradient_ranges(), {}
    for step in range(STEPS):
        for name, tensor in tensors.items():
            key = f"gradients/{step}/{name}"
            tensor.grad = torch.tensor(draw(key, gradients[key]), dtype=dtype)
        norm = torch.nn.utils.clip_grad_norm_(tensors.values(), CLIP_NORM)
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(step)
        optimizer.step()
        results |= {f"{step}/grad_norm": norm.numpy().copy(), f"{step}/learning_rate": np.float64(learning_rate(step))}
        results |= state(step, tensors, optimizer)
    return results


def state(step, tensors, optimizer):
    after = {}
    for name, tensor in tensors.items():
        slots = optimizer.state[tensor]
        after[f"{step}/parameter/{name}"] = tensor.detach().numpy().copy()
        after[f"{step}/first_moment/{name}"] = slots["exp_avg"].numpy().copy()
        after[f"{step}/second_moment/{name}"] = slots["exp_avg_sq"].numpy().copy()
    return after


def main():
    double, single = run(torch.float64), run(torch.float32)
    norms = [float(double[f"{step}/grad_norm"]) for step in range(STEPS)]
    print("norms", [round(n, 3) for n in norms])
    golden_files.write("adamw", {key: golden_files.stored(np.asarray(value)) for key, value in double.items()}, {
        "steps": STEPS, "adamw": ADAMW, "clip_norm": CLIP_NORM, "schedule": SCHEDULE, "grad_norms": norms,
        "parameters": parameter_ranges(), "gradients": gradient_ranges(),
        "float32_error": {key: golden_files.scaled_error(single[key], double[key]) for key in double}})


if __name__ == "__main__":
    main()
