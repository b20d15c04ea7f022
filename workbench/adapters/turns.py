"""When a candidate's program or request may run: whoever makes it ready asks, and waits."""

from typing import Protocol

from workbench.adapters.sandbox import Cancel


class Turn(Protocol):
    """One job's place among those that run at once."""

    @property
    def cancel(self) -> Cancel:
        """Whether everything is to end at once."""
        ...

    def wait(self) -> bool:
        """Until it may run; False: it may not, and ends as cancelled."""
        ...

    def give_back(self, spent_usd: float | None) -> None:
        """It has answered, at this cost: the next may run while the answer is taken."""
        ...
