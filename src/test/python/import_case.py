"""One import golden: a checkpoint laid out as published, images, and the original network's tokens.

A case is a folder under golden/import: the checkpoint (a file, or a folder as on the Hugging Face
hub), expected.npz and case.json. Weights are the deterministic values of CASE/PARAMETER, rounded to
the type that the published file stores; tokens are computed in float64 from the rounded weights.
"""

import copy
import io
import json
import math
import pathlib
import shutil
import tempfile
import unittest.mock

import numpy as np
import safetensors.torch
import torch

import deterministic
import golden_files

ROOT = pathlib.Path(__file__).resolve().parents[1] / "resources" / "golden" / "import"

IMAGENET = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
HALF = ((0.5, 0.5, 0.5), (0.5, 0.5, 0.5))
CLIP = ((0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711))
BATCH = 2
PIXELS = "images"
# Which draw of a case's values is taken, where it is not the first: networks of width 8 and 16 can have a head with
# hardly any query, or a token with hardly any variance, of which no float32 knows the answer to 1e-5.
DRAWS = {"swin-hf": "/second", "swin-v2-hf": "/third", "fd-swin-distilled": "/second", "fd-swin-finetuned": "/third",
         "eva02-clip-original": "/second", "dinov2-hf": "/third"}


class StorageKey:
    """str() for the old format, which names storages by address: numbers instead, so that files repeat."""

    seen = {}

    def __new__(cls, address):
        return cls.seen.setdefault(address, str(94000000000000 + len(cls.seen)))


class Case:
    """Collects what one folder holds and writes it."""

    def __init__(self, name, checkpoint, statistics=IMAGENET, **facts):
        self.name, self.statistics = name, statistics
        self.folder = ROOT / name
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self.facts = {"checkpoint": checkpoint, "mean": statistics[0], "std": statistics[1], **facts}
        self.arrays = {}
        self.facts["float32_error"] = {}

    @property
    def checkpoint(self):
        return self.folder / self.facts["checkpoint"]

    def torch_file(self, content, legacy=False):
        """torch.save, in the zip format or the one before it."""
        if not legacy:
            torch.save(content, self.checkpoint)
            return
        buffer = io.BytesIO()
        StorageKey.seen = {}
        with unittest.mock.patch.object(torch.serialization, "str", StorageKey, create=True):
            torch.save(content, buffer, _use_new_zipfile_serialization=False)
        self.checkpoint.write_bytes(buffer.getvalue())

    def expect(self, model, outputs, suffix="", image_size=None):
        """Runs outputs(model, x) in float64 and keeps the arrays that it names, and what float32 makes of them."""
        images = pictures(f"{self.name}/images{suffix}", image_size or self.facts["image_size"])
        double, errors = answers(model, outputs, normalized(images, self.statistics))
        self.arrays["images" + suffix] = images
        for key, value in double.items():
            assert np.all(np.isfinite(value)), f"{self.name}: {key}"
            self.arrays[key + suffix] = value.astype(np.float32)
            self.facts["float32_error"][key + suffix] = errors[key]

    def write(self):
        """Writes expected.npz, where there is something to expect, and case.json."""
        if self.arrays:
            np.savez_compressed(self.folder / "expected.npz", **self.arrays)
        write_json(self.folder / "case.json", self.facts)
        size = sum(f.stat().st_size for f in self.folder.rglob("*") if f.is_file())
        error = max(self.facts["float32_error"].values(), default=0)
        print(f"{self.name}: {size / 1024:.0f} KiB, float32 error {error:.1e}, "
              + ", ".join(f"{k}{list(a.shape)}" for k, a in self.arrays.items()))


def write_json(path, content):
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def pictures(name, side):
    """uint8 [2, S, S, 3], pixels 0..255."""
    shape = (BATCH, side, side, 3)
    return deterministic.integers(name, math.prod(shape), 256).astype(np.uint8).reshape(shape)


def normalized(images, statistics):
    """(x / 255 - mean) / std in float64, channels first."""
    mean, std = (np.asarray(s, np.float64) for s in statistics)
    return torch.tensor((images / 255.0 - mean) / std).permute(0, 3, 1, 2).contiguous()


