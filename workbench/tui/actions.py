"""The one registry of what a reviewer can do: key binding, footer, palette, help and keymap id.

A key that two actions of one screen want, or that Textual itself holds, is refused here, because
Textual drops the loser silently.
"""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import NamedTuple

from textual.app import App
from textual.binding import Binding
from textual.keys import Keys
from textual.screen import Screen


class Action(NamedTuple):
    """One thing to do. `command` is the Textual action; `footer` "" keeps it out of the footer."""

    id: str
    keys: tuple[str, ...]
    title: str
    help: str
    command: str
    group: str
    footer: str = ""


class KeyProblem(NamedTuple):
    """A key of the configuration that cannot be used, and why."""

    action: str
    sentence: str


REVIEW = (
    Action("label.merged", ("m",), "Label merged", "You would merge it as it is",
           "label('merged')", "Label", "merged"),
    Action("label.edited", ("e",), "Label edited",
           "You would change it first; 1 minor, 2 major, 3 rejected",
           "label('edited')", "Label", "edited"),
    Action("label.abstained", ("a",), "Label abstained",
           "No patch; it asks or declines, and names what is missing",
           "label('abstained')", "Label", "abstained"),
    Action("label.escaped", ("x",), "Label escaped",
           "Tests green, yet wrong; 1 functional, 2 breaks other code, 3 security, 4 data loss",
           "label('escaped')", "Label", "escaped"),
    Action("label.undo", ("u",), "Undo", "Take back the last thing recorded, any number of times",
           "undo", "Label", "undo"),
    Action("label.redo", ("ctrl+r",), "Redo", "Put back what undo took", "redo", "Label"),
    Action("label.finding", ("c",), "Finding",
           "A remark or a defect: on a line, a range, a file or the output", "finding", "Label",
           "finding"),
    Action("label.findings", ("at", "f5"), "Findings",
           "All on this output: go to one, or take one out", "findings", "Label"),
    Action("label.edit", ("O", "ctrl+o"), "Edit",
           "The patched file at this line, in your editor on a private copy; it is measured",
           "edit", "Label"),
    Action("diff.compare", ("vertical_line", "ctrl+k"), "Compare",
           "Base and output, output and your edit, base and your edit", "compare", "Diff"),
    Action("mark.hunk", ("R", "f7"), "Hunk reviewed",
           "This hunk, and on to the next that is not; the same key takes it off",
           "mark_hunk", "Marks"),
    Action("mark.file", ("V", "f8"), "File reviewed", "All hunks of this file, or none",
           "mark_file", "Marks"),
    Action("mark.hide", ("H", "ctrl+n"), "Hide what is reviewed",
           "Moves and search keep to the rest; the next output shows all again",
           "hide_reviewed", "Marks"),
    Action("queue.skip", ("s",), "Skip for now", "It comes back by itself, after all others",
           "set_aside('skip')", "Queue", "skip"),
    Action("queue.discuss", ("apostrophe",), "To discuss",
           "It waits for a talk; `workbench outputs list --aside` tells the lead",
           "set_aside('discuss')", "Queue"),
    Action("queue.later", ("semicolon",), "Later", "Not in this round: it waits to be asked for",
           "set_aside('later')", "Queue"),
    Action("queue.aside", ("G", "ctrl+g"), "What was set aside",
           "Skipped, to discuss, later: one after the other; escape ends it", "aside", "Queue"),
    Action("queue.next", ("J", "full_stop"), "Next output", "Go on without a label",
           "go_output(1)", "Queue"),
    Action("queue.previous", ("K", "comma"), "Previous output", "Go back",
           "go_output(-1)", "Queue"),
    Action("queue.filter", ("backslash", "f4"), "Filter the queue",
           "By ticket, title, alias or label; escape clears it", "filter", "Queue"),
    Action("queue.sort", ("i",), "Sort the list",
           "By ticket, alias or size: a view, not the study's order", "sort", "Queue"),
    Action("diff.down", ("j", "down"), "Line down", "The cursor, one line on", "line(1)", "Diff"),
    Action("diff.up", ("k", "up"), "Line up", "The cursor, one line back", "line(-1)", "Diff"),
    Action("diff.page_down", ("space", "pagedown"), "Page down", "One screen on",
           "page(1)", "Diff"),
    Action("diff.page_up", ("b", "pageup"), "Page up", "One screen back", "page(-1)", "Diff"),
    Action("diff.half_down", ("ctrl+d",), "Half a page down", "Half a screen on",
           "half_page(1)", "Diff"),
    Action("diff.half_up", ("ctrl+u",), "Half a page up", "Half a screen back",
           "half_page(-1)", "Diff"),
    Action("diff.top", ("home",), "First line", "To the first line", "top", "Diff"),
    Action("diff.bottom", ("end",), "Last line", "To the last line", "bottom", "Diff"),
    Action("diff.left", ("left",), "Scroll left", "Long lines, back to the left",
           "sideways(-2)", "Diff"),
    Action("diff.right", ("right",), "Scroll right", "Long lines, on to the right",
           "sideways(2)", "Diff"),
    Action("diff.next_hunk", ("right_square_bracket", "d"), "Next hunk", "To the next change",
           "hunk(1)", "Diff"),
    Action("diff.previous_hunk", ("left_square_bracket", "h"), "Previous hunk",
           "To the change before", "hunk(-1)", "Diff"),
    Action("diff.next_file", ("right_curly_bracket", "f"), "Next file", "To the next file",
           "file(1)", "Diff"),
    Action("diff.previous_file", ("left_curly_bracket", "ctrl+f"), "Previous file",
           "To the file before", "file(-1)", "Diff"),
    Action("diff.range", ("v",), "Range", "Lines for a finding: from here to where you go next",
           "range", "Diff"),
    Action("diff.other_end", ("percent_sign",), "Other end",
           "From a line that moved to where it went, or came from", "other_end", "Diff"),
    Action("diff.search", ("slash", "f3"), "Search", "In all files of this output",
           "search", "Diff", "search"),
    Action("diff.next_match", ("n",), "Next match", "The next place that was searched for",
           "match(1)", "Diff"),
    Action("diff.previous_match", ("N", "p"), "Previous match", "The place before",
           "match(-1)", "Diff"),
    Action("diff.search_regex", ("asterisk",), "Search by expression",
           "What is typed is a regular expression, or a text", "search_regex", "Diff"),
    Action("diff.search_added", ("plus",), "Search added lines",
           "In what the patch adds, or in all lines", "search_added", "Diff"),
    Action("diff.files", ("F",), "Files", "A tree: type a part of a name to go there, ← and → fold",
           "files", "Diff"),
    Action("diff.any_file", ("A", "f6"), "Any file",
           "One that the patch did not touch, shown behind the diff", "any_file", "Diff"),
    Action("diff.only_files", ("ampersand",), "Show only some files",
           "By glob: moves and search keep to them, no number changes; escape shows all",
           "only_files", "Diff"),
    Action("diff.fold", ("z",), "Unfold context", "Show the unchanged lines at the cursor",
           "fold", "Diff"),
    Action("diff.context_up", ("left_parenthesis",), "More above",
           "Unchanged lines above the change", "context(-1)", "Diff"),
    Action("diff.context_down", ("right_parenthesis",), "More below",
           "Unchanged lines below the change", "context(1)", "Diff"),
    Action("diff.fold_file", ("Z",), "Whole file", "All of this file, or its changes only",
           "fold_file", "Diff"),
    Action("diff.copy", ("C",), "Copy", "What the mouse picked, or the line at the cursor",
           "copy", "Diff"),
    Action("diff.external", ("E",), "Difftool", "This file in your own program, on private copies",
           "external", "Diff"),
    Action("diff.layout", ("equals_sign", "l"), "Layout", "Automatic, unified, side by side",
           "layout", "Diff"),
    Action("diff.wrap", ("L",), "Wrap long lines", "All of a long line, or as much as fits",
           "wrap", "Diff"),
    Action("diff.blanks", ("W", "ctrl+w"), "Ignore blanks",
           "None, at line ends, their amount, all; the next output shows all again",
           "blanks", "Diff"),
    Action("pane.ticket", ("t",), "Ticket", "What was asked", "pane('ticket')", "Panes",
           "ticket"),
    Action("pane.message", ("o",), "Message",
           "What the candidate said; a look before the label is logged",
           "pane('message')", "Panes", "message"),
    Action("pane.rubric", ("r",), "Rubric", "What the labels mean, with cases on the border",
           "pane('rubric')", "Panes", "rubric"),
    Action("pane.tests", ("T",), "Tests", "What they say against base: what broke, what was fixed",
           "pane('tests')", "Panes"),
    Action("pane.down", ("shift+down", "ctrl+e"), "Text down", "Scroll ticket, message or rubric",
           "text(3)", "Panes"),
    Action("pane.up", ("shift+up", "ctrl+y"), "Text up", "Scroll it back", "text(-3)", "Panes"),
    Action("pane.metrics", ("g",), "Numbers", "The four rates, live", "pane('metrics')", "Panes",
           "numbers"),
    Action("pane.dashboard", ("D",), "Dashboard",
           "Candidates side by side, and the outputs behind each number", "dashboard", "Panes"),
    Action("pane.runs", ("P",), "Runs", "How far `workbench run` is: done, failed, cost, time left",
           "runs", "Panes"),
    Action("pane.queue", ("w",), "Queue", "What is left, and what was decided",
           "pane('queue')", "Panes", "queue"),
    Action("app.palette", ("ctrl+p",), "Palette", "Every action by name",
           "app.command_palette", "Program"),
    Action("app.theme", ("f2",), "Colours", "Dark, light, contrast, colour-blind, and others",
           "app.change_theme", "Program"),
    Action("app.quit", ("q", "ctrl+q"), "Quit", "What is shown as saved is on disk",
           "leave", "Program", "quit"),
    Action("app.help", ("question_mark", "f1"), "Help", "All keys", "help", "Program", "help"),
)  # fmt: skip

