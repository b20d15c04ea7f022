"""The colours of the diff pane, worked out from the theme of the app.

New is blue and old is orange, a pair that readers with any colour vision tell apart, and a sign
and a line number always say the same. What moved is violet on both sides, with an arrow. A line
is tinted faintly and its changed words strongly.
"""

from functools import lru_cache
from typing import NamedTuple

from rich.style import Style
from textual.color import Color
from textual.theme import Theme

# Strength of a tint over the background: a line, the gutter, a changed word.
_LINE, _GUTTER, _WORD = 0.13, 0.22, 0.40
_INK = "#15171a"  # on yellow, in a dark and in a light theme


class _Hues(NamedTuple):
    """The fixed colours of a dark or a light theme; `tokens` by the words of diff/syntax.py."""

    background: str
    text: str
    new: str
    old: str
    moved: str
    match: str
    warn: str
    tokens: dict[str, str]


_DARK = _Hues(
    background="#121417",
    text="#d7dae0",
    new="#3b8eea",
    old="#e8863a",
    moved="#a98bf5",
    match="#e5d05a",
    warn="#ff8fa3",
    tokens={
        "keyword": "#b9a3f5",
        "string": "#9fce9f",
        "comment": "#87909c",
        "number": "#e3c78a",
        "function": "#86c8e8",
        "type": "#e0c795",
        "operator": "#b4bac4",
        "constant": "#e3c78a",
        "builtin": "#86c8e8",
        "decorator": "#d9a8d4",
        "escape": "#d9c27a",
        "tag": "#b9a3f5",
        "attribute": "#86c8e8",
        "heading": "#e0c795",
    },
)
_LIGHT = _Hues(
    background="#fbfbfa",
    text="#24292f",
    new="#1468c7",
    old="#c05a00",
    moved="#7a45c9",
    match="#d9b400",
    warn="#b3003b",
    tokens={
        "keyword": "#6b3fb0",
        "string": "#24703a",
        "comment": "#66707c",
        "number": "#885200",
        "function": "#00607f",
        "type": "#7a5200",
        "operator": "#4a5360",
        "constant": "#885200",
        "builtin": "#00607f",
        "decorator": "#8a3a86",
        "escape": "#7a5200",
        "tag": "#6b3fb0",
        "attribute": "#00607f",
        "heading": "#7a5200",
    },
)


class Palette:
    """Rich styles by meaning. Made once for a theme; every style is made once as well."""

    def __init__(self, *, dark: bool, background: Color) -> None:
        self._hues = _DARK if dark else _LIGHT
        opaque = background.ansi is None and background.a > 0
        self._base = background if opaque else Color.parse(self._hues.background)
        self._text = Color.parse(self._hues.text)
        self._new, self._old = Color.parse(self._hues.new), Color.parse(self._hues.old)
        moved = Color.parse(self._hues.moved)
        self._tints = {"new": self._new, "old": self._old, "moved-new": moved, "moved-old": moved}
        self._dim = self._base.blend(self._text, 0.52)
        self.background = self._base
        self._made: dict[tuple[str, str, str, bool], Style] = {}

    def code(self, word: str, tint: str, level: str, *, cursor: bool) -> Style:
        """Code of a kind of diff/syntax.py; `tint` is "new", "old", "moved-new", "moved-old" or "".

        `level` is one of LEVELS.
        """
        key = (word, tint, level, cursor)
        style = self._made.get(key)
        if style is None:
            style = self._made[key] = self._code(word, tint, level, cursor=cursor)
        return style

    def _code(self, word: str, tint: str, level: str, *, cursor: bool) -> Style:
        background = self._tinted(tint, _WORD if level == "word" else _LINE, cursor=cursor)
        colour = Color.parse(self._hues.tokens[word]) if word else self._text
        if level in {"match", "here"}:
            strength = 0.85 if level == "here" else 0.38
            background = self._base.blend(Color.parse(self._hues.match), strength)
            colour = Color.parse(_INK) if level == "here" else self._text
        if level == "warn":
            colour = Color.parse(self._hues.warn)
        return Style(
            color=colour.rich_color,
            bgcolor=background.rich_color,
            bold=level in {"word", "warn", "here"} or None,
            italic=word == "comment" or None,
            underline=level == "here" or None,
        )

    def part(self, name: str, tint: str = "", *, cursor: bool = False) -> Style:
        """A part of the frame: number, sign, mark, edge, void, gap, note, header, bar, ..."""
        key = (name, tint, "part", cursor)
        style = self._made.get(key)
        if style is None:
            style = self._made[key] = self._part(name, tint, cursor=cursor)
        return style

    def _part(self, name: str, tint: str, *, cursor: bool) -> Style:
        hue = self._tints.get(tint, self._text)
        line = self._tinted(tint, _LINE, cursor=cursor)
        gutter = self._tinted(tint, _GUTTER if tint else 0, cursor=cursor)
        panel = self._base.blend(self._text, 0.10)
        soft = self._base.blend(self._text, 0.16 if cursor else 0.05)
        faint = self._base.blend(self._text, 0.20)
        strong = hue.blend(self._text, 0.35)
        made: dict[str, tuple[Color, Color, bool]] = {
            "number": (strong if tint else self._dim, gutter, cursor),
            "sign": (strong, line, True),
            "mark": (self._text, gutter, True),
            "more": (self._dim, line, False),
            "edge": (faint, self._base, False),
            "void": (self._base.blend(self._text, 0.11), self._tinted("", 0, cursor=cursor), False),
            "gap": (self._dim, soft, False),
            "gap-mark": (self._text, soft, True),
            "section": (self._base.blend(self._text, 0.72), soft, False),
            "note": (self._base.blend(self._text, 0.80), self._tinted("", 0, cursor=cursor), False),
            "header": (self._text, panel, True),
            "header-dim": (self._base.blend(self._text, 0.62), panel, False),
            "header-new": (self._new.blend(self._text, 0.40), panel, True),
            "header-old": (self._old.blend(self._text, 0.40), panel, True),
            "header-mark": (self._text, panel, True),
            "badge": (Color.parse(_INK), Color.parse(self._hues.match), True),
            "bar": (faint, self._base, False),
            "thumb": (self._base.blend(self._text, 0.42), self._base, False),
            "empty": (self._dim, self._base, False),
        }
        colour, background, bold = made[name]
        return Style(color=colour.rich_color, bgcolor=background.rich_color, bold=bold or None)

    def _tinted(self, tint: str, strength: float, *, cursor: bool) -> Color:
        colour = self._base
        if tint:
            colour = colour.blend(self._tints[tint], strength)
        return colour.blend(self._text, 0.10) if cursor else colour


@lru_cache(8)
def _palette(dark: bool, background: Color) -> Palette:
    return Palette(dark=dark, background=background)


def palette_for(theme: Theme, background: Color) -> Palette:
    """The palette of a theme on the given background; the same object for the same theme."""
    return _palette(theme.dark, background)
