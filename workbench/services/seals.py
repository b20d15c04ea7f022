"""Sealing a study before anybody looks, and opening the seal: who stood behind which code."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from workbench.domain.errors import UsageError
from workbench.domain.leak import Scrubber
from workbench.domain.saved import Saved
from workbench.domain.seal import Opening, Revealed, Seal, make_seal, open_seal
from workbench.services.veils import Veil

if TYPE_CHECKING:  # the store's libraries are loaded when a study is opened
    from workbench.store.store import Store

Clock = Callable[[], datetime]


class Reveal(NamedTuple):
    """A seal that was opened just now, or earlier."""

    seal: Seal
    revealed: Revealed
    opening: Opening


class Seals:
    """One study's seal. `make_salt` gives what makes a seal's digest impossible to guess."""

    def __init__(
        self, store: "Store", clock: Clock, make_salt: Callable[[], str], words: Iterable[str] = ()
    ) -> None:
        """`words` are what the study adds to the list of names."""
        self._store, self._clock, self._make_salt = store, clock, make_salt
        self._words = tuple(words)

    @property
    def is_sealed(self) -> bool:
        """Whether names are closed."""
        return self._store.is_sealed

    def ensure(self) -> Seal:
        """The seal, made now where there is none; UsageError once it was opened."""
        before = self._store.get_revealed()
        if before is not None:
            raise UsageError(
                f"the names were revealed by {before.by} at {before.at:%Y-%m-%d %H:%M} UTC: "
                "nobody can be blind to them any more"
            )
        held = self._store.get_seal()
        if held is not None:
            return held
        names = self._names()
        if not names:
            raise UsageError("nothing to seal: import tickets and outputs first")
        return self._store.set_seal(
            make_seal(self._store.study_id, self._make_salt(), names, self._clock())
        )

    def veil(self) -> Veil:
        """What a blind session looks through."""
        return Veil(self.scrubber(), self.ensure().short)

    def scrubber(self, more: Iterable[str] = ()) -> Scrubber:
        """Finds what could name a candidate of this study; `more` is looked for everywhere."""
        return Scrubber(self._names(), (*self._words, *more))

    def reveal(self, reviewer: str, progress: Callable[[str, int], None]) -> Reveal:
        """Open the seal for good; UsageError where there is none, or it is open already."""
        revealed = self._store.reveal(reviewer, self._clock(), progress)
        return self._tell(revealed)

    def read(self) -> Reveal | None:
        """What a seal held that is open; None while it is closed or was never made."""
        revealed = self._store.get_revealed()
        return self._tell(revealed) if revealed else None

    def break_glass(self, reviewer: str, output_id: str, reason: str) -> tuple[Saved, str]:
        """Open one output's name early, with a reason: the event, and the name."""
        output = self._store.get_output(output_id)
        saved = self._store.break_glass(reviewer, output.output_id, reason, self._clock())
        return saved, output.candidate

    def _tell(self, revealed: Revealed) -> Reveal:
        seal = self._store.get_seal()
        if seal is None:
            raise UsageError("the seal is gone: `workbench verify` says what is wrong")
        return Reveal(seal, revealed, open_seal(self._store.study_id, seal, self._names()))

    def _names(self) -> list[str]:
        return [candidate.name for candidate in self._store.list_candidates()]
