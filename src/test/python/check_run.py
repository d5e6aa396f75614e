"""The folder that quickstart leaves is complete, and its summary says that distillation worked.

    python check_run.py RUN_FOLDER
"""

import argparse
import json
import math
import pathlib
import sys

from checks import require, run_checks

FILES = ("config.txtpb", "metrics.jsonl", "summary.json", "events", "checkpoints", "export/1/saved_model.pb")
AFTER = ("student_finetune_top1", "scratch_finetune_top1", "student_probe_top1", "teacher_probe_top1", "student_miou",
         "scratch_miou")
TOP1 = ("teacher_knn_top1", "untrained_knn_top1", "student_knn_top1")


def complete(folder):
    missing = [name for name in FILES if not (folder / name).exists()]
    require(not missing, f"{folder} lacks {missing}")
    require(any((folder / "checkpoints").glob("step-*")), f"no step-N under {folder / 'checkpoints'}")


def metrics(folder):
    """Every line is an object of finite numbers, at least one with a step and a loss."""
    lines = (folder / "metrics.jsonl").read_text(encoding="utf-8").splitlines()
    entries = [json.loads(line) for line in lines]
    numbers = [(k, v) for entry in entries for k, v in entry.items() if isinstance(v, float)]
    require(all(math.isfinite(v) for _, v in numbers), "metrics.jsonl holds a number that is not finite")
    require(any("step" in e and any(k.split("/")[-1] == "loss" for k in e) for e in entries),
            "no line of metrics.jsonl has step and loss")
    print(f"  {len(entries)} lines")


def summary(folder):
    """The student is most of the way from the untrained one to the teacher, and beats predicting zero."""
    values = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    wanted = (*TOP1, "validation_loss", "predict_zero_loss", "seconds")
    missing = [key for key in wanted if key not in values]
    require(not missing, f"summary.json lacks {missing}")
    require(all(0 <= values[key] <= 1 for key in TOP1), f"top-1 outside 0 to 1: {values}")
    teacher, untrained, student = (values[key] for key in TOP1)
    require(student > untrained + 0.5 * (teacher - untrained) > untrained,
            f"kNN top-1: teacher {teacher}, untrained {untrained}, student {student}")
    require(values["validation_loss"] < values["predict_zero_loss"],
            f"validation loss {values['validation_loss']}, predicting zero gives {values['predict_zero_loss']}")
    require(student > teacher - 0.1, f"kNN top-1 of the student, {student}, is ten points below the teacher's, {teacher}")
    print(" ", {key: values[key] for key in wanted})


def downstream(folder):
    """What starts from the student beats what starts from random weights; its probe comes near the teacher's."""
    values = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    missing = [key for key in AFTER if key not in values]
    require(not missing, f"summary.json lacks {missing}")
    require(values["student_finetune_top1"] > values["scratch_finetune_top1"] + 0.2, f"fine-tuned top-1: {values}")
    require(values["student_probe_top1"] > values["teacher_probe_top1"] - 0.1, f"linear probe's top-1: {values}")
    require(values["student_miou"] > values["scratch_miou"] + 0.05, f"mean IoU: {values}")
    print(" ", {key: values[key] for key in AFTER})


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=pathlib.Path)
    folder = parser.parse_args().run
    return run_checks({check.__name__: lambda check=check: check(folder) for check in (complete, metrics, summary, downstream)})


if __name__ == "__main__":
    sys.exit(main())
