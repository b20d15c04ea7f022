"""The registry of actions: one key, one action; what of a keymap is wrong is refused by name."""

import pytest
from textual.app import App
from textual.binding import Binding
from textual.screen import Screen

from workbench.tui.actions import (
    RESERVED,
    REVIEW,
    Action,
    find_clash,
    find_clashes,
    make_bindings,
    resolve_keys,
    show_key,
)
from workbench.tui.pair_actions import PAIR
from workbench.tui.screens.pair import PairScreen
from workbench.tui.screens.review import ReviewScreen
from workbench.tui.screens.triage_calls import TriageScreen
from workbench.tui.triage_actions import TRIAGE

DEFAULTS = {action.id: action.keys for action in REVIEW}
# Shifted on a US keyboard, or behind AltGr or a dead key on many others.
HARD_TO_REACH = set("][}{\\/?=JKN")


def test_the_registry_has_no_clash() -> None:
    """No key stands for two actions, for an answer, or for something Textual does itself."""
    for actions in (REVIEW, PAIR):
        assert find_clashes({action.id: action.keys for action in actions}) == []


def test_no_key_of_ours_is_bound_by_textual_to_something_else() -> None:
    """Textual drops the loser silently, so its own bindings count, whoever reads them."""
    ours = {key: action for action in REVIEW for key in action.keys}
    theirs = {
        binding.key: binding.action
        for owner in (App, Screen)
        for binding in Binding.make_bindings(owner.BINDINGS)
    }
    shared = {(ours[key].id, theirs[key]) for key in ours.keys() & theirs.keys()}
    assert shared == {("app.quit", "quit"), ("app.palette", "command_palette")} & shared
    assert theirs["ctrl+q"] == "quit"


def test_action_ids_are_unique_and_every_action_has_a_key_and_words() -> None:
    """The id is what workbench.toml says, the words are what palette and help say."""
    assert len(DEFAULTS) == len(REVIEW)
    for action in REVIEW:
        assert action.keys, action
        assert action.title, action
        assert action.help, action
        assert action.group, action


def test_every_key_that_is_hard_to_reach_has_an_easy_one_beside_it() -> None:
    """Brackets, braces, backslash and capitals are two keys at once on many keyboards."""
    for action in REVIEW:
        shown = [show_key(key) for key in action.keys]
        if HARD_TO_REACH.intersection(shown):
            easy = [key for key in shown if key not in HARD_TO_REACH]
            assert easy, f"{action.id} has {shown} only"
            assert all(len(key) > 1 or key.islower() or key in ".," for key in easy), shown


def test_the_keys_of_the_issue_are_the_defaults() -> None:
    """What the README and every reviewer's fingers know."""
    wanted = {
        "m": "label.merged", "e": "label.edited", "a": "label.abstained", "x": "label.escaped",
        "u": "label.undo", "ctrl+r": "label.redo", "c": "label.finding", "s": "queue.skip",
        "]": "diff.next_hunk", "[": "diff.previous_hunk", "}": "diff.next_file",
        "{": "diff.previous_file", "j": "diff.down", "k": "diff.up", "J": "queue.next",
        "K": "queue.previous", "/": "diff.search", "n": "diff.next_match",
        "N": "diff.previous_match", "\\": "queue.filter", "=": "diff.layout", "t": "pane.ticket",
        "o": "pane.message", "g": "pane.metrics", "r": "pane.rubric", "z": "diff.fold",
        "?": "app.help", "ctrl+p": "app.palette", "q": "app.quit",
    }  # fmt: skip
    found = {show_key(key): action.id for action in REVIEW for key in action.keys}
    assert {key: found.get(key) for key in wanted} == wanted


def test_field_t13_a_clash_is_refused_with_both_ids_and_the_other_entries_stay() -> None:
    """One bad line of workbench.toml never takes the good ones with it."""
    keymap = {"queue.skip": ("m",), "pane.rubric": ("f9",), "label.undo": ("backspace",)}
    keys, problems = resolve_keys(REVIEW, keymap)
    assert [problem.action for problem in problems] == ["queue.skip"]
    assert "queue.skip" in problems[0].sentence
    assert "label.merged" in problems[0].sentence
    assert keys["queue.skip"] == DEFAULTS["queue.skip"]
    assert keys["pane.rubric"] == ("f9",)
    assert keys["label.undo"] == ("backspace",)
    assert find_clashes(keys) == []


