"""Writes small files of weights as real tools write them, under src/test/resources/archives.

Every floating tensor holds deterministic.uniform(NAME, shape), rounded to its type, where NAME is
its name in the archive without containers in front (VALUES below). Archives whose pickles name
classes that are not installed get a stand-in module of that name.
"""

import argparse
import collections
import enum
import io
import json
import os
import pathlib
import pickle
import sys
import types
import zipfile

import numpy as np
import torch
from safetensors.torch import save_file

from deterministic import uniform

ROOT = pathlib.Path(__file__).resolve().parents[1] / "resources" / "archives"


def value(name, *shape, dtype=torch.float32):
    """The tensor that every reader of NAME must find."""
    return torch.from_numpy(uniform(name, shape)).to(dtype)


def integers(*shape, dtype=torch.int64):
    """-3, -2, ... as the number type allows."""
    count = int(np.prod(shape))
    return (torch.arange(count) - (0 if dtype in (torch.uint8, torch.bool) else 3)).reshape(shape).to(dtype)


def every_type():
    """One tensor of each number type that is read."""
    floating = {"f64": torch.float64, "f32": torch.float32, "f16": torch.float16, "bf16": torch.bfloat16}
    whole = {"i64": torch.int64, "i32": torch.int32, "i16": torch.int16, "i8": torch.int8, "u8": torch.uint8}
    tensors = {name: value(name, 3, 5, dtype=dtype) for name, dtype in floating.items()}
    tensors.update({name: integers(2, 3, dtype=dtype) for name, dtype in whole.items()})
    tensors["bool"] = integers(2, 1, dtype=torch.bool)
    tensors["scalar"] = value("scalar", 1).reshape(())
    tensors["empty"] = torch.zeros(0, 4)
    return tensors


def write_safetensors():
    save_file(every_type(), ROOT / "types.safetensors", metadata={"format": "pt", "note": "größer"})
    save_file({"kept": value("kept", 2), "f8": torch.zeros(3, dtype=torch.float8_e4m3fn)}, ROOT / "float8.safetensors")
    sharded = {"model-00001-of-00002.safetensors": "a.weight", "model-00002-of-00002.safetensors": "b.weight"}
    for file, name in sharded.items():
        save_file({name: value(name, 2, 3)}, ROOT / file)
    index = {"metadata": {"total_size": 48}, "weight_map": {name: file for file, name in sharded.items()}}
    (ROOT / "model.safetensors.index.json").write_text(json.dumps(index, indent=2))


def views():
    """Tensors that share storages, start inside of them and are not contiguous."""
    base = value("base", 6, 4)
    return {
        "base": base,
        "transposed": base.t(),
        "row": base[2],
        "column": base[:, 1],
        "every_second": base[1::2, ::3],
        "expanded": base[0].expand(3, 4),
        "reordered": value("conv", 2, 3, 4, 5).permute(2, 3, 1, 0),
        "channels_last": value("conv", 2, 3, 4, 5).contiguous(memory_format=torch.channels_last),
    }


def stand_in(module, name, base):
    """An importable class like one of a package that is not installed."""
    cls = type(name, (base,), {"__module__": module})
    parts = module.split(".")
    for i in range(len(parts)):
        path = ".".join(parts[: i + 1])
        sys.modules.setdefault(path, types.ModuleType(path))
    setattr(sys.modules[module], name, cls)
    return cls


CfgNode = stand_in("yacs.config", "CfgNode", dict)


def checkpoint():
    """What training scripts save: weights, and much beside them."""
    config = CfgNode()
    config["DATA"] = CfgNode()
    config["DATA"]["IMG_SIZE"] = 224
    config.__dict__["__immutable__"] = True
    config.__dict__["__deprecated_keys__"] = set()
    state = collections.OrderedDict(
        [("patch_embed.proj.weight", value("patch_embed.proj.weight", 4, 3, 2, 2)), ("norm.bias", value("norm.bias", 4))]
    )
    state._metadata = {"": {"version": 1}}
    weight = torch.nn.Parameter(value("weight", 3))
    return {
        "model": state,
        "parameter": weight,
        "optimizer": {
            "state": {0: {"step": torch.tensor(7.0), "exp_avg": value("exp_avg", 3)}},
            "param_groups": [{"lr": 1e-3, "betas": (0.9, 0.999), "params": [0, 1]}],
        },
        "args": argparse.Namespace(model="vit_base", output_dir=pathlib.PurePosixPath("/tmp/run"), lr=np.float64(0.5)),
        "config": config,
        "epoch": np.int64(300),
        "max_accuracy": 0.25,
        "best": None,
        "amp": True,
        "mean": np.array([0.5, 0.25], np.float32),
        "rng": np.arange(4, dtype=np.uint32),
        "counts": collections.Counter({"a": 2}),
        "milestones": collections.defaultdict(list, {30: [1]}),
        "big": 1 << 80,
        "size": torch.Size([2, 3]),
        "dtype": torch.float16,
        "device": torch.device("cuda", 1),
        "tags": {"x"},
    }


def write_torch():
    for name, make in {"types": every_type, "views": views, "checkpoint": checkpoint}.items():
        torch.save(make(), ROOT / f"{name}.pth")
        torch.save(make(), ROOT / f"{name}-legacy.pth", _use_new_zipfile_serialization=False)
    torch.save({"w": value("w", 2, 3)}, ROOT / "protocol4.pth", pickle_protocol=4)
    recompress(ROOT / "views.pth", ROOT / "views-deflated.pth")
    complex_ = {"c": torch.zeros(2, dtype=torch.complex64)}
    torch.save(complex_, ROOT / "complex.pth")
    torch.save({"s": torch.eye(2).to_sparse()}, ROOT / "sparse.pth")
    torch.save(torch.nn.Linear(2, 2), ROOT / "module.pth")
    torch.save({"w": np.array([None, 1])}, ROOT / "objects.pth")
    torch.save([{"w": value("w", 2)}, (value("v", 1), "text")], ROOT / "lists.pth")
    big_endian(ROOT / "types.pth", ROOT / "big-endian.pth")
    index = {"weight_map": {"w": "protocol4.pth"}}
    (ROOT / "pytorch_model.bin.index.json").write_text(json.dumps(index))


