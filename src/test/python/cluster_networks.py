"""Networks on which workers can be tried: hosts of their own, with what may happen to their cables, or one machine.

`Cables`    network namespaces, joined by virtual cables and a bridge of the kernel; `tc` slows them down.
`Switch`    network namespaces, joined by a switch in this process: it delays, loses, copies and damages frames as
            the kernel's netem would, for kernels without netem.
`Loopback`  this machine's own addresses: nothing can happen to them.
"""

import dataclasses
import fcntl
import heapq
import os
import random
import select
import shutil
import struct
import subprocess
import threading
import time

PORT = 2222


class Skipped(Exception):
    """What this machine cannot do."""


@dataclasses.dataclass(frozen=True)
class Trouble:
    """What happens to frames on their way from one host to the next; shares in percent, as netem takes them."""

    delay_ms: float = 0
    jitter_ms: float = 0
    loss: float = 0
    duplicate: float = 0
    reorder: float = 0
    corrupt: float = 0

    def netem(self):
        words = ["netem"]
        if self.delay_ms:
            words += ["delay", f"{self.delay_ms}ms"]
            words += [f"{self.jitter_ms}ms"] if self.jitter_ms else []
        for name in ["loss", "duplicate", "reorder", "corrupt"]:
            share = getattr(self, name)
            words += [name, f"{share}%"] if share else []
        return words


def sh(*command, check=True):
    return subprocess.run(command, check=check, capture_output=True, text=True)


class Loopback:
    """Processes of one machine."""

    told = "loopback"

    def __init__(self, count):
        self.count = count

    def address(self, i):
        return f"127.0.0.1:{PORT + i}"

    def prefix(self, i):
        return []

    def cut(self, i, down=True):
        raise Skipped("needs hosts of their own")

    def limit(self, *discipline):
        raise Skipped("needs hosts of their own")

    def worsen(self, trouble):
        raise Skipped("needs hosts of their own")

    def reset(self, i):
        raise Skipped("needs hosts of their own")

    def heal(self):
        pass

    def remove(self):
        pass


class Namespaces:
    """Hosts that are network namespaces; how they are joined is the matter of those that follow."""

    subnet = None

    def __init__(self, count):
        self.count = count
        self.remove()
        self.prepare()
        for i in range(count):
            sh("ip", "netns", "add", self.name(i))
            self.inside(i, "ip", "link", "set", "lo", "up")
            self.join(i)
            self.inside(i, "ip", "addr", "add", f"{self.host(i)}/24", "dev", "eth0")
            self.inside(i, "ip", "link", "set", "eth0", "up")

    def prepare(self):
        pass

    @staticmethod
    def possible():
        if os.geteuid() != 0 or not shutil.which("ip"):
            return False
        probe = "fdistill-probe"
        made = sh("ip", "netns", "add", probe, check=False).returncode == 0
        sh("ip", "netns", "del", probe, check=False)
        return made

    def name(self, i):
        return f"fdistill-{self.subnet}-{i}"

    def host(self, i):
        return f"10.213.{self.subnet}.{i + 1}"

    def address(self, i):
        return f"{self.host(i)}:{PORT}"

    def prefix(self, i):
        return ["ip", "netns", "exec", self.name(i)]

    def inside(self, i, *command, check=True):
        return sh(*self.prefix(i), *command, check=check)

    def remove(self):
        for i in range(self.count):
            sh("ip", "netns", "del", self.name(i), check=False)


class Cables(Namespaces):
    """Virtual cables (veth) and a bridge."""

    told = "virtual cables"
    subnet = 7
    BRIDGE = "fdistill-br"

    def prepare(self):
        sh("ip", "link", "add", self.BRIDGE, "type", "bridge")
        sh("ip", "link", "set", self.BRIDGE, "up")

    @staticmethod
    def cable(i):
        return f"fdistill-v{i}"

    def join(self, i):
        sh("ip", "link", "add", self.cable(i), "type", "veth", "peer", "name", "eth0", "netns", self.name(i))
        sh("ip", "link", "set", self.cable(i), "master", self.BRIDGE, "up")

    def has_netem(self):
        told = self.inside(0, "tc", "qdisc", "replace", "dev", "eth0", "root", "netem", "delay", "1ms", check=False)
        self.heal()
        return told.returncode == 0

    def limit(self, *discipline):
        for i in range(self.count):
            told = self.inside(i, "tc", "qdisc", "replace", "dev", "eth0", "root", *discipline, check=False)
            if "unknown" in told.stderr:
                raise Skipped(f"this kernel has no queueing discipline {discipline[0]}")
            assert told.returncode == 0, told.stderr

    def worsen(self, trouble):
        self.limit(*trouble.netem())

    def reset(self, i):
        """Ends all connections of a host, as a firewall that forgets them does."""
        if not shutil.which("ss"):
            raise Skipped("needs ss")
        self.inside(i, "ss", "-K", "state", "established")

    def cut(self, i, down=True):
        sh("ip", "link", "set", self.cable(i), "down" if down else "up")

    def heal(self):
        for i in range(self.count):
            self.inside(i, "tc", "qdisc", "del", "dev", "eth0", "root", check=False)
            self.cut(i, False)

    def remove(self):
        for i in range(self.count):  # A namespace takes its end of the cable along, but some time later.
            sh("ip", "link", "del", self.cable(i), check=False)
        super().remove()
        sh("ip", "link", "del", self.BRIDGE, check=False)


