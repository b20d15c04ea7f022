"""What a person can do in front of the tickets: call them, and walk as in a review."""

from collections.abc import Mapping

from workbench.tui import pair_actions
from workbench.tui.actions import REVIEW, Action, KeyProblem, resolve_keys

OWN = (
    Action("triage.clear", ("c",), "Clear", "It says enough to do it", "call('clear')",
           "Triage", "clear"),
    Action("triage.vague", ("v",), "Vague", "It leaves open what is wanted", "call('vague')",
           "Triage", "vague"),
    Action("triage.rubric", ("r",), "Rubric",
           "How much is missing, 0 to 3: 0 and 1 are clear, 2 and 3 vague", "rubric",
           "Triage", "rubric"),
)  # fmt: skip
# What this screen takes from the review, with title, help and command where they differ.
_TAKEN = {
    "label.undo": ("Undo", "Take back your last call, any number of times", "undo"),
    "queue.skip": ("Skip for now", "It comes back after all others", "skip"),
    "queue.next": ("Next ticket", "Go on without a call", "go_ticket(1)"),
    "queue.previous": ("Previous ticket", "Go back", "go_ticket(-1)"),
    "queue.sort": ("Sort the list", "Most hints first, fewest first, or as they came", "sort"),
    "diff.down": ("Line down", "The text, one line on", "text(1)"),
    "diff.up": ("Line up", "The text, one line back", "text(-1)"),
    "diff.page_down": ("Page down", "One screen on", "page(1)"),
    "diff.page_up": ("Page up", "One screen back", "page(-1)"),
    "diff.top": ("First line", "To the first line", "text(-1000000)"),
    "diff.bottom": ("Last line", "To the last line", "text(1000000)"),
    "diff.search": ("Search", "In all tickets of the list", "search"),
    "diff.next_match": ("Next match", "The next ticket that holds it", "match(1)"),
    "diff.previous_match": ("Previous match", "The ticket before", "match(-1)"),
    "pane.queue": ("List", "All tickets, and what you called them", "pane"),
    "app.palette": (),
    "app.theme": (),
    "app.quit": ("Quit", "What is shown as saved is on disk", "leave"),
    "app.help": (),
}


def _take(action: Action) -> Action:
    other = _TAKEN[action.id]
    if not other:
        return action
    title, help_, command = other
    footer = "list" if action.id == "pane.queue" else action.footer
    return action._replace(title=title, help=help_, command=command, footer=footer)


TRIAGE = (*OWN, *(_take(action) for action in REVIEW if action.id in _TAKEN))
EVERY = (*pair_actions.EVERY, *OWN)
"""What a keymap may name, on whichever screen it acts."""


def resolve_every(
    keymap: Mapping[str, tuple[str, ...]],
) -> tuple[dict[str, tuple[str, ...]], list[KeyProblem]]:
    """The keys of every action; one key may do another thing on another screen."""
    own, known = {action.id for action in OWN}, {action.id for action in TRIAGE}
    others = {name: keys for name, keys in keymap.items() if name not in own}
    resolved, problems = resolve_keys(pair_actions.EVERY, others)
    here = {name: keys for name, keys in keymap.items() if name in known}
    also, more = resolve_keys(TRIAGE, here)
    return also | resolved, [*problems, *(problem for problem in more if problem not in problems)]
