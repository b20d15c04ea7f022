"""The themes of the program: dark, light, contrast, colour-blind; Textual's own stay beside them.

A theme colours the panes through Textual's variables and the diff through `widgets/diff_hues.py`,
by its name. None of them carries a meaning alone: a letter, a sign or a word says the same.
"""

from dataclasses import replace
from difflib import get_close_matches

from textual.theme import BUILTIN_THEMES, Theme

LIGHT = replace(
    BUILTIN_THEMES["textual-light"],
    name="light",
    background="#fbfbfa",
    surface="#f1f1ef",
    panel="#e6e6e3",
)
CONTRAST = Theme(
    name="contrast",
    primary="#7cc0ff",
    secondary="#7cc0ff",
    accent="#ffe95c",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#1a1a1a",
    success="#8df0a4",
    warning="#ffe95c",
    error="#ffb3a8",
    variables={"text-muted": "#d8d8d8", "text-disabled": "#b8b8b8"},
)
COLOUR_BLIND = Theme(
    name="colour-blind",
    primary="#5aa5ff",
    secondary="#9cc4ff",
    accent="#9cc4ff",
    foreground="#dfe3e8",
    background="#101317",
    surface="#171b20",
    panel="#232930",
    success="#5aa5ff",
    warning="#fff0a0",
    error="#ff9b42",
)
THEMES = (
    replace(BUILTIN_THEMES["textual-dark"], name="dark"),
    LIGHT,
    CONTRAST,
    COLOUR_BLIND,
)
ABOUT = {
    "dark": "New is blue, old is orange",
    "light": "The same on white",
    "contrast": "Every text at 7:1 or more, changed words underlined",
    "colour-blind": "Nothing is told by red and green, or by violet and blue",
}
DEFAULT = "dark"


def choose_theme(wanted: str) -> tuple[str, str]:
    """The theme of a name, and "" or one sentence on why it is another one."""
    known = [theme.name for theme in THEMES] + sorted(BUILTIN_THEMES)
    if wanted in known:
        return wanted, ""
    near = get_close_matches(wanted, known, n=1)
    hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(known[: len(THEMES)])}"
    return DEFAULT, f"no theme is called {wanted!r}: {hint}"
