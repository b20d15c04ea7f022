"""Two outputs side by side: P8 of PERFORMANCE.md; app_speed.py runs it."""

import math
import re
from contextlib import ExitStack
from statistics import median

from figures import Figure, ms
from players import Bench, open_review, take_turns, walk_ours
from terminal import Pty
from workload import mark


class PairWalker:
    """Our program on pairs of outputs, from one to the next."""

    def __init__(self, program: Pty) -> None:
        """Begin at the pair that the program shows."""
        self.program = program
        self.shown = self._read()

    def press(self) -> float:
        """Milliseconds until both sides of the next pair stand there."""
        took = self.program.key("J").ms
        self.program.rest()
        before, self.shown = self.shown, self._read()
        return took if len(self.shown) == 2 and self.shown != before else math.inf

    def _read(self) -> frozenset[str]:
        return frozenset(re.findall(rf"\b{mark('')}\w+", self.program.screen.text()))


def measure_pairs(bench: Bench) -> list[Figure]:
    """P8: the next pair against the next output, at 1,000 changed lines a side."""
    study = bench.work.add_pairs("pairs-1000", bench.batches[1_000])
    with ExitStack() as stack:
        pairs = PairWalker(open_review(stack, bench, study, "--pair"))
        single = walk_ours(stack, bench, 1_000)
        took = take_turns(bench.plan.presses, {"pair": pairs.press, "single": single.press})
    pair, one = median(took["pair"]), median(took["single"])
    return [
        Figure("P8", "next pair, 1,000 lines", ms(pair), f"single: {ms(one)}", pair / one, 1.4, 1.8)
    ]