class Switch(Namespaces):
    """TAP devices: each host's frames come to this process, which passes them on."""

    told = "a switch in user space"
    subnet = 8
    TUNSETIFF, TAP_WITHOUT_HEADER = 0x400454CA, 0x0002 | 0x1000
    QUEUED = 10_000

    def __init__(self, count, seed=1):
        self.files, self.severed, self.trouble = [], set(), Trouble()
        self.rng, self.queue, self.taken, self.closed = random.Random(seed), [], 0, False
        self.passed = self.lost = 0
        super().__init__(count)
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    @staticmethod
    def mac(i):
        return bytes([2, 0xFD, 0, 0, 0, i + 1])

    def join(self, i):
        tap = f"fdistill-t{i}"
        file = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
        fcntl.ioctl(file, self.TUNSETIFF, struct.pack("16sH", tap.encode(), self.TAP_WITHOUT_HEADER))
        self.files.append(file)
        sh("ip", "link", "set", tap, "address", self.mac(i).hex(":"))
        sh("ip", "link", "set", tap, "name", "eth0", "netns", self.name(i))

    def _run(self):
        while not self.closed:
            wait = min(0.1, max(0, self.queue[0][0] - time.monotonic())) if self.queue else 0.1
            for file in select.select(self.files, [], [], wait)[0]:
                self._take(self.files.index(file), file)
            while self.queue and self.queue[0][0] <= time.monotonic():
                _, _, port, frame = heapq.heappop(self.queue)
                self._give(port, frame)

    def _take(self, port, file):
        for _ in range(64):
            try:
                frame = os.read(file, 65536)
            except BlockingIOError:
                return
            to = frame[5] - 1 if frame[:5] == self.mac(0)[:5] else None
            for other in range(self.count):
                if other != port and to in (None, other):
                    self._pass(port, other, frame)

    def _pass(self, port, to, frame):
        trouble = self.trouble
        if self._happens(trouble.loss) or {port, to} & self.severed or len(self.queue) > self.QUEUED:
            self.lost += 1
            return
        for _ in range(2 if self._happens(trouble.duplicate) else 1):
            delay = trouble.delay_ms + self.rng.uniform(-1, 1) * trouble.jitter_ms
            if self._happens(trouble.reorder):
                delay = 0  # It overtakes those before it, as with netem.
            sent = self._damaged(frame) if self._happens(trouble.corrupt) else frame
            self.taken += 1
            heapq.heappush(self.queue, (time.monotonic() + delay / 1000, self.taken, to, sent))

    def _happens(self, percent):
        return percent > 0 and self.rng.random() * 100 < percent

    def _damaged(self, frame):
        bit = self.rng.randrange(8 * len(frame))
        damaged = bytearray(frame)
        damaged[bit // 8] ^= 1 << bit % 8
        return bytes(damaged)

    def _give(self, port, frame):
        try:
            os.write(self.files[port], frame)
            self.passed += 1
        except OSError:  # Its queue is full, or its host is down.
            self.lost += 1

    def limit(self, *discipline):
        raise Skipped("the switch has no limit of bandwidth")

    def worsen(self, trouble):
        self.trouble = trouble

    def cut(self, i, down=True):
        self.severed = self.severed | {i} if down else self.severed - {i}

    def heal(self):
        self.trouble, self.severed = Trouble(), set()

    def remove(self):
        if self.files:
            self.closed = True
            self.thread.join()
            for file in self.files:
                os.close(file)
            self.files = []
        super().remove()
