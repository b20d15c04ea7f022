"""What a terminal answers is no key, whole or cut in two; what a person types is."""

import os
import pty

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual import events
from textual._xterm_parser import XTermParser
from textual.drivers._writer_thread import MAX_QUEUED_WRITES, WriterThread

from workbench.tui.messages import TerminalAnswered
from workbench.tui.terminal import GIVE_UP_TICKS, Outlet, ReplyFilter, sift

REPLIES = {
    "device attributes": "\x1b[?62;22c",
    "secondary attributes": "\x1b[>1;10;0c",
    "DECRQSS": "\x1bP1$r0m\x1b\\",
    "title": "\x1b]lm\x1b\\",
    "clipboard": "\x1b]52;c;bQ==\x07",
    "colour": "\x1b]11;rgb:1e1e/1e1e/1e1e\x1b\\",
    "kitty graphics": "\x1b_Gi=31;OK\x1b\\",
    "kitty keyboard": "\x1b[?31u",
    "status": "\x1b[0n",
    "window size": "\x1b[8;24;80t",
    "parameters": "\x1b[2;1;1;112;112;1;0x",
    "secret": "\x1b^mmm\x1b\\",
    "start of string": "\x1bXmaxe\x1b\\",
}
# What Textual asks for, and what keyboards and mice send.
TYPED = {
    "arrow": "\x1b[A",
    "shifted arrow": "\x1b[1;2B",
    "function key": "\x1b[15~",
    "F1": "\x1bOP",
    "kitty key": "\x1b[109u",
    "mouse": "\x1b[<0;10;5M",
    "mouse up": "\x1b[<0;10;5m",
    "mode report": "\x1b[?2026;2$y",
    "resize in band": "\x1b[48;24;80;480;800t",
    "focus": "\x1b[I",
    "paste": "\x1b[200~maxe\x1b[201~",
    "alt": "\x1bm",
    "letters": "maxe",
    "signs": "][}{\\/?=",
}


def keys_of(text: str) -> list[str]:
    """The keys that Textual would make of what is left."""
    parser = XTermParser()
    found = [*parser.feed(text), *parser.feed("")] if text else []
    return [event.key for event in found if isinstance(event, events.Key)]


@pytest.mark.parametrize("reply", REPLIES.values(), ids=REPLIES.keys())
def test_t2_a_reply_leaves_no_key_behind(reply: str) -> None:
    """Neither alone nor between keys; and it is counted."""
    replies = ReplyFilter()
    assert replies.feed(reply) == ""
    assert replies.feed(f"j{reply}k") == "jk"
    assert replies.n_dropped == 2


@pytest.mark.parametrize("reply", REPLIES.values(), ids=REPLIES.keys())
def test_t2_without_the_filter_textual_types_it(reply: str) -> None:
    """The day this fails Textual does it by itself, and the filter can go."""
    assert keys_of(reply) != []


@pytest.mark.parametrize("reply", REPLIES.values(), ids=REPLIES.keys())
def test_t2_a_reply_cut_anywhere_leaves_no_key_behind(reply: str) -> None:
    """A slow line delivers it in two reads, with moments between them."""
    for at in range(1, len(reply)):
        replies = ReplyFilter()
        passed = replies.feed(reply[:at])
        moment = replies.tick() if at > 2 else ""  # two characters may be alt and a key
        passed += moment + replies.feed(reply[at:] + "j")
        assert passed == "j", (at, passed)
        assert replies.tick() == ""


@pytest.mark.parametrize("typed", TYPED.values(), ids=TYPED.keys())
def test_what_people_and_textual_send_passes_unchanged(typed: str) -> None:
    """Byte for byte, wherever a read cuts it."""
    for at in range(len(typed) + 1):
        replies = ReplyFilter()
        passed = replies.feed(typed[:at]) + replies.feed(typed[at:])
        assert passed + replies.tick() == typed
        assert replies.n_dropped == 0


HOSTILE_PASTES = [
    "x\x1b" + "m" * 40,
    "x\x1b",
    "\x1b\x1bm",
    "a\x1b]52;c;bQ==\x07m",
    "\x1b[5;10R\x1b[?62;22cm",
]


@pytest.mark.parametrize("body", HOSTILE_PASTES)
def test_t2_a_pasted_escape_types_no_key(body: str) -> None:
    """Of an escape inside a paste the parser would make keys; wherever reads cut it."""
    whole = f"\x1b[200~{body}\x1b[201~"
    assert keys_of(whole) != [], "the day this fails Textual does it by itself"
    for at in range(len(whole) + 1):
        replies = ReplyFilter()
        passed = replies.feed(whole[:at])
        passed += "".join(replies.tick() for _ in range(GIVE_UP_TICKS) if at > len("\x1b[200~"))
        passed += replies.feed(whole[at:])
        shown = body.replace("\x1b", "\u241b")
        assert passed == f"\x1b[200~{shown}\x1b[201~"
        assert keys_of(passed) == []
        assert replies.feed("m") == "m"


