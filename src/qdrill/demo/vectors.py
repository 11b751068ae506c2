"""Dense vectors of the sample data without any model: feature hashing of character n-grams.

Every n-gram of 1 to 3 characters adds +1 or -1 to one of 256 numbers, both chosen by its hash (Weinberger et al.,
"Feature Hashing for Large Scale Multitask Learning", 2009). Texts that share words come out close; that is all a
demonstration needs, and it says nothing about what a model would find.
"""

from __future__ import annotations

import math
from hashlib import blake2b

DIMENSIONS = 256
_LONGEST = 3


def embed(text: str) -> list[float]:
    """A vector of length 1; all zeros but one for a text without letters or digits."""
    numbers = [0.0] * DIMENSIONS
    kept = "".join(char if char.isalnum() else " " for char in text.lower())
    for word in kept.split():
        for length in range(1, _LONGEST + 1):
            for start in range(len(word) - length + 1):
                _add(numbers, word[start : start + length])
    norm = math.sqrt(sum(number * number for number in numbers))
    if norm == 0.0:
        return [1.0, *numbers[1:]]
    return [number / norm for number in numbers]


def _add(numbers: list[float], gram: str) -> None:
    digest = int.from_bytes(blake2b(gram.encode(), digest_size=8).digest(), "little")
    numbers[digest % DIMENSIONS] += 1.0 if digest >> 63 else -1.0
