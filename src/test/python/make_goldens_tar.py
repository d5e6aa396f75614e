"""Goldens of tar files: what Python's tarfile, webdataset and torchvision see in files of every format."""

import hashlib
import io
import json
import pathlib
import shutil
import subprocess
import tarfile
import tempfile

import numpy as np
import scipy.io
import webdataset
from PIL import Image
from torchvision.datasets import imagenet

import golden_files

ROOT = golden_files.ROOT / "tar"
WORDS = ["n01440764", "n01443537", "n01484850"]


def image(number, kind="JPEG"):
    pixels = np.random.default_rng(number).integers(0, 255, (2, 2, 3), np.uint8)
    out = io.BytesIO()
    Image.fromarray(pixels).resize((12, 9)).save(out, kind)
    return out.getvalue()


def add(tar, name, content, **fields):
    member = tarfile.TarInfo(name)
    member.size = len(content)
    for key, value in fields.items():
        setattr(member, key, value)
    tar.addfile(member, io.BytesIO(content))


def members():
    """Names and contents of a shard with whatever stands in shards."""
    yield "000.jpg", image(0)
    yield "000.cls", b"7"
    yield "000.json", b'{"label": 1, "note": "cls comes first"}'
    yield "folder.with.dots/001.PNG", image(1, "PNG")
    yield "folder.with.dots/001.json", b'{"label": 2}'
    yield "folder.with.dots/002.json", b'{"caption": "no label"}'
    yield "folder.with.dots/002.jpeg", image(2)
    yield "003.cls", b"9"
    yield "003.webp", image(3, "WEBP")
    yield "../004.jpg", image(4)
    yield "../004.cls", b" 4\n"
    yield "/tmp/005.jpg", image(5)
    yield "006.seg.png", image(6, "PNG")
    yield "006.jpg", image(7)
    yield "006.cls", b"cat"
    yield "without", b"an ending"
    yield "__info__", b"of webdataset's own"


def shard(name, tar_format):
    with tarfile.open(ROOT / name, "w", format=tar_format) as tar:
        for name, content in members():
            add(tar, name, content, mtime=1.5)
        directory = tarfile.TarInfo("a.folder.jpg")
        directory.type = tarfile.DIRTYPE
        tar.addfile(directory)
        for kind, link in ((tarfile.SYMTYPE, "soft.jpg"), (tarfile.LNKTYPE, "hard.jpg")):
            member = tarfile.TarInfo(link)
            member.type = kind
            member.linkname = "000.jpg"
            tar.addfile(member)
        if tar_format != tarfile.USTAR_FORMAT:
            add(tar, "deep/" * 60 + "x" * 120 + ".jpg", image(8))
            add(tar, "deep/" * 60 + "x" * 120 + ".cls", b"8")
        if tar_format == tarfile.PAX_FORMAT:
            add(tar, "größe-猫.jpg", image(9), pax_headers={"comment": "x" * 2000})


def webdataset_shard():
    with webdataset.TarWriter(str(ROOT / "webdataset.tar"), mtime=0) as writer:
        for number in range(4):
            writer.write({"__key__": f"sample{number:03d}", "jpg": image(20 + number), "cls": number % 2,
                          "json": {"label": 99}})


def imagenet_train():
    with tarfile.open(ROOT / "train.tar", "w", format=tarfile.GNU_FORMAT) as outer:
        for number in (2, 0, 1):
            inner = io.BytesIO()
            with tarfile.open(fileobj=inner, mode="w") as tar:
                for i in range(2):
                    add(tar, f"{WORDS[number]}_{i}.JPEG", image(30 + 2 * number + i))
            add(outer, WORDS[number] + ".tar", inner.getvalue())


def imagenet_validation():
    with tarfile.open(ROOT / "val.tar", "w") as tar:
        for number in (1, 2, 3, 4):
            add(tar, f"ILSVRC2012_val_{number:08d}.JPEG", image(40 + number))


