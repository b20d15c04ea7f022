"""What the sides of a pair had confessed: asked after the answer, of those that have a flaw.

A flag takes one key: confirmed, accepted risk, false, boilerplate. Where there are words and no
flag, one question is left: did it say so itself?
"""

from workbench.domain.delivery import Delivery
from workbench.domain.draft import found_a_flaw, match_flaw
from workbench.domain.label import Act
from workbench.domain.pair import Side
from workbench.services.desk import Desk
from workbench.text import display
from workbench.tui.label_keys import FLAG_KEYS, Mode, Waiting
from workbench.tui.screens.pair_panes import PairPanes


class PairFlags(PairPanes):
    """The part of the pair screen that asks what was confessed."""

    _left_open: frozenset[str] = frozenset()  # what was asked of once

    @property
    def _flagging(self) -> tuple[Side, tuple[str, ...]] | None:
        """The side whose flags wait, and these; None where none does."""
        pair, desk = self.pair, self.desk
        if pair is None or desk is None or desk.pairs is None or not self.is_decided:
            return None
        for side in pair.sides:
            item = pair.side(side)
            is_flawed = item.delivery is Delivery.PATCH and found_a_flaw(item.judgement)
            if not is_flawed or item.output_id in self._left_open:
                continue
            if pending := desk.pairs.pending_flags(item):
                return side, pending
        return None

    def ask_flags(self, desk: Desk) -> bool:
        """Whether a flawed side had said so itself; whether anything is asked."""
        if desk.warning or not self.is_decided:
            return False
        found = self._flagging
        if found is None:
            self.flag_asked = ""
            return self._ask_in_words()
        side, pending = found
        self.flag_asked = pending[0]
        self.focus_side(side)
        self.read("message")
        self.draw_bar()
        return True

    def answer_flag(self, key: str) -> bool:
        """Whether a key says what a flag is worth."""
        item = self.item
        if not self.flag_asked or key not in FLAG_KEYS or self.waiting.mode is not Mode.READY:
            return False
        if item is not None and self.can_record():
            quote, self.flag_asked = self.flag_asked, ""
            self.save(Act.SELF_FLAG, match_flaw(item.judgement, quote, FLAG_KEYS[key]))
        return True

    def leave_flags(self) -> None:
        """The flags of this side wait for `workbench review --flags`."""
        if self.item:
            self._left_open |= {self.item.output_id}
        self.flag_asked = ""
        self.advance()

    def describe_flag(self) -> str:
        """The flag that is asked about, as it may be shown."""
        desk = self.desk
        if not self.flag_asked or desk is None or desk.pairs is None:
            return ""
        return display(desk.pairs.show_flag(self.flag_asked))

    def _ask_in_words(self) -> bool:
        pair = self.pair
        for side in pair.sides if pair else ():
            item = pair.side(side) if pair else None
            if item is None or item.self_flagged or item.output_id in self._left_open:
                continue
            judgement = item.judgement
            has_words = item.delivery is Delivery.PATCH and bool(item.message.strip())
            if has_words and judgement.said_so_itself is None and found_a_flaw(judgement):
                self._left_open |= {item.output_id}
                self.focus_side(side)
                here = item.output_id
                self.waiting = Waiting(Mode.SELF_FLAG, judgement.label, output_id=here)
                self.read("message")
                self.draw_bar()
                return True
        return False
