"""Repeats: outputs that come to their own reviewer again, unmarked, to measure the reviewer.

What is said the second time lies inside the judgement that stands, and is in no rate.
"""

import hashlib

MIN_BETWEEN = 5
"""So many acts of a reviewer lie between a label and its repeat, whatever the hours."""


def is_due(seed: str, output_id: str, percent: int) -> bool:
    """Whether a repeat comes after this output: by lot, so that nobody can count on it."""
    return _lot(seed, output_id) % 100 * (100 - percent) < 100 * percent if percent < 100 else True


def draw_start(seed: str, output_id: str) -> int:
    """From which position on the output is looked for that comes again."""
    return _lot(seed, output_id) >> 2


def _lot(seed: str, output_id: str) -> int:
    return int.from_bytes(hashlib.sha256(f"again\0{seed}\0{output_id}".encode()).digest()[:8])
