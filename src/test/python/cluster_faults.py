"""Workers on hosts of their own, and what may happen to hosts, cables and processes.

    sudo python src/test/python/cluster_faults.py [--fdistill ./fdistill] [--only NAME ...]

Each worker runs in a network namespace, joined to the others by virtual cables (veth) and a bridge; `tc` slows
them down. Needs root and iproute2, on Linux. A run without faults gives the bits to which every other run must come:
one that goes on through a fault by itself, one that ends by it after a new start. Workers that end must do so within a
minute, and name the one that is lost.
"""

import argparse
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

ROOT = pathlib.Path(__file__).resolve().parents[3]
BRIDGE = "fdistill-br"
PORT = 2222
STEPS = 150
LIMIT_SECONDS = 60
SETS = {
    "schedule.length.steps": STEPS,
    "train_data.batch_size": 48,
    "checkpoint.every_steps": 25,
    "cluster.silence_seconds": 10,
    "log.every_steps": 1,
    "log.report": "false",
    "export.at_end": "false",
}


def sh(*command, check=True):
    return subprocess.run(command, check=check, capture_output=True, text=True)


class Skipped(Exception):
    """What this machine cannot do."""


class Hosts:
    """Network namespaces, one for each worker."""

    def __init__(self, count):
        self.count = count
        self.remove()
        sh("ip", "link", "add", BRIDGE, "type", "bridge")
        sh("ip", "link", "set", BRIDGE, "up")
        for i in range(count):
            sh("ip", "netns", "add", self.name(i))
            sh("ip", "link", "add", self.cable(i), "type", "veth", "peer", "name", "eth0", "netns", self.name(i))
            sh("ip", "link", "set", self.cable(i), "master", BRIDGE, "up")
            self.inside(i, "ip", "addr", "add", f"{self.address(i)}/24", "dev", "eth0")
            self.inside(i, "ip", "link", "set", "eth0", "up")
            self.inside(i, "ip", "link", "set", "lo", "up")

    @staticmethod
    def name(i):
        return f"fdistill-{i}"

    @staticmethod
    def cable(i):
        return f"fdistill-v{i}"

    @staticmethod
    def address(i):
        return f"10.213.7.{i + 1}"

    def inside(self, i, *command, check=True):
        return sh("ip", "netns", "exec", self.name(i), *command, check=check)

    def slow(self, *discipline):
        for i in range(self.count):
            told = self.inside(i, "tc", "qdisc", "replace", "dev", "eth0", "root", *discipline, check=False)
            if "unknown" in told.stderr:
                raise Skipped(f"this kernel has no queueing discipline {discipline[0]}")
            assert told.returncode == 0, told.stderr

    def heal(self):
        for i in range(self.count):
            self.inside(i, "tc", "qdisc", "del", "dev", "eth0", "root", check=False)
            self.cut(i, False)

    def cut(self, i, down=True):
        sh("ip", "link", "set", self.cable(i), "down" if down else "up")

    def remove(self):
        for i in range(self.count):
            sh("ip", "netns", "del", self.name(i), check=False)
        sh("ip", "link", "del", BRIDGE, check=False)


class Run:
    """A run of all workers in one work folder."""

    def __init__(self, hosts, fdistill, folder):
        self.hosts, self.fdistill, self.folder = hosts, fdistill, folder
        self.processes, self.logs = [], []

    def start(self):
        addresses = [f"{self.hosts.address(i)}:{PORT}" for i in range(self.hosts.count)]
        words = ["train", "configs/smoke/classify.txtpb", "--workdir", str(self.folder)]
        for name, value in SETS.items():
            words += ["--set", f"{name}={value}"]
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        self.processes, self.logs = [], []
        for i in range(self.hosts.count):
            config = {"cluster": {"worker": addresses}, "task": {"type": "worker", "index": i}}
            log = open(self.folder.parent / f"{self.folder.name}-{i}.log", "w+")
            self.logs.append(log)
            command = ["ip", "netns", "exec", self.hosts.name(i), self.fdistill, *words]
            environment = {**os.environ, "TF_CONFIG": json.dumps(config), "TF_NUM_INTRAOP_THREADS": "1"}
            self.processes.append(
                subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT)
            )

    def await_step(self, step):
        while self.step() < step:
            ended = [p.poll() for p in self.processes]
            if any(code is not None for code in ended):
                raise AssertionError(f"ended before step {step}: {ended}\n{self.texts()}")
            time.sleep(0.05)

    def step(self):
        try:
            lines = (self.folder / "metrics.jsonl").read_text().splitlines()
            return json.loads(lines[-1])["step"] if lines else 0
        except (OSError, ValueError):
            return 0

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

    def texts(self):
        texts = []
        for log in self.logs:
            log.flush()
            log.seek(0)
            texts.append(log.read())
        return texts

    def end(self):
        for process in self.processes:
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.kill()
                process.wait()

    def digest(self):
        folder = self.folder / "checkpoints" / f"step-{STEPS}"
        data = (folder / "variables.data-00000-of-00001").read_bytes()
        return hashlib.sha256(data).hexdigest()[:16]


def survives(apply, heal=None):
    """A fault that the run goes on through."""

    def scenario(hosts, run, rng):
        run.start()
        run.await_step(rng.randint(5, 30))
        apply(hosts, run)
        if heal:
            time.sleep(4)
            heal(hosts, run)
        codes = run.wait(400)
        assert codes == [0] * hosts.count, f"{codes}\n{run.texts()}"
        return "goes on"

    return scenario


