"""What published PyTorch files hold besides a backbone: prefixes, heads, optimisers, options.

Key names are facts read from the projects' public code; the values here are our own.
"""

import argparse
from collections import OrderedDict

import numpy as np
import torch
import torch.nn as nn

import import_case


def state(*parts, metadata=True):
    """One state dict of several, with the attribute that torch's state_dict() gives its result."""
    merged = OrderedDict()
    for part in parts:
        merged.update(part)
    if metadata:
        merged._metadata = OrderedDict({"": {"version": 1}})
    return merged


def renamed(tensors, *rules):
    """Every key with (old, new) replaced, rule by rule."""
    result = OrderedDict()
    for key, value in tensors.items():
        for old, new in rules:
            key = key.replace(old, new)
        result[key] = value
    return result


def prefixed(prefix, tensors):
    return OrderedDict((prefix + key, value) for key, value in tensors.items())


def without(tensors, *starts):
    return OrderedDict((k, v) for k, v in tensors.items() if not k.startswith(starts))


def drawn(name, shapes):
    """Deterministic values for the shapes of a part that no golden output depends on."""
    return OrderedDict((key, import_case.values(name, key, shape)) for key, shape in shapes.items())


def dino_head(name, width):
    """DINO's projection head with its weight-normalised last layer."""
    return drawn(name, {
        "mlp.0.weight": (12, width), "mlp.0.bias": (12,), "mlp.2.weight": (12, 12), "mlp.2.bias": (12,),
        "mlp.4.weight": (6, 12), "mlp.4.bias": (6,), "last_layer.weight_g": (16, 1), "last_layer.weight_v": (16, 6)})


def optimizer(name, shape=(4, 4)):
    """An AdamW state with one parameter's moments, as optimizer.state_dict() gives it."""
    moments = {"step": torch.tensor(250.0), "exp_avg": import_case.values(name, "exp_avg", shape),
               "exp_avg_sq": import_case.values(name, "exp_avg_sq", shape)}
    group = {"lr": 5e-4, "betas": (0.9, 0.999), "eps": 1e-8, "weight_decay": 0.05, "amsgrad": False,
             "foreach": None, "maximize": False, "params": [0]}
    return {"state": {0: moments}, "param_groups": [group]}


def scaler():
    """torch.cuda.amp.GradScaler.state_dict()."""
    return {"scale": 65536.0, "growth_factor": 2.0, "backoff_factor": 0.5, "growth_interval": 2000,
            "_growth_tracker": 7}


def namespace(**options):
    """The command line that training scripts store."""
    return argparse.Namespace(batch_size=64, lr=5e-4, data_path="imagenet", output_dir="", dist_url="env://",
                              device="cuda", color_jitter=None, resume="", **options)


def sin_cos_mae(width, grid):
    """MAE's fixed table [1, 1 + G*G, C]: columns first, float64 rounded once."""
    columns, rows = np.meshgrid(np.arange(grid), np.arange(grid))
    omega = 1 / 10000 ** (np.arange(width // 4) / (width / 4))
    x, y = columns.reshape(-1, 1) * omega, rows.reshape(-1, 1) * omega
    patches = np.concatenate([np.sin(x), np.cos(x), np.sin(y), np.cos(y)], axis=1)
    table = np.concatenate([np.zeros((1, width)), patches])[None]
    return torch.tensor(table.astype(np.float32))


def sin_cos_moco(width, grid):
    """MoCo v3's fixed table: rows first, computed in float32."""
    omega = 1 / 10000 ** (torch.arange(width // 4, dtype=torch.float32) / (width // 4))
    steps = torch.arange(grid, dtype=torch.float32)
    rows = steps.repeat_interleave(grid)[:, None] * omega
    columns = steps.repeat(grid)[:, None] * omega
    patches = torch.cat([rows.sin(), rows.cos(), columns.sin(), columns.cos()], dim=1)
    return torch.cat([torch.zeros(1, width), patches])[None]


class Node(nn.Module):
    """A module tree that has nothing but a state dict's names: what TorchScript stores of it."""

    def __init__(self, tensors):
        super().__init__()
        children = OrderedDict()
        for key, value in tensors.items():
            head, _, rest = key.partition(".")
            if rest:
                children.setdefault(head, OrderedDict())[rest] = value
            elif value.is_floating_point():
                self.register_parameter(head, nn.Parameter(value, requires_grad=False))
            else:
                self.register_buffer(head, value)
        for name, part in children.items():
            self.add_module(name, Node(part))

    def forward(self, x):
        return x


def torch_script(tensors, path):
    """torch.jit.save of a module tree whose state dict is this one."""
    torch.jit.save(torch.jit.script(Node(tensors)), path)
