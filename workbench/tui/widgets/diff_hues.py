"""The colours that the diff pane starts from: one set for each theme of ours, and for any other.

New is blue and old is orange in every one of them, for readers with any colour vision tell these
apart. Where code is for colour-blind eyes, nothing else is told by red against green or by violet
against blue either; where contrast counts, every text stands at 7:1 or more (WCAG 2.2, 1.4.6).
"""

from collections.abc import Mapping
from typing import NamedTuple


class Grounds(NamedTuple):
    """What stands behind a tinted line, its gutter and its changed words, of 256 colours.

    A faint tint would be rounded to grey or to another hue there: over ssh, in tmux or screen.
    """

    line: str
    gutter: str
    word: str


_DARK_FEW = {
    "new": Grounds("#00005f", "#00005f", "#005faf"),
    "old": Grounds("#5f0000", "#5f0000", "#875f00"),
    "moved": Grounds("#5f005f", "#5f005f", "#8700af"),
}
_LIGHT_FEW = {
    "new": Grounds("#d7d7ff", "#afd7ff", "#87d7ff"),
    "old": Grounds("#ffd7af", "#ffaf87", "#ffaf5f"),
    "moved": Grounds("#ffd7ff", "#d7afff", "#d7afff"),
}
# Dark red is nearly black to some eyes.
_BLIND_FEW = {
    "new": Grounds("#00005f", "#00005f", "#005faf"),
    "old": Grounds("#5f5f00", "#5f5f00", "#875f00"),
    "moved": Grounds("#444444", "#444444", "#626262"),
}


class Hues(NamedTuple):
    """`tokens` by the words of diff/syntax.py; `line`, `gutter` and `word` are strengths of tints.

    `dim` is how far a quiet text stands from the background, 1 as far as code does; `least` and
    `least_quiet` are what code and quiet texts have of contrast at least, on any tint.
    """

    background: str
    text: str
    new: str
    old: str
    moved: str
    match: str
    warn: str
    tokens: Mapping[str, str]
    line: float = 0.13
    gutter: float = 0.22
    word: float = 0.40
    dim: float = 0.52
    least: float = 4.5
    least_quiet: float = 3.0
    underlines_words: bool = False
    few: Mapping[str, Grounds] = _DARK_FEW


_WORDS = "keyword string comment number function type operator decorator escape"
_SAME = {"constant": "number", "builtin": "function", "tag": "keyword", "attribute": "function",
         "heading": "type"}  # fmt: skip


def _tokens(colours: str) -> dict[str, str]:
    """Nine colours in the order of _WORDS; neighbours in meaning share one."""
    made = dict(zip(_WORDS.split(), colours.split(), strict=True))
    return made | {word: made[other] for word, other in _SAME.items()}


DARK = Hues(
    background="#121417",
    text="#d7dae0",
    new="#3b8eea",
    old="#e8863a",
    moved="#a98bf5",
    match="#e5d05a",
    warn="#ff8fa3",
    tokens=_tokens("#b9a3f5 #9fce9f #87909c #e3c78a #86c8e8 #e0c795 #b4bac4 #d9a8d4 #d9c27a"),
)
LIGHT = Hues(
    background="#fbfbfa",
    text="#24292f",
    new="#1468c7",
    old="#c05a00",
    moved="#7a45c9",
    match="#d9b400",
    warn="#b3003b",
    tokens=_tokens("#6b3fb0 #24703a #66707c #885200 #00607f #7a5200 #4a5360 #8a3a86 #7a5200"),
    few=_LIGHT_FEW,
)
CONTRAST = Hues(
    background="#000000",
    text="#ffffff",
    new="#3b8eea",
    old="#e8863a",
    moved="#a98bf5",
    match="#ffe95c",
    warn="#ffd0d8",
    tokens=_tokens("#dcd0ff #c6f0c6 #d6dae0 #ffe6b0 #bfe6ff #ffe6b0 #ffffff #f6d6f2 #ffe6b0"),
    line=0.24,
    gutter=0.34,
    word=0.45,
    dim=0.86,
    least=7.0,
    least_quiet=7.0,
    underlines_words=True,
)
COLOUR_BLIND = Hues(
    background="#101317",
    text="#dfe3e8",
    new="#3f94ff",
    old="#f08a2c",
    moved="#cfd4da",
    match="#f4f6f8",
    warn="#ffe45c",
    tokens=_tokens("#9cc4ff #e6dcb0 #939ba6 #f2d388 #cfe2ff #f4ead0 #bcc3cc #b9cfee #fff0bd"),
    line=0.17,
    gutter=0.28,
    word=0.44,
    few=_BLIND_FEW,
)
BY_THEME: Mapping[str, Hues] = {"contrast": CONTRAST, "colour-blind": COLOUR_BLIND}
