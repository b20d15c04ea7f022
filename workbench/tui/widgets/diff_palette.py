"""The colours of the diff pane, worked out from the theme of the app.

New is blue and old is orange, a pair that readers with any colour vision tell apart, and a sign
and a line number always say the same. What moved has a colour of its own, with an arrow. A line is
tinted faintly and its changed words strongly.
"""

from functools import lru_cache

from rich.style import Style
from textual.color import Color
from textual.theme import Theme

from workbench.tui.widgets.diff_hues import BY_THEME, DARK, LIGHT, Hues

_INK = "#15171a"  # on yellow, in a dark and in a light theme
ROUNDING = 1.5  # of contrast, that an ink may lose to the nearest of 256 colours
_ORNAMENTS = {"edge", "void", "bar", "thumb"}  # nothing is to be read there
_EXTREMES = Color(0, 0, 0), Color(255, 255, 255)


def contrast(one: Color, other: Color) -> float:
    """From 1, which nobody can read, to 21; WCAG 2.2."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(color: Color) -> float:
    parts = (part / 255 for part in color.rgb)
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def readable(ink: Color, ground: Color, least: float) -> Color:
    """The ink, or as much nearer to black or white as it takes to be read on this ground."""
    end = max(_EXTREMES, key=lambda extreme: contrast(extreme, ground))
    steps = (ink.blend(end, step / 8) for step in range(9))
    return next((color for color in steps if contrast(color, ground) >= least), end)


class Palette:
    """Rich styles by meaning. Made once for a theme; every style is made once as well."""

    def __init__(self, hues: Hues, background: Color, *, is_few: bool = False) -> None:
        """`is_few` is of a terminal that has 256 colours or less."""
        self._hues, self._is_few = hues, is_few
        self._least = hues.least + (ROUNDING if is_few else 0)
        opaque = background.ansi is None and background.a > 0
        self._base = background if opaque else Color.parse(self._hues.background)
        self._text = Color.parse(self._hues.text)
        self._new, self._old = Color.parse(self._hues.new), Color.parse(self._hues.old)
        moved = Color.parse(self._hues.moved)
        self._tints = {"new": self._new, "old": self._old, "moved-new": moved, "moved-old": moved}
        self._dim = self._base.blend(self._text, hues.dim)
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
        hues = self._hues
        background = self._tinted(tint, "word" if level == "word" else "line", cursor=cursor)
        colour = Color.parse(self._hues.tokens[word]) if word else self._text
        if level in {"match", "here"}:
            strength = 0.85 if level == "here" else 0.38
            background = self._base.blend(Color.parse(self._hues.match), strength)
            colour = Color.parse(_INK) if level == "here" else self._text
        if level == "picked":
            background, colour = self._base.blend(self._text, 0.33), self._text
        if level == "warn":
            colour = Color.parse(self._hues.warn)
        return Style(
            color=readable(colour, background, self._least).rich_color,
            bgcolor=background.rich_color,
            bold=level in {"word", "warn", "here"} or None,
            italic=word == "comment" or None,
            underline=level == "here" or (level == "word" and hues.underlines_words) or None,
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
        line, gutter = (self._tinted(tint, part, cursor=cursor) for part in ("line", "gutter"))
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
            "void": (line.blend(self._text, 0.11), line, False),
            "gap": (self._dim, soft, False),
            "gap-mark": (self._text, soft, True),
            "section": (self._quiet(0.72), soft, False),
            "note": (self._quiet(0.80), line, False),
            "header": (self._text, panel, True),
            "header-dim": (self._quiet(0.62), panel, False),
            "header-new": (self._new.blend(self._text, 0.40), panel, True),
            "header-old": (self._old.blend(self._text, 0.40), panel, True),
            "header-mark": (self._text, panel, True),
            "badge": (Color.parse(_INK), Color.parse(self._hues.match), True),
            "bar": (faint, self._base, False),
            "thumb": (self._base.blend(self._text, 0.42), self._base, False),
            "empty": (self._dim, self._base, False),
        }
        colour, background, bold = made[name]
        if name not in _ORNAMENTS:
            colour = readable(colour, background, self._hues.least_quiet)
        return Style(color=colour.rich_color, bgcolor=background.rich_color, bold=bold or None)

    def _quiet(self, strength: float) -> Color:
        return self._base.blend(self._text, max(strength, self._hues.dim))

    def _tinted(self, tint: str, part: str, *, cursor: bool) -> Color:
        """The ground of a part of a line: "line", "gutter" or "word"."""
        colour = self._base
        if tint and self._is_few:
            return Color.parse(getattr(self._hues.few[tint.partition("-")[0]], part))
        if tint:
            colour = colour.blend(self._tints[tint], getattr(self._hues, part))
        return colour.blend(self._text, 0.10) if cursor else colour


@lru_cache(8)
def _palette(hues: str, dark: bool, background: Color, is_few: bool) -> Palette:
    return Palette(BY_THEME.get(hues) or (DARK if dark else LIGHT), background, is_few=is_few)


def palette_for(theme: Theme, background: Color, *, is_few: bool = False) -> Palette:
    """The palette of a theme on the given background; the same object for the same theme."""
    hues = theme.name if theme.name in BY_THEME else ""
    return _palette(hues, theme.dark, background, is_few)