def recompress(source, target, change=lambda name, data: data, method=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", method) as new:
        for info in old.infolist():
            new.writestr(info.filename, change(info.filename, old.read(info)))


def big_endian(source, target):
    """The same archive as a big-endian machine writes it."""
    with zipfile.ZipFile(source) as old:
        prefix = old.namelist()[0].split("/")[0]
        sizes = dict(enumerate([8, 4, 2, 2, 8, 4, 2, 1, 1, 1, 4, 4]))

    def swap(name, data):
        if name == f"{prefix}/byteorder":
            return b"big"
        if not name.startswith(f"{prefix}/data/"):
            return data
        each = sizes[int(name.rsplit("/", 1)[1])]
        return np.frombuffer(data, np.uint8).reshape(-1, each)[:, ::-1].tobytes()

    recompress(source, target, swap, zipfile.ZIP_STORED)


class Attention(torch.nn.Module):
    """A part of a visual tower."""

    def __init__(self):
        super().__init__()
        self.in_proj_weight = torch.nn.Parameter(value("visual.attn.0.in_proj_weight", 6, 2))

    def forward(self, x):
        return x @ self.in_proj_weight.t()


class Visual(torch.nn.Module):
    """A tower, as in CLIP: modules in modules, a Sequential, a buffer."""

    def __init__(self):
        super().__init__()
        self.conv1 = torch.nn.Conv2d(3, 4, 2, bias=False)
        self.conv1.weight = torch.nn.Parameter(value("visual.conv1.weight", 4, 3, 2, 2))
        self.attn = torch.nn.Sequential(Attention())
        self.heads = 12

    def forward(self, x):
        return self.attn(self.conv1(x).flatten(2).mean(2)[:, :2]) * self.heads


class Clip(torch.nn.Module):
    """Both halves of CLIP, in half precision."""

    def __init__(self):
        super().__init__()
        self.visual = Visual()
        self.logit_scale = torch.nn.Parameter(value("logit_scale", 1).reshape(()))
        self.register_buffer("input_resolution", torch.tensor(224))

    def forward(self, x):
        return self.visual(x) * self.logit_scale


class Kind(enum.Enum):
    TEXT = "a"
    NUMBER = "b"


class WithEnum(torch.nn.Module):
    """An attribute that TorchScript writes as a call of its class with a bare value."""

    def __init__(self):
        super().__init__()
        self.kind = Kind.TEXT
        self.weight = torch.nn.Parameter(value("weight", 2))

    def forward(self, x):
        return x * self.weight


def write_script():
    torch.jit.save(torch.jit.script(Clip().half().eval()), str(ROOT / "script.pt"))
    torch.jit.save(torch.jit.script(WithEnum().eval()), str(ROOT / "enum.pt"))


def write_npz():
    half = {
        "Transformer/encoderblock_0/MlpBlock_3/Dense_0/kernel": uniform("kernel", (3, 4)),
        "big": uniform("big", (2, 3)).astype(">f4"),
        "columns": np.asfortranarray(uniform("columns", (3, 2, 2))),
        "double": uniform("double", (3,)).astype(np.float64),
        "half": uniform("half", (3,)).astype(np.float16),
        "bfloat": value("bfloat", 3, dtype=torch.bfloat16).view(torch.int16).numpy().view("V2"),
        "step": np.int64(1234),
        "long": np.arange(-3, 3).reshape(2, 3),
        "bool": np.array([True, False]),
        "text": np.array(["a", "bc"]),
        "empty": np.zeros((0, 3), np.float32),
    }
    np.savez(ROOT / "arrays.npz", **half)
    np.savez_compressed(ROOT / "arrays-compressed.npz", **half)
    np.savez(ROOT / "objects.npz", objects=np.array([{}, None], dtype=object))
    with zipfile.ZipFile(ROOT / "versions.npz", "w") as archive:
        for version in ((1, 0), (2, 0), (3, 0)):
            data = io.BytesIO()
            np.lib.format.write_array(data, uniform("version", (2,)), version=version)
            archive.writestr(f"v{version[0]}.npy", data.getvalue())


class Runs:
    """Asks the reader of its pickle to call something."""

    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


def write_hostile():
    """Pickles that ask for what no reader of weights may do."""
    import subprocess

    calls = {
        "os-system": Runs(os.system, "echo executed"),
        "eval": Runs(eval, "1 + 1"),
        "getattr": Runs(getattr, "", "join"),
        "popen": Runs(subprocess.Popen, "true"),
    }
    for name, call in calls.items():
        torch.save({"w": value("w", 2), "x": call}, ROOT / f"{name}.pth")
    torch.save({"x": calls["os-system"]}, ROOT / "os-system-legacy.pth", _use_new_zipfile_serialization=False)
    (ROOT / "plain-pickle.pkl").write_bytes(pickle.dumps({"w": [1.0]}, 2))


def main():
    ROOT.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(0)
    write_safetensors()
    write_torch()
    write_script()
    write_npz()
    write_hostile()
    for path in sorted(ROOT.iterdir()):
        print(f"{path.name}: {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
