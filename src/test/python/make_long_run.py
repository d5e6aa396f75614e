"""Writes a run's folder as a long run leaves it: 100,000 steps in metrics.jsonl, for check_report.py.

    python make_long_run.py FOLDER
"""

import json
import math
import pathlib
import random
import sys

STEPS = 100_000


def main(folder):
    folder.mkdir(parents=True, exist_ok=True)
    draw = random.Random(0)
    with open(folder / "metrics.jsonl", "w", encoding="utf-8") as file:
        for step in range(1, STEPS + 1):
            rate = 1e-3 * min(1, step / 5000) * (1 + math.cos(math.pi * step / STEPS)) / 2
            line = {"step": step, "epoch": step / 1000, "loss": 0.05 + 0.3 * math.exp(-step / 2e4) * draw.uniform(0.9, 1.1),
                    "learning_rate": rate, "gradient_norm": draw.lognormvariate(-1, 0.4),
                    "images_per_second": draw.gauss(900, 20), "data_wait_share": draw.random() ** 4}
            file.write(json.dumps(line) + "\n")
            if step % 5000 == 0:
                file.write(json.dumps({"step": step, "epoch": step / 1000, "validation_loss": 0.06 + 0.3 * math.exp(-step / 2e4)}) + "\n")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