def loses(victims, apply):
    """A fault by which the workers that are left end, and name one of the victims."""

    def scenario(hosts, run, rng):
        run.start()
        run.await_step(rng.randint(30, 90))
        begin = time.monotonic()
        for victim in victims:
            apply(hosts, run, victim)
        codes = run.wait(LIMIT_SECONDS + 5, skip=victims)
        took = time.monotonic() - begin
        left = [i for i in range(hosts.count) if i not in victims]
        for i in left:
            assert codes[i] == 1, f"{codes}\n{run.texts()[i]}"
            text = run.texts()[i]
            named = [f"worker {v} ({hosts.address(v)}:{PORT}) is lost after step" in text for v in victims]
            assert any(named) and "This is a bug" not in text, text
        assert took < LIMIT_SECONDS, took
        run.end()
        hosts.heal()
        time.sleep(1)
        run.start()
        codes = run.wait(400)
        assert codes == [0] * hosts.count, f"{codes}\n{run.texts()}"
        return f"named after {took:.0f} s, resumed"

    return scenario


def isolates(victim):
    """A cable that is cut: the host behind it ends as well, and names somebody else."""

    def scenario(hosts, run, rng):
        told = loses([victim], lambda h, r, v: h.cut(v))(hosts, run, rng)
        return told

    return scenario


def stopped(hosts, run, rng):
    """One worker is asked to stop: all stop after the same step, with a checkpoint."""
    run.start()
    run.await_step(rng.randint(30, 90))
    run.signal(1, signal.SIGTERM)
    codes = run.wait(LIMIT_SECONDS)
    assert codes == [143] * hosts.count, f"{codes}\n{run.texts()}"
    run.start()
    codes = run.wait(400)
    assert codes == [0] * hosts.count, f"{codes}\n{run.texts()}"
    return "all stop, resumed"


def starts_late(hosts, run, rng):
    """A worker that is killed before the others have met it."""
    run.start()
    time.sleep(rng.uniform(0.5, 3))
    run.signal(2, signal.SIGKILL)
    time.sleep(3)
    run.end()
    run.start()
    codes = run.wait(400)
    assert codes == [0] * hosts.count, f"{codes}\n{run.texts()}"
    return "resumed"


def kill(hosts, run, victim):
    run.signal(victim, signal.SIGKILL)


def stop(hosts, run, victim):
    run.signal(victim, signal.SIGSTOP)


def scenarios(count):
    disciplines = {
        "delay 20 ms": ["netem", "delay", "20ms"],
        "delay 20 ms, jitter 10 ms": ["netem", "delay", "20ms", "10ms"],
        "loss 1 %": ["netem", "loss", "1%"],
        "loss 5 %": ["netem", "loss", "5%"],
        "duplicates 5 %": ["netem", "duplicate", "5%"],
        "reordered 25 %": ["netem", "delay", "10ms", "reorder", "25%"],
        "corrupted 0.1 %": ["netem", "corrupt", "0.1%"],
        "1 Gbit/s": ["tbf", "rate", "1gbit", "burst", "256kb", "latency", "100ms"],
        "10 Mbit/s": ["tbf", "rate", "10mbit", "burst", "32kb", "latency", "400ms"],
    }
    every = {
        name: survives(lambda hosts, run, words=words: hosts.slow(*words)) for name, words in disciplines.items()
    }
    every["cable cut for 4 s"] = survives(lambda h, r: h.cut(1), lambda h, r: h.cut(1, False))
    every["stopped for 4 s"] = survives(
        lambda h, r: r.signal(1, signal.SIGSTOP), lambda h, r: r.signal(1, signal.SIGCONT)
    )
    for i in range(count):
        every[f"kill -9 of worker {i}"] = loses([i], kill)
        every[f"SIGSTOP of worker {i}"] = loses([i], stop)
        every[f"cable of worker {i} cut"] = isolates(i)
    every["kill -9 of workers 1 and 2"] = loses([1, 2], kill)
    every["SIGTERM of worker 1"] = stopped
    every["kill -9 at the start"] = starts_late
    return every


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fdistill", default=str(ROOT / "fdistill"))
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="*", help="names of scenarios, or parts of them")
    arguments = parser.parse_args()
    if os.geteuid() != 0 or not shutil.which("ip"):
        sys.exit("Network namespaces need root and iproute2.")
    hosts = Hosts(arguments.workers)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="fdistill-faults-"))
    rng = random.Random(arguments.seed)
    failed = 0
    try:
        reference = Run(hosts, arguments.fdistill, folder / "reference")
        reference.start()
        codes = reference.wait(600)
        assert codes == [0] * hosts.count, f"{codes}\n{reference.texts()}"
        wanted = reference.digest()
        print(f"no fault: {wanted}", flush=True)
        for number, (name, scenario) in enumerate(scenarios(hosts.count).items()):
            if arguments.only and not any(part in name for part in arguments.only):
                continue
            run = Run(hosts, arguments.fdistill, folder / f"{number:02d}")
            try:
                told = scenario(hosts, run, rng)
                assert run.digest() == wanted, f"other bits: {run.digest()}"
                assert not list(run.folder.glob("checkpoints/.partial*")), "something half-written is left"
                print(f"ok      {name}: {told}, same bits", flush=True)
                shutil.rmtree(run.folder)
            except Skipped as reason:
                print(f"skipped {name}: {reason}", flush=True)
            except AssertionError as fault:
                failed += 1
                print(f"FAILED  {name}: {fault}", flush=True)
            finally:
                run.end()
                hosts.heal()
    finally:
        hosts.remove()
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
