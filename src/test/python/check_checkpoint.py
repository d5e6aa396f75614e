"""Python TensorFlow reads every variable of a checkpoint.

    python check_checkpoint.py CHECKPOINT_FOLDER
"""

import argparse
import os
import pathlib
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402

from checks import require, run_checks  # noqa: E402


def bundle(folder):
    """The prefix of the one bundle in a folder."""
    indices = sorted(folder.rglob("*.index"))
    require(len(indices) == 1, f"{folder} holds {len(indices)} bundles")
    return str(indices[0].with_suffix(""))


def finite_variables(folder):
    reader = tf.train.load_checkpoint(bundle(folder))
    shapes = reader.get_variable_to_shape_map()
    require(any(name.startswith("student/") for name in shapes), f"no student/ among {sorted(shapes)[:5]}")
    for name, shape in shapes.items():
        value = reader.get_tensor(name)
        require(list(np.shape(value)) == shape, f"{name}: {np.shape(value)} is listed as {shape}")
        if np.issubdtype(np.asarray(value).dtype, np.floating):
            require(bool(np.all(np.isfinite(value))), f"{name} is not finite")
    print(f"  {len(shapes)} variables")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", type=pathlib.Path)
    folder = parser.parse_args().checkpoint
    return run_checks({"finite_variables": lambda: finite_variables(folder)})


if __name__ == "__main__":
    sys.exit(main())
