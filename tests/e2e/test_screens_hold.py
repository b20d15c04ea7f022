"""The app in a real terminal: a widget that forgets, replies nobody asked for, columns, sizes."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import Demo
from .gauntlet import faults, load_build
from .kit import Pty, acts, run_workbench

RecordProperty = Callable[[str, object], None]
LOG = Path(".workbench") / "workbench.log"
REPLIES = ("\x1b[?62;22c", "\x1bP1$r0m\x1b\\", "\x1b]lm\x1b\\", "\x1b]52;c;bQ==\x07")

PASTED = "\x1b[200~\x1bm\x1b[201~"


def start(screen: Pty) -> None:
    """Wait until labels can be saved."""
    screen.until(" left")
    screen.rest(0.4)


def test_t3_what_a_widget_forgets_the_net_catches_and_logs_once(demo: Demo) -> None:
    """The escape is drawn as a sign, the wire is clean, the log has one line of it."""
    with demo.open() as screen:
        start(screen)
        screen.send("q")
        screen.wait()
        clean = screen.raw
    script = Path(__file__).with_name("forgetful.py")
    with Pty(demo.folder, env=demo.env, program=(sys.executable, str(script))) as screen:
        screen.until("forgot ␛[2J")
        start(screen)
        screen.resize((90, 24))
        screen.rest()
        screen.send("q")
        assert screen.wait() == 0
        assert faults(screen.raw, clean) == {}
    log = (demo.folder / LOG).read_text("utf-8")
    assert log.count("a widget was about to show U+001B") == 1


# Where a reply can meet the app: keys that lead there, a text that says so, keys that lead back.
STATIONS = {
    "the diff": ("j", " left", ""),
    "e waits for its digit": ("e", "2 major", "\x1b"),
    "x waits for its digit": ("x", "1 functional", "\x1b"),
    "search": ("/", "esc cancels", "\x1b"),
    "filter": ("\\", "Filter the queue", "\x1b"),
    "finding": ("c", "Finding on", "\x1b"),
    "ticket": ("t", "Ticket ", "t"),
    "help": ("?", "esc closes", "\x1b"),
    "palette": ("\x10", "Search for commands", "\x1b"),
    "queue": ("w", "Queue ", "w"),
    "numbers": ("g", "Numbers", "g"),
}


@pytest.mark.slow
def test_t2_after_every_frame_replies_label_nothing(
    demo: Demo, record_property: RecordProperty
) -> None:
    """In every place of the app, four replies: nothing is labelled, nothing ends, keys work."""
    with demo.open() as screen:
        start(screen)
        screen.until(lambda: "backed up" in (demo.folder / LOG).read_text("utf-8"))
        for keys, shown, back in STATIONS.values():
            screen.send(keys)
            screen.until(shown)
            for reply in REPLIES:
                screen.rest()
                screen.send(reply)
            screen.rest(0.3)
            assert shown in screen.text
            screen.send(back)
            screen.until(lambda shown=shown, back=back: not back or shown not in screen.text)  # type: ignore[misc]
        record_property("cases", len(STATIONS) * len(REPLIES))
        assert acts(demo.folder) == []
        screen.send("m")
        screen.until("saved: merged")
        screen.send("q")
        assert screen.wait() == 0
    assert acts(demo.folder) == ["label"]
    log = (demo.folder / LOG).read_text("utf-8")
    assert log.count("terminal reply ignored") == len(STATIONS) * len(REPLIES)


def test_t2_label_keys_in_one_burst_with_a_reply_are_ignored_and_said(demo: Demo) -> None:
    """An m that a terminal sends beside its reply is no decision; the same m later is."""
    with demo.open() as screen:
        start(screen)
        for burst in (f"m{REPLIES[0]}", f"{REPLIES[1]}m", "\x1b[99;99zm", PASTED):
            screen.send(burst)
            screen.rest(0.4)
        assert acts(demo.folder) == []
        assert "the terminal answered by itself" in screen.text
        screen.send("m")
        screen.until("saved: merged")
        screen.send("q")
        assert screen.wait() == 0


# Columns.


def make_study(folder: Path, demo: Demo, patches: dict[str, bytes], code: int = 0) -> Path:
    """A study of these patches, each an output of its own ticket, in their order."""
    tickets = [{"id": name, "title": name, "body": name} for name in patches]
    outputs = [
        {"instance_id": name, "model_name_or_path": "m",
         "model_patch": patch.decode("utf-8", "surrogateescape")}
        for name, patch in patches.items()
    ]  # fmt: skip
    for name, rows in (("tickets", tickets), ("outputs", outputs)):
        lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (folder / f"{name}.jsonl").write_bytes(lines.encode("utf-8", "surrogateescape"))
    study = folder / "study"
    run_workbench("init", "--study", study, "--repo", demo.folder / "repository", env=demo.env)
    run_workbench("tickets", "import", folder / "tickets.jsonl", "--study", study, env=demo.env)
    outputs_file = folder / "outputs.jsonl"
    run_workbench("outputs", "import", outputs_file, "--study", study, env=demo.env, code=code)
    return study


@pytest.mark.parametrize(("size", "layout"), [((240, 40), "split"), ((160, 40), "unified")])
def test_t7_field_d12_borders_stand_in_one_column(
    demo: Demo, tmp_path: Path, size: tuple[int, int], layout: str
) -> None:
    """Wide, joined, combining: in diff, queue and ticket, beside lines that hold none."""
    build = load_build()
    build.build(tmp_path / "corpus")
    texts = [
        (tmp_path / "corpus" / "text" / f"{name}.txt").read_text("utf-8").rstrip("\n")
        for name in ("t20_wide", "t21_zalgo")
    ]
    zalgo = "# a" + "\u0301" * 2000
    lines = ["plain", *texts, zalgo, *(f"{text} {text}" for text in texts)] * 12
    patch = build.new("wide.txt", "\n".join(lines))
    study = make_study(tmp_path, demo, {f"{texts[0]} {texts[1]}": patch.encode()})
    with Pty("review", "--study", study, "--open", size=size, env=demo.env) as screen:
        start(screen)
        if layout == "unified":
            screen.send("t")
            screen.until("Ticket ")
        screen.rest()
        body = range(2, size[1] - 6)
        bar = size[0] - 40 - 1  # the last column before the numbers
        assert {cell(screen, y, bar) for y in body} <= {"│", "┃"}
        if layout == "split":
            rows = [y for y in body if " + " in "".join(cell(screen, y, x) for x in range(bar))]
            edges = [x for x in range(bar) if all(cell(screen, y, x) == "│" for y in rows)]
            assert len(rows) > 20
            assert len(edges) == 1
        screen.send("q")
        assert screen.wait() == 0


def cell(screen: Pty, y: int, x: int) -> str:
    return screen.cells[y][x].data


LIMIT = 10.0  # seconds, on any machine; what it really takes is measured in tests/bench


@pytest.mark.slow
def test_t10_very_long_lines_and_very_large_patches_open_and_answer(
    demo: Demo, tmp_path: Path
) -> None:
    """A line of 200 kB, one of 10 MB, a patch of 60 MB that is refused and yet shown."""
    build = load_build()
    long = {f"line_{n}": build.new("l.txt", "x" * n + "\n").encode() for n in (200_000, 10_000_000)}
    huge = build.new("h.txt", ("y" * 79 + "\n") * 750_000).encode()
    study = make_study(tmp_path, demo, {**long, "huge": huge}, code=3)
    left = {*long, "huge"}
    with Pty("review", "--study", study, env=demo.env) as screen:
        screen.until(" left", LIMIT)
        while left:
            (shown,) = [name for name in left if name in screen.lines[0]]
            glyph = "+yyy" if shown == "huge" else "+ xxx"
            screen.until(lambda glyph=glyph: glyph in screen.text, LIMIT)  # type: ignore[misc]
            assert shown != "huge" or "larger than 20 MB" in screen.text
            screen.send("\x1b[F")  # end
            screen.until(lambda: "▌" in screen.text, LIMIT)
            screen.send("\x1b[C" * 3)
            screen.rest()
            left.remove(shown)
            if left:
                screen.send("J")
                screen.until(lambda shown=shown: shown not in screen.lines[0], LIMIT)  # type: ignore[misc]
                screen.rest(0.03)
        screen.send("q")
        assert screen.wait(LIMIT) == 0
