"""Workers on hosts of their own, and what may happen to hosts, cables and processes.

    sudo python src/test/python/cluster_faults.py [--fdistill ./fdistill] [--only NAME ...] [--loopback]

Each worker runs in a network namespace of its own (`cluster_networks.py`). Needs root and iproute2, on Linux; without
them, or with --loopback, all workers share this machine's addresses, and the faults of cables are left out.

A run without faults gives the bits to which every other run must come: one that goes on through a fault by itself, one
that ends by it after a new start. Workers that end must do so within a minute, and name the one that is lost, its
address and the last step. Nothing half-written may be left, and no step may be missing or told twice.
"""

import argparse
import array
import hashlib
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

from cluster_networks import Cables, Loopback, Namespaces, Skipped, Switch, Trouble

ROOT = pathlib.Path(__file__).resolve().parents[3]
STEPS = 150
EPOCH = 75
BATCH = 48
LIMIT_SECONDS = 60
UNDER_TROUBLE = 20
SETS = {
    "schedule.length.steps": STEPS,
    "train_data.batch_size": BATCH,
    "train_data.noise.examples": EPOCH * BATCH,
    "validation_data.noise.examples": 25 * BATCH,
    "validation_data.batch_size": BATCH,
    "checkpoint.every_steps": 25,
    "cluster.silence_seconds": 10,
    "cluster.start_seconds": 30,
    "log.every_steps": 1,
    "log.validate_every_epochs": 1,
    "log.report": "false",
    "export.at_end": "false",
}


class Run:
    """A run of all workers in one work folder."""

    def __init__(self, network, fdistill, folder, sets):
        self.network, self.fdistill, self.folder, self.sets = network, fdistill, folder, {**SETS, **sets}
        self.processes, self.logs, self.environment = [], [], {}

    def start(self, workers=None):
        count = workers or self.network.count
        addresses = [self.network.address(i) for i in range(count)]
        words = ["train", "configs/smoke/classify.txtpb", "--workdir", str(self.folder)]
        for name, value in self.sets.items():
            words += ["--set", f"{name}={value}"]
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        self.processes, self.logs = [], []
        for i in range(count):
            config = {"cluster": {"worker": addresses}, "task": {"type": "worker", "index": i}}
            log = open(self.folder.parent / f"{self.folder.name}-{i}.log", "w+")
            self.logs.append(log)
            own = {"TF_CONFIG": json.dumps(config), "TF_NUM_INTRAOP_THREADS": "1"}
            environment = {**os.environ, **self.environment, **own}
            command = [*self.network.prefix(i), self.fdistill, *words]
            self.processes.append(
                subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT)
            )

    def resume(self, workers=None):
        """Ends what is left of the workers and starts all again; they must come to the end."""
        self.end()
        self.network.heal()
        time.sleep(1)
        self.start(workers)
        self.finish()

    def finish(self):
        codes = self.wait(400)
        assert codes == [0] * len(self.processes), f"{codes}\n{self.texts()}"

    def until(self, holds, seconds=200):
        """Waits until something is so; an error where a worker ends before."""
        deadline = time.monotonic() + seconds
        while not holds():
            ended = [p.poll() for p in self.processes]
            if any(code is not None for code in ended) or time.monotonic() > deadline:
                raise AssertionError(f"waited for nothing: {ended}\n{self.texts()}")
            time.sleep(0.001)

    def lines(self):
        try:
            return [json.loads(line) for line in (self.folder / "metrics.jsonl").read_text().splitlines()]
        except (OSError, ValueError):
            return []

    def step(self):
        lines = self.lines()
        return lines[-1]["step"] if lines else 0

    def await_step(self, step):
        self.until(lambda: self.step() >= step)

    def wait(self, seconds, skip=()):
        deadline = time.monotonic() + seconds
        codes = []
        for i, process in enumerate(self.processes):
            if i in skip:
                codes.append(None)
                continue
            try:
                codes.append(process.wait(max(0.1, deadline - time.monotonic())))
            except subprocess.TimeoutExpired:
                codes.append("runs on")
        return codes

    def signal(self, i, number):
        self.processes[i].send_signal(number)

    def text(self, i):
        self.logs[i].flush()
        self.logs[i].seek(0)
        return self.logs[i].read()

    def texts(self):
        return [self.text(i) for i in range(len(self.logs))]

    def end(self):
        for process in self.processes:
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.kill()
                process.wait()

    def weights(self):
        folder = self.folder / "checkpoints" / f"step-{STEPS}"
        return (folder / "variables.data-00000-of-00001").read_bytes()

    def partial(self):
        return [str(p.relative_to(self.folder)) for p in self.folder.rglob(".*partial*")]

    def require_whole(self):
        assert not self.partial(), f"something half-written is left: {self.partial()}"
        steps = [line["step"] for line in self.lines() if "loss" in line]
        assert steps == list(range(1, STEPS + 1)), f"steps of the log: {steps}"
        if self.sets["export.at_end"] == "true":
            assert (self.folder / "export" / "1" / "saved_model.pb").exists()


