"""Writes goldens: arrays as NAME.npz, everything else as NAME.json, both reproducible byte by byte."""

import json
import pathlib
import zlib

import numpy as np

FLOAT32_RUNS = 8
ROOT = pathlib.Path(__file__).resolve().parents[1] / "resources" / "golden"


def write(name, arrays, description):
    """Writes golden/NAME.npz and golden/NAME.json."""
    path = ROOT / name
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path.with_name(path.name + ".npz"), **arrays)
    text = json.dumps(description, indent=1, sort_keys=True)
    path.with_name(path.name + ".json").write_text(text + "\n", encoding="utf-8")
    size = path.with_name(path.name + ".npz").stat().st_size
    print(f"{name}: {len(arrays)} arrays, {size / 1024:.0f} KiB")


def stored(array):
    """float64 results are stored as float32; scalars and integers stay as they are."""
    array = np.ascontiguousarray(array)
    return array.astype(np.float32) if array.dtype == np.float64 and array.ndim > 0 else array


def float32_errors(run, values, double, measure=None):
    """How far PyTorch's float32 is from float64, by tensor: the worst of FLOAT32_RUNS runs.

    Each run starts from values that are moved by up to a unit in the last place, which is another run of rounding
    errors: one run alone can be right by luck, where a tensor has few entries or its terms cancel.
    run: from values by name to results by name, in float32. measure: scaled_error, or another of the same arguments.
    """
    measure = measure or scaled_error
    errors = dict.fromkeys(double, 0.0)
    for number in range(FLOAT32_RUNS):
        found = run({name: moved(name, value, number) for name, value in values.items()})
        errors = {key: max(error, measure(found[key], double[key])) for key, error in errors.items()}
    return errors


def moved(name, value, number):
    """float32 values that are up to a unit in the last place off; as they are for number 0."""
    random = np.random.default_rng([number, zlib.crc32(name.encode())])
    factor = 1 + (number > 0) * 2.0**-23 * random.uniform(-1, 1, value.shape)
    return (value * factor).astype(np.float32)


def scaled_error(single, double):
    """max |single - double| over max |double|: how far float32 is from float64 in one tensor."""
    top = float(np.max(np.abs(double)))
    worst = float(np.max(np.abs(np.asarray(single, np.float64) - double)))
    return worst / top if top > 0 else worst


def describe(double, float32_error):
    """What a golden says of one tensor."""
    return {"shape": double.shape, "l2_norm": float(np.sqrt(np.sum(double**2))), "mean": float(np.mean(double)),
            "max_abs": float(np.max(np.abs(double))), "float32_error": float32_error}


def longest_sum(values, images, patch_size):
    """Terms of a network's longest sum: over the inputs of a kernel, or, for its gradient, over all first tokens."""
    inputs = max(int(np.prod(v.shape[:-1])) for n, v in values.items() if n.endswith("/kernel"))
    return max(inputs, images.shape[0] * (images.shape[1] // patch_size) ** 2)
