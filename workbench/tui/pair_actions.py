"""What a reviewer can do in front of a pair: as with one output, and what two of them ask for."""

from workbench.domain.pair import Preference
from workbench.tui.actions import REVIEW, Action

# Digits that answer "which is better?"; they are in nobody's keymap.
VOTES = {
    "1": Preference.LEFT,
    "2": Preference.RIGHT,
    "3": Preference.BOTH_GOOD,
    "4": Preference.BOTH_BAD,
    "5": Preference.CANNOT_JUDGE,
}
VOTE_WORDS = {
    "1": "left",
    "2": "right",
    "3": "both good",
    "4": "both bad",
    "5": "cannot judge",
}
_LEFT_OUT = {
    *("queue.filter", "queue.sort", "pane.queue"),  # pairs come as they were drawn
    *("pane.dashboard", "pane.runs"),  # they tell of candidates by name
    *("label.edit", "diff.compare", "diff.external"),  # files in other programs name their maker
}
# Titles and helps that a pair needs otherwise, by action.
_OTHERWISE = {
    "queue.skip": ("Skip this pair", "It comes back by itself, after all others"),
    "queue.discuss": (
        "To discuss",
        "It waits for a talk; `workbench outputs list --aside` tells the lead",
    ),
    "queue.aside": ("What was set aside", "The next pair that was skipped, to discuss, or later"),
    "queue.next": ("Next pair", "Go on without an answer"),
    "queue.previous": ("Previous pair", "Go back"),
    "label.finding": (
        "Finding",
        "On a line, a range, a file or the output of this side; it stays with that output",
    ),
    "label.findings": ("Findings", "All on this side: go to one, or take one out"),
    "mark.hide": (
        "Hide what is reviewed",
        "On this side: moves and search keep to the rest; the next pair shows all again",
    ),
    "diff.files": ("Files", "What each side touched, and what only one did; type to go there"),
    "pane.message": ("Message", "What this side said, after the answer; an early look is logged"),
    "pane.metrics": ("Numbers", "Progress, pooled rates, your pace, and how often a side won"),
}
OWN = (
    Action("pair.side", ("tab",), "Other side", "Label keys act on the side with the mark",
           "other_side", "Pair", "side"),
    Action("pair.view", ("B",), "View", "Both against base, or left against right",
           "view", "Pair"),
    Action("pair.why", ("S",), "Strength and reason",
           "How much better, and why: before the answer, never asked for", "why", "Pair"),
)  # fmt: skip


def _make() -> tuple[Action, ...]:
    shared = []
    for action in REVIEW:
        title, help_ = _OTHERWISE.get(action.id, (action.title, action.help))
        if action.id not in _LEFT_OUT:
            shared.append(action._replace(title=title, help=help_))
    return (*OWN, *shared)


PAIR = _make()
_FIRST = (
    *("pair.side", "label.merged", "label.edited", "label.abstained", "label.escaped"),
    *("pane.ticket", "label.undo"),
)
FOOTER = sorted(
    (action for action in PAIR if action.footer),
    key=lambda action: _FIRST.index(action.id) if action.id in _FIRST else len(_FIRST),
)
"""What the bar names, the ticket among the first: nobody can judge without it."""
EVERY = (*REVIEW, *OWN)
"""What a keymap may name, on whichever screen it acts."""