# What a fault does to its victim.


def kill(run, victim):
    run.signal(victim, signal.SIGKILL)


def stop(run, victim):
    run.signal(victim, signal.SIGSTOP)


def cut(run, victim):
    run.network.cut(victim)


# When it happens: in mid-step, or while the chief, which is held for a moment, does something.


def in_a_step(run, rng):
    run.await_step(rng.randint(30, 70))


def held(run, what):
    """Stops the chief while something is so."""
    while True:
        run.until(what)
        run.signal(0, signal.SIGSTOP)
        time.sleep(0.02)
        if what():
            return
        run.signal(0, signal.SIGCONT)


def in_a_checkpoint(run, rng):
    run.await_step(rng.choice([20, 45, 90]))
    held(run, lambda: any((run.folder / "checkpoints").glob(".partial*")))


def in_validation(run, rng):
    run.await_step(EPOCH - 3)

    def validates():
        lines = run.lines()
        return bool(lines) and lines[-1]["step"] == EPOCH and "loss" in lines[-1]

    held(run, validates)


def in_the_export(run, rng):
    held(run, lambda: any((run.folder / "export").glob(".partial*")))


def before_the_first_step(run, rng):
    run.until(lambda: (run.folder / "run.log").exists())


# Faults from first to last.


def survives(apply, heal=None):
    """A fault that the run goes on through."""

    def scenario(run, rng):
        run.start()
        run.await_step(rng.randint(5, 30))
        begin, before = time.monotonic(), run.step()
        apply(run)
        if heal:
            time.sleep(4)
            heal(run)
        else:
            run.await_step(before + UNDER_TROUBLE)
        took = time.monotonic() - begin
        done = run.step() - before
        run.network.heal()
        run.finish()
        return f"goes on, {done} steps in {took:.1f} s of it"

    return scenario


def loses(victims, apply, moment=in_a_step, workers=None):
    """A fault by which the workers that are left end, and name one of the victims."""

    def scenario(run, rng):
        run.start()
        moment(run, rng)
        begin, before = time.monotonic(), run.step()
        for victim in victims:
            apply(run, victim)
        if 0 not in victims:
            run.signal(0, signal.SIGCONT)
        gone = victims if apply is not cut else []
        codes = run.wait(LIMIT_SECONDS, skip=gone)
        took = time.monotonic() - begin
        for i in range(run.network.count):
            if i not in gone:
                others = victims if i not in victims else [v for v in range(run.network.count) if v != i]
                require_named(run, i, codes[i], others, before)
        run.resume(workers)
        return f"at step {before}: the others end after {took:.0f} s and name it; resumed"

    return scenario


def require_named(run, i, code, victims, before):
    text = run.text(i)
    assert code == 1, f"worker {i}: {code}\n{text}"
    said = [f"worker {v} ({run.network.address(v)}) is lost after step" for v in victims]
    lines = [line for line in text.splitlines() if any(s in line for s in said)]
    assert len(lines) == 1 and "This is a bug" not in text, text
    step = int(lines[0].split("is lost after step ")[1].split(":")[0])
    assert before - 1 <= step <= before + 2, f"{before}: {lines[0]}"