def kit():
    """A kit with three classes and one synset above them; the numbers are in another order than the names."""
    fields = [("ILSVRC2012_ID", "O"), ("WNID", "O"), ("words", "O"), ("gloss", "O"), ("num_children", "O"),
              ("children", "O"), ("wordnet_height", "O"), ("num_train_images", "O")]
    rows = [(1, WORDS[2], 0), (2, WORDS[0], 0), (3, WORDS[1], 0), (4, "n00001740", 3)]
    synsets = np.zeros((len(rows), 1), dtype=fields)
    for i, (number, name, children) in enumerate(rows):
        synsets[i, 0] = (np.uint16(number), name, "words, more words", "a gloss", np.uint8(children),
                         np.arange(1, children + 1, dtype=np.uint8), np.uint8(0), np.uint16(732))
    with tempfile.TemporaryDirectory() as folder:
        data = pathlib.Path(folder) / "ILSVRC2012_devkit_t12" / "data"
        data.mkdir(parents=True)
        scipy.io.savemat(data / "meta.mat", {"synsets": synsets}, do_compression=True)
        (data / "ILSVRC2012_validation_ground_truth.txt").write_text("3\n1\n1\n2\n")
        with tarfile.open(ROOT / "devkit.tar.gz", "w:gz") as tar:
            tar.add(data.parent, data.parent.name)
        imagenet._verify_archive = lambda *archive: None  # ours has another checksum
        shutil.copy(ROOT / "devkit.tar.gz", folder)
        imagenet.parse_devkit_archive(folder, "devkit.tar.gz")
        classes, names = imagenet.load_meta_file(folder)
    order = sorted(classes)
    return {"classes": order, "labels": [order.index(name) for name in names]}


def sparse(name, tar_format):
    """GNU tar's sparse members: a hole, then data; an image after it."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder)
        with open(path / "a.jpg", "wb") as file:
            file.seek(1 << 20)
            file.write(image(50))
        (path / "b.jpg").write_bytes(image(51))
        subprocess.run(["tar", "--sparse", "--format=" + tar_format, "-cf", ROOT / name, "a.jpg", "b.jpg"], cwd=path, check=True)


def seen(name):
    """Images as tarfile finds them, where they lie and what is in them."""
    images = []
    with tarfile.open(ROOT / name) as tar:
        for member in tar:
            if member.isreg() and not member.issparse() and member.name.lower().endswith((".jpg", ".jpeg", ".png")):
                content = tar.extractfile(member).read()
                images.append({"name": member.name, "offset": member.offset_data, "size": member.size,
                               "sha256": hashlib.sha256(content).hexdigest()})
    return images


def grouped(name):
    """What webdataset makes of a shard: the digests of the images of each sample, and its cls."""
    samples = []
    for sample in webdataset.WebDataset(str(ROOT / name), shardshuffle=False, empty_check=False):
        images = [sample[kind] for kind in ("jpg", "jpeg", "png") if kind in sample]
        if images:
            samples.append({"key": sample["__key__"], "sha256": hashlib.sha256(images[0]).hexdigest(),
                            "cls": sample["cls"].decode() if "cls" in sample else None})
    return samples


def main():
    shutil.rmtree(ROOT, ignore_errors=True)
    ROOT.mkdir(parents=True)
    shard("ustar.tar", tarfile.USTAR_FORMAT)
    shard("gnu.tar", tarfile.GNU_FORMAT)
    shard("pax.tar", tarfile.PAX_FORMAT)
    webdataset_shard()
    imagenet_train()
    imagenet_validation()
    sparse("sparse-gnu.tar", "gnu")
    sparse("sparse-pax.tar", "pax")
    shards = ["ustar.tar", "gnu.tar", "pax.tar", "webdataset.tar"]
    expected = {"tarfile": {name: seen(name) for name in shards + ["val.tar", "sparse-gnu.tar", "sparse-pax.tar"]},
                "webdataset": {name: grouped(name) for name in shards}, "devkit": kit()}
    (ROOT / "expected.json").write_text(json.dumps(expected, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
