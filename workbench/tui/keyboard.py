r"""Keys as the Kitty protocol reports them, said in the way that Textual understands.

A terminal may report J as "the key j, with shift" and leave out the text, though it was asked for
it; Textual makes `shift+j` of that, which no action has. Others add the shifted key or the kind of
event after a colon, or a number that no character has, which ends Textual in an error. Here all of
them become what was typed. https://sw.kovidgoyal.net/kitty/keyboard-protocol/
"""

import re

_REPORT = re.compile(r"\x1b\[([\d:]*)(?:;([\d:]*))?(?:;([\d:]*))?([u~ABCDEFHPQRS])")
_RELEASED = "3"
_SHIFT, _CAPS, _LOCKS = 1, 64, 64 | 128
# What a US keyboard gives with shift, for terminals that do not say what this one gives.
_SHIFTED = dict(zip("`1234567890-=[]\\;',./", '~!@#$%^&*()_+{}|:"<>?', strict=True))
_PRIVATE_USE = 0xE000  # from here on the protocol numbers keys that are no characters
_LAST = 0x10FFFF


def plain_keys(data: str) -> str:
    """Shifted characters in place of their reports; all other keys as Textual reads them."""
    return _REPORT.sub(_say, data) if "\x1b[" in data else data


def _say(report: re.Match[str]) -> str:
    key, how, text, end = report.groups(default="")
    code, _, shifted = key.partition(":")
    modifiers, _, event = how.partition(":")
    shifted = shifted.partition(":")[0]
    numbers = [code, modifiers, shifted, *text.split(":")]
    if event == _RELEASED or any(len(n) > 7 or int(n or 0) > _LAST for n in numbers):
        return ""
    held = max(int(modifiers or 1) - 1, 0)
    if end == "u" and not text and not held & ~(_SHIFT | _LOCKS):
        character = _shift(int(code or 1), int(shifted or 0), held)
        if character:
            return character
    if ":" not in key + how:
        return report[0]
    fields = [code, *([modifiers or "1"] if modifiers or text else []), *([text] if text else [])]
    return f"\x1b[{';'.join(fields)}{end}"


def _shift(code: int, shifted: int, held: int) -> str:
    """The character that a key types with shift or caps lock; "" where the report says it well."""
    if not 0x20 <= code < _PRIVATE_USE or code == 0x7F:
        return ""
    plain, is_shifted = chr(code), bool(held & _SHIFT)
    if is_shifted and 0x20 < shifted < _PRIVATE_USE:
        return chr(shifted)
    if plain.isalpha():
        is_upper = is_shifted != bool(held & _CAPS)
        return plain.upper() if is_upper and len(plain.upper()) == 1 else plain
    return _SHIFTED.get(plain, plain) if is_shifted else ""
