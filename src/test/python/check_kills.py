"""Commands that are killed at random moments come to the bits of an undisturbed run.

    python check_kills.py [--seed S] [--fdistill ./fdistill] [--only COMMAND ...]

Each command runs once undisturbed. Then it is killed (SIGKILL) again and again: every other time at a random share of
the time that it took, else shortly after it has written something new, such as a checkpoint. What bears its final name
after a kill is as it will be in the end. After a few kills, or once all is there, it runs to its end, and the folder
holds the files of the undisturbed run, byte for byte, and no others. Left out is what by nature differs from run to
run: `run.log`, `report.html` and the files in `events` (which tell the time), and the numbers of `metrics.jsonl` and
`summary.json` that are times or rates.

Needs nothing but Python. A seed fixes what is drawn; the moments depend on the machine too.
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from checks import require, run_checks

ROOT = pathlib.Path(__file__).resolve().parents[3]
LIMIT_SECONDS = 120
KILLS_IN_A_ROW = 3
TIMES = {"seconds", "images_per_second", "data_wait_share"}
OTHER_EACH_TIME = ("run.log", "report.html", "events/")
ENVIRONMENT = {
    "FDISTILL_JAVA_OPTS": "-XX:TieredStopAtLevel=1",
    "TF_NUM_INTRAOP_THREADS": "1",
}
CHECKPOINT = "src/test/resources/golden/import/dino-backbone-p8/dino_vitbase8_pretrain.pth"


def settings(**values):
    """Options that set fields of a config; a double underscore stands for the dot of a name."""
    return [word for name, value in values.items() for word in ("--set", f"{name.replace('__', '.')}={value}")]


def without_times(line):
    return {name: value for name, value in json.loads(line).items() if name not in TIMES}


def content(path, name):
    """What must be the same in each run; None where nothing must."""
    if name.startswith(OTHER_EACH_TIME):
        return None
    if path.name == "metrics.jsonl":
        return [without_times(line) for line in path.read_text().splitlines()]
    return without_times(path.read_text()) if path.name == "summary.json" else path.read_bytes()


def files(folder):
    """Content by name, of all below a folder; the file of TensorBoard has another name in each process."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if path.is_file():
            found[name if "events" not in name.split("/") else name.rpartition("/")[0]] = content(path, name)
    return found


