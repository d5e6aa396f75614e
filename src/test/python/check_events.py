"""TensorBoard's own reader finds the scalars of a run.

    python check_events.py EVENTS_FOLDER [--tag loss ...]
"""

import argparse
import math
import os
import pathlib
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

from tensorboard.backend.event_processing.event_accumulator import TENSORS, EventAccumulator  # noqa: E402
from tensorboard.util import tensor_util  # noqa: E402

from checks import require, run_checks  # noqa: E402


def scalars(folder):
    """Tag -> [(step, value)], of scalars in either of TensorBoard's encodings."""
    accumulator = EventAccumulator(str(folder), size_guidance={"scalars": 0, TENSORS: 0})
    accumulator.Reload()
    found = {tag: [(e.step, e.value) for e in accumulator.Scalars(tag)] for tag in accumulator.Tags()["scalars"]}
    for tag in accumulator.Tags()["tensors"]:
        events = [(e.step, tensor_util.make_ndarray(e.tensor_proto)) for e in accumulator.Tensors(tag)]
        found[tag] = [(step, float(value)) for step, value in events if value.ndim == 0 and value.dtype.kind == "f"]
    return {tag: points for tag, points in found.items() if points}


def rising_and_finite(found, wanted):
    """The tag itself or its last part is the wanted name."""
    tags = [tag for tag in found if tag.split("/")[-1] == wanted]
    require(bool(tags), f"no tag {wanted}; there are {sorted(found)}")
    for tag in tags:
        steps = [step for step, _ in found[tag]]
        require(all(a < b for a, b in zip(steps, steps[1:])), f"steps of {tag} do not rise: {steps[:20]}")
        require(all(math.isfinite(value) for _, value in found[tag]), f"{tag} is not finite")
        print(f"  {tag}: {len(steps)} points, steps {steps[0]} to {steps[-1]}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("events", type=pathlib.Path)
    parser.add_argument("--tag", nargs="+", default=["loss", "learning_rate"])
    options = parser.parse_args()
    found = scalars(options.events)
    return run_checks({tag: lambda tag=tag: rising_and_finite(found, tag) for tag in options.tag})


if __name__ == "__main__":
    sys.exit(main())
