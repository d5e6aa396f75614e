"""Reads a state dict in the format that torch.save wrote before PyTorch 1.6, without PyTorch.

The file is five pickles, then each storage as a count and its values. The unpickler knows the
three functions that a plain state dict asks for and refuses everything else.
"""

import pickle
import struct
from collections import OrderedDict
from pathlib import Path

import numpy as np

MAGIC = 0x1950A86A20F9469CFC6C
TYPES = {
    "FloatStorage": np.dtype("<f4"),
    "LongStorage": np.dtype("<i8"),
}


class _Storage:
    def __init__(self, dtype: np.dtype, size: int):
        self.values = np.empty(size, dtype)


def _tensor(storage: _Storage, offset: int, size: tuple, stride: tuple, *_unused):
    """A view of the storage, whose values are read later."""
    steps = [s * storage.values.itemsize for s in stride]
    return np.lib.stride_tricks.as_strided(storage.values[offset:], size, steps)


class _Unpickler(pickle.Unpickler):
    def __init__(self, file, storages: dict[str, _Storage]):
        super().__init__(file, encoding="utf-8")
        self._storages = storages

    def find_class(self, module, name):
        if module == "torch" and name in TYPES:
            return name
        known = {
            ("collections", "OrderedDict"): OrderedDict,
            ("torch._utils", "_rebuild_tensor_v2"): _tensor,
        }
        if (module, name) not in known:
            raise pickle.UnpicklingError(f"asks for {module}.{name}, which no state dict needs")
        return known[module, name]

    def persistent_load(self, identity):
        _kind, storage_type, key, _location, size, _view = identity
        return self._storages.setdefault(key, _Storage(TYPES[storage_type], size))


def read_state_dict(path: Path) -> dict[str, np.ndarray]:
    """Arrays by parameter name."""
    storages: dict[str, _Storage] = {}
    with path.open("rb") as file:
        if _Unpickler(file, {}).load() != MAGIC:
            raise ValueError(f"{path} is not in PyTorch's legacy format")
        for _protocol_and_system in range(2):
            _Unpickler(file, {}).load()
        tensors = _Unpickler(file, storages).load()
        for key in _Unpickler(file, {}).load():
            values = storages[key].values
            (count,) = struct.unpack("<q", file.read(8))
            if count != values.size or file.readinto(values) != values.nbytes:
                raise ValueError(f"{path} is cut off or damaged at storage {key}")
    return dict(tensors)