class Command:
    """A command, and what it leaves in a folder of its own, which is its current directory."""

    def __init__(self, name, kills, words, out, whole, written=None, once=False):
        """
        kills: how many hit it; words: the command's; out: the folder that it makes; whole: patterns below that folder
        of what is complete wherever it is there; written: pattern of what it writes one by one and goes on from.
        Without one it starts afresh each time; once: and refuses to where everything is there.
        """
        self.name, self.kills, self.words, self.out = name, kills, words, out
        self.whole, self.goes_on, self.written, self.once = whole, bool(written), written or "**/*", once
        self.expected, self.seconds = None, None

    def set_up(self, fdistill, work, seed):
        self.fdistill, self.work = fdistill, work / self.name
        self.random = random.Random(f"{seed}/{self.name}")

    def start(self, folder):
        folder.mkdir(parents=True, exist_ok=True)
        with open(folder / "said.txt", "ab") as said:
            return subprocess.Popen(
                [self.fdistill, *self.words], cwd=folder, env={**os.environ, **ENVIRONMENT}, stdout=said, stderr=said,
                start_new_session=True)

    def finish(self, folder):
        process = self.start(folder)
        try:
            status = process.wait(LIMIT_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            status = f"none after {LIMIT_SECONDS} s"
        said = (folder / "said.txt").read_text(errors="replace")
        # What was decided right before the kill is brought to its places by the start that refuses to do it again.
        decided = self.once and self.complete(folder / self.out)
        require(status == 0 or decided, f"{' '.join(self.words)}: exit status {status}\n{said[-3000:]}")

    def undisturbed(self):
        begin = time.monotonic()
        self.finish(self.work / "undisturbed")
        self.seconds = time.monotonic() - begin
        self.expected = files(self.work / "undisturbed" / self.out)
        print(f"{self.name}: {len(self.expected)} files in {self.seconds:.1f} s", flush=True)

    def course(self, out):
        try:
            return {path for path in out.glob(self.written) if path.name != ".lock"}
        except FileNotFoundError:  # A folder has got its final name meanwhile.
            return self.course(out)

    def kill(self, folder, by_the_clock, left):
        """
        Starts it and kills it; left: the share of its work that is left. Whether that hit it, before its end.
        """
        out = folder / self.out
        before = self.course(out)
        moment = time.monotonic() + self.seconds * self.random.uniform(0.1, left)
        delay = self.seconds * self.random.choice([0, 0.02, 0.1]) * self.random.random()
        process = self.start(folder)
        if by_the_clock:
            while process.poll() is None and time.monotonic() < moment:
                time.sleep(0.002)
        else:
            while process.poll() is None and self.course(out) <= before:
                time.sleep(0.002)
            time.sleep(delay)
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        status = process.wait()
        refused = self.once and self.complete(out)
        require(status in (0, -signal.SIGKILL) or refused, f"exit status {status}: {(folder / 'said.txt').read_text()[-3000:]}")
        return status == -signal.SIGKILL

    def complete(self, out):
        """All files are there."""
        if self.expected is None:
            return False
        found = files(out)
        return all(name in found for name in self.expected)

    def require_whole(self, out):
        """What has a final name is complete."""
        found = files(out)
        for pattern in self.whole:
            for path in out.glob(pattern):
                name = str(path.relative_to(out))
                wanted = {n for n in self.expected if n == name or n.startswith(name + "/")}
                # Of checkpoints the first ones are deleted in time.
                for one in wanted:
                    require(found.get(one) == self.expected[one], f"after a kill {one} is not whole, though {name} is there")

    def disturbed(self):
        hits, marks, attempts, round_ = 0, 0, 0, 0
        while hits < self.kills:
            round_ += 1
            folder = self.work / f"round-{round_}"
            out = folder / self.out
            for in_a_row in range(KILLS_IN_A_ROW):
                attempts += 1
                require(attempts <= 4 * self.kills, f"{hits} kills in {attempts - 1} attempts")
                left = 1 / (1 + in_a_row) if self.goes_on else 1
                if not self.kill(folder, by_the_clock=attempts % 2 == 0, left=left):
                    break
                hits += 1
                marks += bool(self.course(out))
                self.require_whole(out)
                if self.complete(out) or hits == self.kills:
                    break
            if not (self.once and self.complete(out)):
                self.finish(folder)
            self.require_same(out)
            shutil.rmtree(folder)
        print(f"  {self.name}: {hits} kills, {marks} after something was written; {round_} times to the same bits",
              flush=True)
        require(2 * marks >= hits, "too few kills after something was written")

    def require_same(self, out):
        found = files(out)
        require(found.keys() == self.expected.keys(),
                f"missing {sorted(self.expected.keys() - found.keys())}, left {sorted(found.keys() - self.expected.keys())}")
        differing = [name for name in found if found[name] != self.expected[name]]
        require(not differing, f"{differing} differ from those of an undisturbed run")


def commands(work):
    """By stages: what a stage needs, the one before it leaves."""
    data = work / "make-data" / "undisturbed" / "data"
    run = work / "train" / "undisturbed" / "run"
    config = str(ROOT / "configs/smoke/distill.txtpb")
    teacher = {"distill__teacher__path": ROOT / "savedmodels/tiny-teacher"}
    return [
        [
            Command(
                "train", 8,
                ["train", config, "--workdir", "run", *settings(
                    **teacher, schedule__length__steps=60, checkpoint__every_steps=10, checkpoint__keep_last=20,
                    log__report_diagnosis_images=8)],
                "run", ["checkpoints/step-*", "export/1", "summary.json"], "checkpoints/step-*"),
            Command(
                "make-data", 6,
                ["make-data", "synthetic", "--train=400", "--validation=100", "--side=56", "--out", "data"],
                "data", ["*.tfrecord", "classes.txt"], once=True),
        ],
        [
            Command(
                "cache", 7,
                ["cache", config, *settings(
                    **teacher, train_data__noise="", train_data__tfrecord__path=data / "train-*",
                    validation_data__noise="", validation_data__tfrecord__path=data / "validation-*",
                    distill__cache__path="features", distill__cache__views=2, distill__cache__shard_megabytes=1)],
                "features", ["*/*/features-*.tfrecord", "*/*/identity.txtpb"], "*/*/features-*.tfrecord"),
            Command("export", 6, ["export", str(run), "--out", "model"], "model", ["1"]),
            Command(
                "export-sizes", 6,
                ["export", str(run), "--out", "model", "--image-size=48", "--image-size=64"], "model", ["1", "2"]),
            Command(
                "import-teacher", 6,
                ["import-teacher", "--arch", "dino", "--set", "model.vit.heads=3", "--checkpoint", str(ROOT / CHECKPOINT),
                 "--out", "teacher"],
                "teacher", ["1"]),
        ],
    ]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--fdistill", default=str(ROOT / "fdistill"))
    parser.add_argument("--only", nargs="+", metavar="COMMAND", help="the others run undisturbed alone")
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    subprocess.run([options.fdistill, "--version"], check=True, stdout=subprocess.DEVNULL)  # Builds where it has to.
    with tempfile.TemporaryDirectory(prefix="fdistill-kills.") as work, \
            concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        stages = commands(pathlib.Path(work))
        for stage in stages:
            for command in stage:
                command.set_up(options.fdistill, pathlib.Path(work), options.seed)
            list(pool.map(Command.undisturbed, stage))
        chosen = [c for stage in stages for c in stage if not options.only or c.name in options.only]
        ends = {command.name: pool.submit(command.disturbed) for command in chosen}
        return run_checks({name: end.result for name, end in ends.items()})


if __name__ == "__main__":
    sys.exit(main())