def test_t2_a_reply_that_a_paste_interrupts_is_dropped() -> None:
    """The paste ends it, and is whole."""
    replies = ReplyFilter()
    assert replies.feed("\x1bP1$r\x1b[200~m\x1b[201~j") == "\x1b[200~m\x1b[201~j"
    assert replies.n_dropped == 1


NOISE = {
    "before a reply": "m\x1b[?62;22c",
    "after a reply": "\x1b]lm\x1b\\m",
    "before an open reply": "m\x1bP1$r",
    "unknown sequence": "\x1b[99;99zm",
    "unknown with an intermediate": "\x1b[1;5$wm",
    "two escapes": "\x1b[3q\x1b[3qm",
    "endless": "\x1b[" + "1" * 40 + "m",
}


@pytest.mark.parametrize("data", NOISE.values(), ids=NOISE.keys())
def test_t2_keys_beside_what_no_key_sends_are_left_out(data: str) -> None:
    """One burst, one sender: a label key in it may be the terminal's; and somebody is told."""
    events_, told = sifted(data)
    assert events_ == []
    assert told >= 1


@pytest.mark.parametrize("typed", [*TYPED.values(), "m\x1b[Aj", "\x1b[<35;10;5Mm", "\x1bm", "^m"])
def test_t2_keys_of_a_person_are_all_taken(typed: str) -> None:
    """Typed ahead, with the mouse moving, with alt."""
    events_, told = sifted(typed)
    assert events_ == keys_of(typed)
    assert told == 0


def sifted(data: str) -> tuple[list[str], int]:
    """The keys that pass, and how often the app is told that some did not."""
    parser, replies = XTermParser(), ReplyFilter()
    found = sift(replies.feed(data), parser, has_reply=replies.take_dropped())
    if parser._timeout_time is not None:
        parser._timeout_time = 0.0  # a moment has passed
    found += sift(replies.tick(), parser, has_reply=replies.take_dropped())
    told = sum(isinstance(event, TerminalAnswered) for event in found)
    return [event.key for event in found if isinstance(event, events.Key)], told


def test_escape_alone_is_a_key_after_a_moment() -> None:
    """Nothing can follow it by then."""
    replies = ReplyFilter()
    assert replies.feed("\x1b") == ""
    assert replies.tick() == "\x1b"
    assert replies.tick() == ""


def test_a_string_that_nobody_ends_does_not_swallow_the_keyboard() -> None:
    """It holds back what follows for a moment, and then it is over."""
    replies = ReplyFilter()
    assert replies.feed("\x1bP1$r") == ""
    for _ in range(GIVE_UP_TICKS):
        assert replies.tick() == ""
    assert replies.feed("m") == "m"
    assert replies.n_dropped == 1


def test_a_string_ends_where_the_next_sequence_starts() -> None:
    """As terminals have it: an escape inside a string is the end of it."""
    assert ReplyFilter().feed("\x1b]0;mm\x1b[Aj") == "\x1b[Aj"


@given(st.lists(st.sampled_from([*REPLIES.values(), *TYPED.values()])), st.integers(1, 7))
def test_t2_any_mixture_in_pieces_of_any_size_keeps_what_was_typed(
    parts: list[str], size: int
) -> None:
    """Whatever comes in whatever pieces, the replies are gone and the rest is whole."""
    whole = "".join(parts)
    replies = ReplyFilter()
    passed = "".join(replies.feed(whole[i : i + size]) for i in range(0, len(whole), size))
    typed = "".join(part for part in parts if part not in REPLIES.values())
    assert passed + replies.tick() == typed


@given(st.text(alphabet="\x1b\x07[]P_^\\?<>;0123456789mcnRtA~ ", max_size=60), st.data())
def test_nothing_is_held_for_good(text: str, data: st.DataObject) -> None:
    """Whatever noise came before, a key typed after a moment of silence arrives."""
    replies = ReplyFilter()
    cut = data.draw(st.integers(0, len(text)))
    replies.feed(text[:cut])
    replies.feed(text[cut:])
    for _ in range(GIVE_UP_TICKS):
        replies.tick()
    assert replies.feed("q") == "q"


def test_nobody_waits_for_a_terminal_that_is_gone() -> None:
    """The thread that writes lives on, so its full queue never stops the program from leaving."""
    master, slave = pty.openpty()
    with os.fdopen(slave, "w") as terminal:
        writer = WriterThread(Outlet(terminal))  # type: ignore[arg-type]  # all that it uses
        writer.start()
        os.close(master)
        for _ in range(3 * MAX_QUEUED_WRITES):
            writer._queue.put("x" * 10_000, timeout=5)  # write() itself would wait for good
        writer.stop()
