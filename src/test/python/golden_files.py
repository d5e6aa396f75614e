"""Writes goldens: arrays as NAME.npz, everything else as NAME.json, both reproducible byte by byte."""

import json
import pathlib

import numpy as np

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


def scaled_error(single, double):
    """max |single - double| over max |double|: how far float32 is from float64 in one tensor."""
    top = float(np.max(np.abs(double)))
    worst = float(np.max(np.abs(np.asarray(single, np.float64) - double)))
    return worst / top if top > 0 else worst