def breaks(run, rng):
    """Connections break until a worker ends, where no request is repeated: it says so, the others that it is lost."""
    run.environment = {"GRPC_MAX_RETRIES": "0"}
    run.start()
    in_a_step(run, rng)
    before, times = run.step(), 0
    while all(process.poll() is None for process in run.processes):
        run.network.reset(times % run.network.count)
        times += 1
    begin = time.monotonic()
    codes = run.wait(LIMIT_SECONDS)
    took = time.monotonic() - begin
    require_told(run, codes)
    run.resume()
    return f"at step {before}: one ends after {times} of them, the others {took:.0f} s later; resumed"


def breaks_once(run, rng):
    """All connections of a worker break: the run goes on, or all end and say so, if a request was on its way."""
    run.start()
    in_a_step(run, rng)
    before = run.step()
    run.network.reset(1)
    codes = run.wait(400)
    if not any(codes):
        return f"at step {before}: goes on"
    require_told(run, codes)
    run.resume()
    return f"at step {before}: all end; resumed"


def require_told(run, codes):
    for i, code in enumerate(codes):
        lines = [line for line in run.text(i).splitlines() if line.startswith("error: worker ")]
        known = [line for line in lines if "is lost after step" in line or "failed between workers after step" in line]
        assert code == 1 and len(lines) == len(known) == 1, f"worker {i}: {code}\n{run.text(i)}"
        assert "Start all workers again" in run.text(i), run.text(i)


def never_comes(apply):
    """A worker that is gone, or hangs, before the others have met it."""

    def scenario(run, rng):
        run.start()
        time.sleep(rng.uniform(0.2, 1))
        victim = rng.randrange(run.network.count)
        apply(run, victim)
        codes = run.wait(LIMIT_SECONDS, skip=[victim])
        for i in range(run.network.count):
            if i != victim:
                said = f"worker {victim} ({run.network.address(victim)}) has not come within 30 s"
                assert codes[i] == 1 and said in run.text(i), f"{codes}\n{run.text(i)}"
        run.resume()
        return "the others say that it has not come; resumed"

    return scenario


def stopped(run, rng):
    """One worker is asked to stop: all stop after the same step, with a checkpoint."""
    run.start()
    run.await_step(rng.randint(30, 90))
    run.signal(1, signal.SIGTERM)
    codes = run.wait(LIMIT_SECONDS)
    assert codes == [143] * run.network.count, f"{codes}\n{run.texts()}"
    run.resume()
    return "all stop, resumed"


TROUBLES = {
    "delay 20 ms": Trouble(delay_ms=20),
    "delay 20 ms, jitter 10 ms": Trouble(delay_ms=20, jitter_ms=10),
    "loss 1 %": Trouble(loss=1),
    "loss 5 %": Trouble(loss=5),
    "delay 20 ms, loss 1 %": Trouble(delay_ms=20, loss=1),
    "duplicates 5 %": Trouble(duplicate=5),
    "reordered 25 %": Trouble(delay_ms=10, reorder=25),
    "corrupted 0.1 %": Trouble(corrupt=0.1),
}