# Answered only while the label bar asks; then they come before everything else.
ANSWERS = ("1", "2", "3", "4", "5", "y", "n", "enter", "escape")
RESERVED = frozenset({"1", "2", "3", "4", "5", "6", "7", "8", "9", "0", "y", "enter", "escape"})


def textual_keys() -> dict[str, str]:
    """Keys that Textual binds on every app or screen, with the action behind each."""
    found: dict[str, str] = {}
    for owner in (App, Screen):
        for binding in Binding.make_bindings(owner.BINDINGS):
            found[binding.key] = binding.action
    return found


def resolve_keys(
    actions: Iterable[Action], keymap: Mapping[str, tuple[str, ...]]
) -> tuple[dict[str, tuple[str, ...]], list[KeyProblem]]:
    """The keys of every action under a keymap, and what of the keymap was refused.

    One bad entry never drops the others; an action whose new keys are refused keeps its own. An
    action without a key is still in the palette.
    """
    listed = list(actions)
    defaults = {action.id: action.keys for action in listed}
    wanted, problems = {}, []
    for action_id, keys in keymap.items():
        if action_id in defaults:
            wanted[action_id] = tuple(_named(key) for key in keys)
            continue
        near = get_close_matches(action_id, list(defaults), n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        problems.append(KeyProblem(action_id, f"there is no action {action_id}{hint}"))
    while True:  # all at once, so that two actions can trade keys; of two that clash the later goes
        trial = defaults | wanted
        clashes = [(i, clash) for i in wanted if (clash := find_clash(trial, i))]
        if not clashes:
            return trial, problems
        action_id, clash = clashes[-1]
        problems.append(KeyProblem(action_id, clash))
        del wanted[action_id]


def find_clash(keys: Mapping[str, tuple[str, ...]], action_id: str) -> str:
    """One sentence on what is wrong with an action's keys among the others'; "" if nothing is."""
    held = textual_keys()
    for key in keys[action_id]:
        if not is_key(key):
            return f"{action_id} wants {show_key(key)!r}, which is no key"
        owner = next((i for i, other in keys.items() if i != action_id and key in other), None)
        if owner:
            return f"{action_id} and {owner} both want {show_key(key)}"
        if key in RESERVED:
            return f"{action_id} wants {show_key(key)}, which answers the label bar"
        if key in held and held[key] not in _OURS.get(action_id, ()):
            return f"{action_id} wants {show_key(key)}, which is held by {held[key]}"
    return ""


# Textual's own bindings that an action of ours stands for.
_OURS = {
    "app.quit": ("quit",),
    "app.palette": ("command_palette",),
    "pair.side": ("app.focus_next",),
}


def find_clashes(keys: Mapping[str, tuple[str, ...]]) -> list[str]:
    """All clashes of a full set of keys; a registry with any must not start."""
    return [clash for action_id in keys if (clash := find_clash(keys, action_id))]


def make_bindings(actions: Iterable[Action], keys: Mapping[str, tuple[str, ...]]) -> list[Binding]:
    """Textual bindings; raises ValueError on a clash, both ids named."""
    clashes = find_clashes(keys)
    if clashes:
        raise ValueError("; ".join(clashes))
    return [
        Binding(",".join(keys[a.id]), a.command, a.title, show=False, id=a.id)
        for a in actions
        if keys[a.id]
    ]


_SIGNS = {
    "right_square_bracket": "]", "left_square_bracket": "[", "right_curly_bracket": "}",
    "left_curly_bracket": "{", "backslash": "\\", "slash": "/", "equals_sign": "=",
    "question_mark": "?", "full_stop": ".", "comma": ",", "minus": "-", "plus": "+",
    "semicolon": ";", "colon": ":", "apostrophe": "'", "number_sign": "#", "at": "@",
    "asterisk": "*", "underscore": "_", "less_than_sign": "<", "greater_than_sign": ">",
    "exclamation_mark": "!", "ampersand": "&", "tilde": "~", "vertical_line": "|",
    "grave_accent": "`", "dollar_sign": "$", "percent_sign": "%", "circumflex_accent": "^",
    "left_parenthesis": "(", "right_parenthesis": ")", "quotation_mark": '"',
}  # fmt: skip
_NAMES = {sign: name for name, sign in _SIGNS.items()}


def is_key(key: str) -> bool:
    """Whether Textual knows a key by this name: a letter, a digit, a sign, or a named key."""
    base = key.rsplit("+", maxsplit=1)[-1]
    is_character = len(base) == 1 and base.isalnum() and base.isascii()
    is_plain = all(part in {"ctrl", "alt", "shift", "super"} for part in key.split("+")[:-1])
    return is_plain and (is_character or base in _SIGNS or base in _NAMED)


_NAMED = frozenset(key.value for key in Keys)


def show_key(key: str) -> str:
    """A key as a person writes it: `]`, `ctrl+r`, `space`."""
    return _SIGNS.get(key, key)


def _named(key: str) -> str:
    """A key as Textual names it, from what a person wrote."""
    return _NAMES.get(key, key)