def answers(model, outputs, pixels):
    """Outputs by name in float64, and how far float32 is from each of them; pixels float64 [B, 3, S, S]."""
    double = run(model, outputs, pixels)
    values = {name: parameter.detach().numpy() for name, parameter in model.named_parameters()}
    errors = golden_files.float32_errors(lambda moved: single(model, outputs, moved),
                                         {**values, PIXELS: pixels.float().numpy()}, double, token_error)
    return double, errors


def run(model, outputs, pixels):
    """Outputs by name, as float64 arrays, of a copy of the model in the type of its input."""
    model = copy.deepcopy(model).to(pixels.dtype).eval()
    with torch.no_grad():
        return {key: value.numpy().astype(np.float64) for key, value in outputs(model, pixels).items()}


def single(model, outputs, values):
    """The same in float32, of a copy with other parameters and pixels, by their names."""
    model = copy.deepcopy(model)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.copy_(torch.tensor(values[name]))
    return run(model, outputs, torch.tensor(values[PIXELS]))


def token_error(single, double):
    """The worst token: max |a - b| over max |b|, both over its channels."""
    worst, top = np.abs(single - double).max(-1), np.abs(double).max(-1)
    return float((worst / top).max())


def fill(model, name, dtype=torch.float32):
    """Gives every parameter and running statistic its deterministic value, rounded to dtype (or dtype(key))."""
    name += DRAWS.get(name.partition("/")[0], "")
    running = {n: b for n, b in model.named_buffers() if "running_" in n}
    with torch.no_grad():
        for key, tensor in [*model.named_parameters(), *running.items()]:
            tensor.copy_(values(name, key, tensor.shape, dtype if isinstance(dtype, torch.dtype) else dtype(key)))
    return model.eval()


def values(name, key, shape, dtype=torch.float32):
    centre, half_width = value_range(key, shape)
    return torch.tensor(deterministic.uniform(f"{name}/{key}", shape, centre, half_width)).to(dtype).float()


def value_range(key, shape):
    """Centre and half width that keep activations near one and every branch of use."""
    last = key.rsplit(".", 1)[-1]
    if "gamma" in last or "lambda" in last:
        return 0.5, 0.25
    if last == "logit_scale" and len(shape) == 3:
        return 2.3, 1.0  # SwinV2 starts at log 10
    if "table" in last:
        return 0.0, 1.0
    if last == "running_var" or (last == "weight" and len(shape) == 1):
        return 1.0, 0.25
    if last in ("weight", "in_proj_weight", "weight_v", "proj", "text_projection") and len(shape) > 1:
        return 0.0, math.sqrt(3 / math.prod(shape[1:]))
    return 0.0, 0.5


def hugging_face(case, model, dtype=torch.float32, edit=None, preprocessor=None, pickled=False):
    """A hub folder: weights as save_pretrained names them, then edited to the published layout.

    Where transformers names them differently in memory, state_dict.pth beside it is torch.save(model.state_dict()).
    """
    folder = case.checkpoint
    folder.mkdir()
    with tempfile.TemporaryDirectory() as scratch:
        stored = copy.deepcopy(model).to(dtype)
        stored.save_pretrained(scratch)
        tensors = safetensors.torch.load_file(scratch + "/model.safetensors")
        config = json.loads(pathlib.Path(scratch, "config.json").read_text(encoding="utf-8"))
    if set(stored.state_dict()) - set(tensors):
        torch.save(stored.state_dict(), case.folder / "state_dict.pth")
    config["torch_dtype"] = config.pop("dtype", "float32")  # as transformers 4 wrote it
    write_json(folder / "config.json", config)
    if preprocessor is not None:
        write_json(folder / "preprocessor_config.json", preprocessor)
    write_weights(folder, edit(tensors) if edit else tensors, pickled)


def write_weights(folder, tensors, pickled=False):
    """model.safetensors or pytorch_model.bin."""
    if pickled:
        torch.save(dict(tensors), folder / "pytorch_model.bin")
    else:
        safetensors.torch.save_file(tensors, folder / "model.safetensors", {"format": "pt"})


def preprocessor(kind, size, statistics, **more):
    """preprocessor_config.json as the hub's image processors have it."""
    return {"do_normalize": True, "do_resize": True, "image_mean": statistics[0], "image_std": statistics[1],
            "image_processor_type": kind, "resample": 3, "rescale_factor": 1 / 255,
            "size": {"height": size, "width": size}, **more}
