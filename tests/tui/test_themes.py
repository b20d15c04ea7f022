"""Themes: what can be read, by whom, and that a wrong name is said to be one."""

from itertools import combinations, product

import pytest
from rich.color import ColorSystem
from rich.style import Style
from textual.color import Color
from textual.pilot import Pilot

from workbench.diff.syntax import TOKENS
from workbench.tui.themes import COLOUR_BLIND, THEMES, choose_theme
from workbench.tui.widgets.diff_cells import LEVELS
from workbench.tui.widgets.diff_hues import COLOUR_BLIND as BLIND_HUES
from workbench.tui.widgets.diff_hues import CONTRAST, DARK, LIGHT
from workbench.tui.widgets.diff_palette import Palette

from .widgets.stage import Stage, document, file_diff, on_stage

HUES = {"dark": DARK, "light": LIGHT, "contrast": CONTRAST, "colour-blind": BLIND_HUES}
TINTS = ("", "new", "old", "moved-new", "moved-old")
PARTS = ("number", "sign", "mark", "gap", "gap-mark", "section", "note", "header", "header-dim",
         "header-new", "header-old", "header-mark", "badge", "empty")  # fmt: skip
# How the colours of the screen reach eyes without one kind of cone; Machado, Oliveira, Fernandes
# 2009, severity 1.0, on linear light.
WITHOUT = {
    "red": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216),
            (-0.003882, -0.048116, 1.051998)),
    "green": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413),
              (-0.011820, 0.042940, 0.968881)),
    "blue": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602),
             (0.004733, 0.691367, 0.303900)),
}  # fmt: skip


def linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def light(color: Color) -> tuple[float, float, float]:
    red, green, blue = (linear(part / 255) for part in color.rgb)
    return red, green, blue


def luminance(color: Color) -> float:
    red, green, blue = light(color)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Color, other: Color) -> float:
    """WCAG 2.2: from 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def seen_without(cone: str, color: Color) -> tuple[float, float, float]:
    """CIE L*a*b* of a colour as such eyes have it."""
    seen = [sum(a * b for a, b in zip(row, light(color), strict=True)) for row in WITHOUT[cone]]
    red, green, blue = (min(max(part, 0.0), 1.0) for part in seen)
    xyz = (
        (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505,
        0.2126 * red + 0.7152 * green + 0.0722 * blue,
        (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089,
    )
    x, y, z = (v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116 for v in xyz)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def distance(cone: str, one: Color, other: Color) -> float:
    """About 2 is the least difference that a person sees side by side."""
    pair = zip(seen_without(cone, one), seen_without(cone, other), strict=True)
    return float(sum((a - b) ** 2 for a, b in pair) ** 0.5)


def ink_and_ground(style: Style) -> tuple[Color, Color]:
    assert style.color
    assert style.bgcolor
    return Color.from_rich_color(style.color), Color.from_rich_color(style.bgcolor)


@pytest.mark.parametrize(("name", "code", "quiet"), [
    ("dark", 4.5, 3), ("light", 4.5, 3), ("colour-blind", 4.5, 3), ("contrast", 7, 7),
])  # fmt: skip
def test_every_text_of_the_diff_can_be_read(name: str, code: float, quiet: float) -> None:
    """WCAG 2.2: code at 4.5:1 or more on any tint, the rest at 3:1; all at 7:1 for contrast."""
    palette = Palette(HUES[name], Color.parse(HUES[name].background))
    for look in product(("", *TOKENS), TINTS, LEVELS, (False, True)):
        style = palette.code(*look[:3], cursor=look[3])
        assert contrast(*ink_and_ground(style)) >= code, look
    for part in product(PARTS, TINTS, (False, True)):
        style = palette.part(*part[:2], cursor=part[2])
        assert contrast(*ink_and_ground(style)) >= quiet, part


@pytest.mark.parametrize("cone", WITHOUT)
@pytest.mark.parametrize("name", HUES)
def test_old_and_new_look_apart_without_one_kind_of_cone(name: str, cone: str) -> None:
    """Lines, words and gutters of old and new, and each of them from a line that is unchanged."""
    palette = Palette(HUES[name], Color.parse(HUES[name].background))
    for level, least in (("line", 8), ("word", 20)):
        grounds = [
            ink_and_ground(palette.code("", tint, level, cursor=False))[1]
            for tint in ("", "new", "old")
        ]
        for one, other in combinations(grounds, 2):
            assert distance(cone, one, other) >= least, (level, one, other)


@pytest.mark.parametrize("name", HUES)
def test_a_terminal_of_256_colours_tells_the_same_apart(name: str) -> None:
    """Over ssh and in tmux: as rounded there, grounds differ and code can be read on them."""
    palette = Palette(HUES[name], Color.parse(HUES[name].background), is_few=True)

    def rounded(style: Style) -> tuple[Color, Color]:
        pair = (style.color, style.bgcolor)
        few = [part.downgrade(ColorSystem.EIGHT_BIT) for part in pair if part]
        ink, ground = (Color(*part.get_truecolor()) for part in few)
        return ink, ground

    looks = [("", "line"), ("new", "line"), ("new", "word"), ("old", "line"), ("old", "word"),
             ("moved-new", "line")]  # fmt: skip
    grounds = [rounded(palette.code("", tint, level, cursor=False))[1] for tint, level in looks]
    assert len(set(grounds)) == len(looks), grounds
    for one, other in combinations(grounds[:2] + grounds[3:4], 2):
        assert all(distance(cone, one, other) >= 6 for cone in WITHOUT), (one, other)
    for token, (tint, level) in product(("", *TOKENS), looks):
        assert contrast(*rounded(palette.code(token, tint, level, cursor=False))) >= 3, (
            token,
            tint,
        )


@pytest.mark.parametrize("cone", ["red", "green"])
def test_good_bad_and_warning_look_apart_in_the_theme_for_it(cone: str) -> None:
    """The panes' own colours; each stands beside a word or a sign in any case."""
    colors = [Color.parse(c) for c in (COLOUR_BLIND.success, COLOUR_BLIND.error,
                                       COLOUR_BLIND.warning)]  # fmt: skip
    for one, other in combinations(colors, 2):
        assert distance(cone, one, other) >= 20


@pytest.mark.parametrize("theme", [theme.name for theme in THEMES])
def test_a_theme_of_ours_colours_the_whole_screen(theme: str) -> None:
    """Panes by Textual's variables, the diff by its hues; a live change is one of both."""

    async def act(stage: Stage, pilot: Pilot[None]) -> None:
        for each in THEMES:
            stage.register_theme(each)
        stage.view.show(document(file_diff("a.py", ["f(old, same)"], ["f(new, same)"])))
        stage.theme = theme
        await pilot.pause()
        strips = stage.view.render_lines(stage.view.size.region)
        grounds = {
            segment.text: segment.style.bgcolor.triplet.hex
            for strip in strips
            for segment in strip
            if segment.style and segment.style.bgcolor and segment.style.bgcolor.triplet
        }
        assert len({grounds["old"], grounds["new"], grounds["before"]}) == 3
        wanted = Color.parse(HUES[theme].new)
        assert stage.view._palette._new == wanted

    on_stage(act)


def test_a_theme_that_nobody_knows_is_said_to_be_one() -> None:
    """With the nearest name, or with what there is."""
    assert choose_theme("light") == ("light", "")
    assert choose_theme("nord") == ("nord", "")
    assert choose_theme("color-blind") == (
        "dark", "no theme is called 'color-blind': did you mean colour-blind?",
    )  # fmt: skip
    assert "there are dark, light, contrast, colour-blind" in choose_theme("\x1b[2J")[1]
