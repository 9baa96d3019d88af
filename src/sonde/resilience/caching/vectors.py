"""Embeddings as bytes, and which of many is nearest."""

import functools
import importlib
import math
import operator
from array import array
from collections.abc import Sequence
from typing import Any


def packed(vector: Sequence[float]) -> bytes:
    """A vector of length 1 in the same direction, as 32-bit floats. Raises ValueError for none."""
    values = [float(value) for value in vector]
    length = math.sqrt(sum(value * value for value in values))
    if not values or not math.isfinite(length) or length == 0.0:
        raise ValueError("an embedding must be finite numbers, not all of them 0")
    return array("f", [value / length for value in values]).tobytes()


def nearest(vector: bytes, others: Sequence[bytes]) -> tuple[int, float] | None:
    """Index and cosine similarity of the nearest of ``others`` (made by `packed`); None when there is none.

    Vectors of another size, from another embedder, are not compared.
    """
    same = [index for index, other in enumerate(others) if len(other) == len(vector)]
    if not same:
        return None
    numpy = _numpy()
    if numpy is not None:
        table = numpy.frombuffer(b"".join(others[index] for index in same), dtype=numpy.float32)
        similarities = table.reshape(len(same), -1) @ numpy.frombuffer(vector, dtype=numpy.float32)
        best = int(similarities.argmax())
        return same[best], float(similarities[best])
    mine = array("f", vector).tolist()
    scored = [(sum(map(operator.mul, mine, array("f", others[index]))), -index) for index in same]
    similarity, index = max(scored)
    return -index, similarity


@functools.cache
def _numpy() -> Any:
    """NumPy where the app has it: much quicker over a thousand vectors, and not worth requiring."""
    try:
        return importlib.import_module("numpy")
    except ImportError:
        return None
