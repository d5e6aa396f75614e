"""How much memory and time import-teacher takes: a made-up ViT of some gigabytes, its peak in /proc.

    python import_memory.py                      # ViT-L, 1.2 GB: below 3 times its size, below a minute
    python import_memory.py --width 4096 --depth 5 --limit 3000         # 4 GB in tensors of a 7B network
    python import_memory.py --width 4096 --depth 5 --limit 3000 --format torch

--limit M: the process may have M megabytes, page cache included: by a control group, for which one must be
root; without, its peak is compared with M. Needs numpy, and for --format torch PyTorch.
"""

import argparse
import json
import math
import os
import pathlib
import subprocess
import sys
import tempfile
import time

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[3]
GROUPS = pathlib.Path("/sys/fs/cgroup")
HEAD_WIDTH = 64
SAMPLES_A_SECOND = 20


def shapes(width, depth):
    """timm's names of a ViT/16 for images of 224 pixels."""
    layers = {"patch_embed.proj": (width, 3, 16, 16)}
    for block in range(depth):
        for name, shape in {"norm1": (width,), "attn.qkv": (3 * width, width), "attn.proj": (width, width),
                            "norm2": (width,), "mlp.fc1": (4 * width, width), "mlp.fc2": (width, 4 * width)}.items():
            layers[f"blocks.{block}.{name}"] = shape
    layers["norm"] = (width,)
    result = {"cls_token": (1, 1, width), "pos_embed": (1, 197, width)}
    for name, shape in layers.items():
        result[name + ".weight"], result[name + ".bias"] = shape, shape[:1]
    return result


def write_safetensors(path, tensors):
    """One tensor at a time, so that this process stays small."""
    header, at = {}, 0
    for name, shape in tensors.items():
        end = at + 4 * math.prod(shape)
        header[name] = {"dtype": "F32", "shape": list(shape), "data_offsets": [at, end]}
        at = end
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    random = np.random.default_rng(1)
    with open(path, "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for shape in tensors.values():
            values = random.random(shape, dtype=np.float32)
            values -= 0.5
            values *= 0.04
            file.write(values.tobytes())
    return 8 + len(text)


def write_torch(path, tensors, scratch):
    """torch.save of tensors that lie in a mapped file."""
    import torch

    start = write_safetensors(scratch, tensors)
    state = {}
    for name, shape in tensors.items():
        values = np.memmap(scratch, np.float32, "c", start, shape)
        state[name], start = torch.from_numpy(values), start + values.nbytes
    torch.save(state, path)
    scratch.unlink()


class MemoryLimit:
    """A control group of version 1 or 2 with a limit in megabytes; without the right to make one, none."""

    def __init__(self, megabytes):
        memory = GROUPS / "memory"
        first = memory.is_dir()
        self.folder = (memory if first else GROUPS) / f"import-memory-{os.getpid()}"
        self.made = False
        try:
            self.folder.mkdir()
            self.made = True
            limit = "memory.limit_in_bytes" if first else "memory.max"
            (self.folder / limit).write_text(str(megabytes * 1_000_000))
        except OSError as e:
            self.close()
            print(f"no control group ({e}): the peak is compared instead")

    def enter(self):
        if self.made:
            (self.folder / "cgroup.procs").write_text(str(os.getpid()))

    def close(self):
        if self.made:
            self.folder.rmdir()
            self.made = False


def run(command, limit):
    """Runs a command; its peaks in megabytes and its seconds."""
    started, peaks = time.monotonic(), {}
    process = subprocess.Popen(command, preexec_fn=limit.enter if limit else None)
    while process.poll() is None:
        try:
            status = pathlib.Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
        except FileNotFoundError:
            break
        for line in status.splitlines():
            key, _, value = line.partition(":")
            if key in ("VmHWM", "RssAnon"):
                peaks[key] = max(peaks.get(key, 0), int(value.split()[0]) * 1024 / 1e6)
        time.sleep(1 / SAMPLES_A_SECOND)
    if process.wait() != 0:
        sys.exit(f"the command ended with {process.returncode}")
    return peaks, time.monotonic() - started


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--width", type=int, default=1024)
    parser.add_argument("--depth", type=int, default=24)
    parser.add_argument("--format", choices=("safetensors", "torch"), default="safetensors")
    parser.add_argument("--limit", type=int, help="megabytes")
    parser.add_argument("--scratch", help="a folder with room for three times the file")
    options = parser.parse_args()
    subprocess.run([ROOT / "fdistill", "doctor"], check=True, stdout=subprocess.DEVNULL)  # builds
    with tempfile.TemporaryDirectory(dir=options.scratch) as folder:
        folder = pathlib.Path(folder)
        file = folder / ("model.pth" if options.format == "torch" else "vit.safetensors")
        tensors = shapes(options.width, options.depth)
        if options.format == "torch":
            write_torch(file, tensors, folder / "scratch")
        else:
            write_safetensors(file, tensors)
        size = file.stat().st_size / 1e6
        limit = MemoryLimit(options.limit) if options.limit else None
        try:
            peaks, seconds = run([ROOT / "fdistill", "import-teacher", "--arch=dino", f"--checkpoint={file}",
                                  f"--set=model.vit.heads={options.width // HEAD_WIDTH}",
                                  f"--out={folder / 'out'}"], limit)
        finally:
            if limit:
                limit.close()
    most = options.limit or 3 * size
    print(f"{size:.0f} MB: peak {peaks['VmHWM']:.0f} MB resident, {peaks['RssAnon']:.0f} MB anonymous, "
          f"{seconds:.0f} s; allowed {most:.0f} MB")
    if peaks["VmHWM"] > most or (not options.limit and seconds > 60):
        sys.exit("too much")


if __name__ == "__main__":
    main()