def scenarios(count):
    every = {name: survives(lambda run, t=trouble: run.network.worsen(t)) for name, trouble in TROUBLES.items()}
    every["1 Gbit/s"] = survives(lambda run: run.network.limit(*"tbf rate 1gbit burst 256kb latency 100ms".split()))
    every["10 Mbit/s"] = survives(lambda run: run.network.limit(*"tbf rate 10mbit burst 32kb latency 400ms".split()))
    every["cable cut for 4 s"] = survives(lambda run: run.network.cut(1), lambda run: run.network.cut(1, False))
    every["stopped for 4 s"] = survives(lambda run: stop(run, 1), lambda run: run.signal(1, signal.SIGCONT))
    every["connections of worker 1 reset"] = breaks_once
    every["connections reset, no request repeated"] = breaks
    for i in range(count):
        every[f"kill -9 of worker {i}"] = loses([i], kill)
        every[f"SIGSTOP of worker {i}"] = loses([i], stop)
        every[f"cable of worker {i} cut"] = loses([i], cut)
    every["kill -9 of workers 1 and 2"] = loses([1, 2], kill)
    every["kill -9 of worker 0 in a checkpoint"] = loses([0], kill, in_a_checkpoint)
    every["SIGSTOP of worker 0 in a checkpoint"] = loses([0], stop, in_a_checkpoint)
    every["kill -9 of worker 1 in a checkpoint"] = loses([1], kill, in_a_checkpoint)
    every["kill -9 of worker 0 in validation"] = loses([0], kill, in_validation)
    every["kill -9 of worker 2 in validation"] = loses([2], kill, in_validation)
    every["SIGSTOP of worker 1 in validation"] = loses([1], stop, in_validation)
    every["kill -9 of worker 0 in the export"] = loses([0], kill, in_the_export)
    every["SIGSTOP of worker 0 in the export"] = loses([0], stop, in_the_export)
    every["kill -9 of worker 1 in the export"] = loses([1], kill, in_the_export)
    every["kill -9 of a worker before it is met"] = never_comes(kill)
    every["SIGSTOP of a worker before it is met"] = never_comes(stop)
    every["kill -9 of worker 1 before the first step"] = loses([1], kill, before_the_first_step)
    every["kill -9 of worker 2, resumed by 2 workers"] = loses([2], kill, workers=2)
    every["SIGTERM of worker 1"] = stopped
    return every


def furthest(a, b):
    """The largest difference of two lists of weights, over the largest weight."""
    a, b = array.array("f", a), array.array("f", b)
    return max(abs(x - y) for x, y in zip(a, b)) / max(abs(x) for x in a)


def verdict(run, name, wanted):
    run.require_whole()
    if "resumed by" not in name:
        assert run.weights() == wanted, "other bits"
        return "same bits"
    far = furthest(wanted, run.weights())
    assert far < 1e-3, far
    return f"weights differ by {far:.0e} of the largest (another order of sums)"


def networks(options):
    """The network for faults of processes and cables, and the one for frames that are late or lost."""
    if options.loopback or not Namespaces.possible():
        print("no network namespaces: all workers on loopback", flush=True)
        plain = Loopback(options.workers)
        return plain, plain
    cables = Cables(options.workers)
    if cables.has_netem():
        return cables, cables
    print("this kernel has no netem: late and lost frames by " + Switch.told, flush=True)
    return cables, Switch(options.workers)


def attempt(run, name, scenario, wanted, seed):
    """What became of one fault: ok, skipped or FAILED, and what is to be told of it."""
    try:
        told = scenario(run, random.Random(f"{seed} {name}"))
        told += ", " + verdict(run, name, wanted)
        shutil.rmtree(run.folder)
        return "ok", told
    except Skipped as reason:
        return "skipped", reason
    except AssertionError as fault:
        return "FAILED", fault
    finally:
        run.end()
        run.network.heal()


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fdistill", default=str(ROOT / "fdistill"))
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--loopback", action="store_true", help="no hosts of their own")
    parser.add_argument("--only", nargs="*", help="names of scenarios, or parts of them")
    return parser.parse_args()


def main():
    options = arguments()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="fdistill-faults-"))
    plain, frames = networks(options)
    counts = {"ok": 0, "skipped": 0, "FAILED": 0}
    try:
        reference = Run(plain, options.fdistill, folder / "reference", {})
        reference.start()
        reference.finish()
        wanted = reference.weights()
        print(f"no fault: weights {hashlib.sha256(wanted).hexdigest()[:16]}", flush=True)
        for number, (name, scenario) in enumerate(scenarios(plain.count).items()):
            if options.only and not any(part in name for part in options.only):
                continue
            network = frames if name in TROUBLES else plain
            sets = {"export.at_end": "true"} if "export" in name else {}
            run = Run(network, options.fdistill, folder / f"{number:02d}", sets)
            begin = time.monotonic()
            word, told = attempt(run, name, scenario, wanted, options.seed)
            counts[word] += 1
            print(f"{word:<7} {name} [{network.told}, {time.monotonic() - begin:.0f} s]: {told}", flush=True)
    finally:
        plain.remove()
        frames.remove()
    print(", ".join(f"{count} {word}" for word, count in counts.items()))
    sys.exit(1 if counts["FAILED"] else 0)


if __name__ == "__main__":
    main()
