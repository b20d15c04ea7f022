"""By what numbers are counted and shown: the definitions of a gate, or the usual ones.

A number without its definitions says little, so whoever shows numbers shows this sentence too.
"""

from typing import NamedTuple

from workbench.domain.gate import Design, Gate, Inference
from workbench.domain.policy import DEFAULT_POLICY, Policy

USUAL_INTERVAL = Inference().display_interval


class Definitions(NamedTuple):
    """`gate` is the name of the gate that they are of, "" for the usual ones; `why` says why."""

    policy: Policy = DEFAULT_POLICY
    interval: str = USUAL_INTERVAL
    seed: int = Inference().seed
    design: Design | None = None
    gate: str = ""
    why: str = ""

    @property
    def name(self) -> str:
        """Whose they are, in a few words."""
        return f"by gate {self.gate}" if self.gate else "usual definitions"

    @property
    def live_name(self) -> str:
        """Whose definitions a live count goes by: it is always of the usual ones."""
        if not self.gate:
            return "usual definitions"
        return f"usual, not gate {self.gate}'s" if self._list_own() else self.name

    @property
    def sentence(self) -> str:
        """Whose definitions are in force, and what in them is not usual."""
        if not self.gate:
            return f"counted by the usual definitions{f': {self.why}' if self.why else ''}"
        told = ", ".join(self._list_own()) or "all of them the usual ones"
        return f"counted by the definitions of the gate {self.gate}: {told}"

    def _list_own(self) -> list[str]:
        """What differs from the usual, as it stands in a gate file."""
        own, usual = self.policy, DEFAULT_POLICY
        found = [
            f"{name} = {_show(getattr(own, name))}"
            for name in Policy._fields
            if getattr(own, name) != getattr(usual, name)
        ]
        if self.interval != USUAL_INTERVAL:
            found.append(f"display_interval = {self.interval}")
        return found


def _show(value: object) -> str:
    """A set of kinds in order, a share as it is written."""
    if isinstance(value, frozenset):
        return " ".join(sorted(map(str, value))) or "none"
    return f"{value:g}" if isinstance(value, float) else str(value)


def define_by(gate: Gate) -> Definitions:
    """Those of a gate."""
    inference = gate.inference
    return Definitions(
        gate.policy, inference.display_interval, inference.seed, gate.design, gate.name
    )


USUAL = Definitions(why="no gate is set")
