"""Values that Python and Java compute alike, to the bit, so that no golden has to store its inputs.

Element i of the tensor called NAME comes from a 32-bit hash: a finaliser of two multiplications
over i, the FNV-1a hash of NAME added, and the finaliser again. Its upper 24 bits are a float32 in
[-1, 1) without rounding; times the half width and plus the centre it is rounded once each.
The Java twin is org.fdistill.testing.DeterministicValues.
"""

import numpy as np

MASK = 0xFFFFFFFF


def name_hash(name):
    """FNV-1a over the UTF-8 bytes, 32 bits."""
    value = 0x811C9DC5
    for byte in name.encode("utf-8"):
        value = ((value ^ byte) * 0x01000193) & MASK
    return value


def _mix(x):
    x = x ^ (x >> np.uint32(16))
    x = x * np.uint32(0x7FEB352D)
    x = x ^ (x >> np.uint32(15))
    x = x * np.uint32(0x846CA68B)
    return x ^ (x >> np.uint32(16))


def bits(name, count):
    """The first count 32-bit hashes of a name."""
    index = np.arange(count, dtype=np.uint32)
    return _mix(_mix(index) + np.full(1, name_hash(name), np.uint32))


def uniform(name, shape, centre=0.0, half_width=1.0):
    """A float32 tensor, uniform in [centre - half_width, centre + half_width)."""
    upper = (bits(name, int(np.prod(shape))) >> np.uint32(8)).astype(np.int32)
    unit = (upper - (1 << 23)).astype(np.float32) * np.float32(2.0**-23)
    return (unit * np.float32(half_width) + np.float32(centre)).reshape(shape)


def integers(name, count, bound):
    """count int64 values in [0, bound); also the sampled positions of a large tensor."""
    return ((bits(name, count).astype(np.uint64) * np.uint64(bound)) >> np.uint64(32)).astype(np.int64)