def test_field_t13_an_unknown_action_is_refused_with_the_nearest_name() -> None:
    """A typing mistake is answered with what was probably meant."""
    keys, problems = resolve_keys(REVIEW, {"label.mergd": ("f9",), "pane.rubric": ("f10",)})
    assert [problem.action for problem in problems] == ["label.mergd"]
    assert "did you mean label.merged?" in problems[0].sentence
    assert keys["pane.rubric"] == ("f10",)


@pytest.mark.parametrize("key", sorted(RESERVED))
def test_a_key_that_answers_the_bar_cannot_be_given_away(key: str) -> None:
    """Digits, y, enter and escape would fire twice: as an answer and as an action."""
    keys, problems = resolve_keys(REVIEW, {"pane.rubric": (key,)})
    assert [problem.action for problem in problems] == ["pane.rubric"]
    assert "answers the label bar" in problems[0].sentence
    assert keys == DEFAULTS


def test_the_reserved_keys_are_the_digits_and_the_answers() -> None:
    """Neither more nor less than the bar may ask for; n is also `next match`, which it outranks."""
    assert set("0123456789y") | {"enter", "escape"} == RESERVED


@pytest.mark.parametrize("key", ["ctrl+c", "tab", "shift+tab"])
def test_a_key_that_textual_holds_is_refused_with_what_holds_it(key: str) -> None:
    """Silence would be the alternative."""
    keys, problems = resolve_keys(REVIEW, {"pane.rubric": (key,)})
    assert "held by" in problems[0].sentence
    assert keys == DEFAULTS


def test_a_keymap_may_be_written_with_signs() -> None:
    """`]` and `?` are written as they are; Textual's names for them are nobody's business."""
    keys, problems = resolve_keys(REVIEW, {"pane.rubric": ("#",), "pane.ticket": (":",)})
    assert problems == []
    assert keys["pane.rubric"] == ("number_sign",)
    assert keys["pane.ticket"] == ("colon",)


def test_an_action_can_be_left_without_a_key() -> None:
    """Its key is free for another; the palette still has it."""
    keys, problems = resolve_keys(REVIEW, {"queue.skip": (), "pane.rubric": ("s",)})
    assert problems == []
    assert keys["queue.skip"] == ()
    assert keys["pane.rubric"] == ("s",)
    assert "queue.skip" not in {binding.id for binding in make_bindings(REVIEW, keys)}


def test_two_actions_can_trade_keys() -> None:
    """Whoever wants the labels elsewhere must not depend on the order of two lines."""
    keymap = {"label.merged": ("a",), "label.abstained": ("m",)}
    keys, problems = resolve_keys(REVIEW, keymap)
    assert problems == []
    assert keys["label.merged"] == ("a",)
    assert keys["label.abstained"] == ("m",)


def test_bindings_are_refused_as_a_whole_where_keys_clash() -> None:
    """The last line of defence: a registry with a clash does not start."""
    keys = DEFAULTS | {"queue.skip": ("m",)}
    assert find_clash(keys, "queue.skip")
    with pytest.raises(ValueError, match=r"queue\.skip and label\.merged both want m"):
        make_bindings(REVIEW, keys)


def test_every_action_becomes_a_binding_with_its_id() -> None:
    """The id is what a keymap of Textual goes by too."""
    bindings = make_bindings(REVIEW, DEFAULTS)
    assert [binding.id for binding in bindings] == [action.id for action in REVIEW]


@pytest.mark.parametrize(
    ("screen", "actions"), [(ReviewScreen, REVIEW), (PairScreen, PAIR), (TriageScreen, TRIAGE)]
)
def test_no_screen_names_a_key_that_does_nothing_on_it(
    screen: type[Screen[None]], actions: tuple[Action, ...]
) -> None:
    """Textual drops a binding whose action nobody has, and says nothing."""
    names = {action.command.split("(")[0] for action in actions}
    ours = {name for name in names if not name.startswith("app.")}
    assert not [name for name in sorted(ours) if not hasattr(screen, f"action_{name}")]
