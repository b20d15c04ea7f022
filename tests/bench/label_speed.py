"""A label key: P11 to P13 of PERFORMANCE.md; app_speed.py runs it."""

import math
import re
from collections.abc import Iterable
from contextlib import ExitStack

from figures import FRAME_MS, Figure, ms
from players import Bench, Labeller, p95, start_bare, take_turns
from terminal import COLUMNS, LINES, quantile

FRAME = 9.8  # a frame in repaints of a bare label, where such a one takes 1.7 ms


def measure_labels(bench: Bench) -> list[Figure]:
    """P11 to P13: a label key, at the large study, at 100 labels, and from the first one on."""
    n = bench.plan.large
    studies = bench.labels(n), bench.labels(100), bench.lines(1_000)
    with ExitStack() as stack:
        many, few, new = (Labeller(stack, bench, bench.work.copy(study)) for study in studies)
        bare = start_bare(stack, bench)

        def repaint() -> float:
            return bare.key("l").ms

        jobs = {"many": many.press, "few": few.press, "new": new.press, "label": repaint}
        took = take_turns(bench.plan.presses, jobs)
        late = many.late + few.late + new.late
        # The introduction leaves with a study's first label: a layout, once.
        frames = {"m": worst(seen.n_frames for seen in (*many.seen, *new.seen[1:]))}
        sent = quantile([outside_diff(seen.output) for seen in new.seen[1:]], 0.95)
        for key in ("j", "J", "K", "]", "a"):
            for _ in range(3):
                many.program.rest()
                n_frames = many.program.key(key).n_frames
                frames[key] = worst((frames.get(key, 1), n_frames))
                if key == "a":
                    many.program.key("escape")
    large, small, label = p95(took["many"]), p95(took["few"]), p95(took["label"])
    if late:
        large = math.inf  # painted before it was on disk
    told = " ".join(f"{key}:{count:g}" for key, count in frames.items())
    what = f"label key, {n:,} labels"
    return [
        Figure("P11", what, ms(large), f"frame {ms(FRAME_MS)}", large / FRAME_MS, 1, 2),
        Figure("P11", "the same", ms(large), f"100: {ms(small)}", large / small, 1.2, 1.5),
        Figure("P11", "the same", ms(large), f"L {ms(label)}", large / label, FRAME, 2 * FRAME),
        Figure("P12", "frames per key", told, "", worst(frames.values()), 1, 1),
        Figure("P13", "bytes per label, diff apart", f"{sent:.0f}", "2,000", sent / 2000, 1, 2.5),
    ]


def worst(counts: Iterable[float]) -> float:
    """The most frames of a key; a key that painted nothing was not taken."""
    listed = list(counts)
    return max(listed) if min(listed) else math.inf


def outside_diff(output: bytes) -> int:
    """Bytes of a frame that draw outside of the diff pane: each run begins with its place.

    A run without text only ends a line that the diff drew.
    """
    sent = 0
    for run in re.finditer(rb"\x1b\[(\d+);(\d+)H(.*?)(?=\x1b\[\d+;\d+H|\Z)", output, re.DOTALL):
        line, column = int(run[1]), int(run[2])
        is_diff = 34 < column <= COLUMNS - 40 and 1 < line <= LINES - 2
        sent += 0 if is_diff or not run[3].strip() else len(run[0])
    return sent
