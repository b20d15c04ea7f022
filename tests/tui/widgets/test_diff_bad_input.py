"""Whatever a patch holds, the pane draws it, moves in it, searches it and survives every size."""

import asyncio
from collections.abc import Callable
from itertools import cycle

import pytest
from textual.pilot import Pilot

from workbench.diff.document import DiffDocument, raw_document
from workbench.tui.widgets.diff_view import DiffView

from .stage import Stage, document, file_diff, on_stage

SIZES = ((80, 24), (1, 1), (40, 10), (200, 50), (3, 2), (149, 5), (151, 24))
HEAD = "diff --git a/f b/f\n"


def one_sided(sign: str, n_lines: int = 3) -> bytes:
    """A file that came, or went."""
    body = "".join(f"{sign}line {n}\n" for n in range(n_lines))
    is_new = sign == "+"
    mode, names = ("new", "--- /dev/null\n+++ b/f\n") if is_new else (
        "deleted", "--- a/f\n+++ /dev/null\n",
    )  # fmt: skip
    counts = f"@@ -0,0 +1,{n_lines} @@\n" if is_new else f"@@ -1,{n_lines} +0,0 @@\n"
    return f"{HEAD}{mode} file mode 100644\n{names}{counts}{body}".encode()


def raw_bytes(line: bytes) -> bytes:
    """A line that is no text, added."""
    return HEAD.encode() + b"--- a/f\n+++ b/f\n@@ -1 +1,2 @@\n same\n+" + line + b"\n"


BAD: dict[str, Callable[[], DiffDocument]] = {
    "binary": lambda: document(f"{HEAD}Binary files a/f and b/f differ\n".encode()),
    "binary as text": lambda: document(raw_bytes(b"\0\x01\xff" * 50)),
    "a line of 10 MB": lambda: document(file_diff("f", ["x"], ["y" * 10_000_000])),
    "a wide line of 3 MB": lambda: document(file_diff("f", ["x"], ["漢" * 1_000_000])),
    "100,000 lines": lambda: document(one_sided("+", 100_000)),
    "an empty patch": lambda: document(b""),
    "a patch that does not apply": lambda: raw_document(
        b"diff --git a/f b/f\n@@ -1 +1 @@\n-line\n+line\n", "it does not apply"
    ),
    "no bytes as delivered": lambda: raw_document(b"", "nothing came"),
    "latin-1": lambda: document(raw_bytes(b"caf\xe9 line")),
    "UTF-16": lambda: document(raw_bytes("\ufeffline".encode("utf-16-le"))),
    "no encoding at all": lambda: document(raw_bytes(bytes(range(1, 256)).replace(b"\n", b""))),
    "a new file": lambda: document(one_sided("+")),
    "a file that is gone": lambda: document(one_sided("-")),
    "an empty new file": lambda: document(f"{HEAD}new file mode 100644\n".encode()),
    "a mode alone": lambda: document(f"{HEAD}old mode 100644\nnew mode 100755\n".encode()),
    "lone carriage returns": lambda: document(raw_bytes(b"a\rb\rc\r")),
    "marks upon marks": lambda: document(raw_bytes(("e" + "\u0301" * 400).encode())),
}


async def walk(stage: Stage, pilot: Pilot[None], view: DiffView) -> None:
    """Every act of the pane, with another size of the terminal before each."""
    sizes = cycle(SIZES)
    acts: list[Callable[[], object]] = [
        lambda: view.move_line(1), lambda: view.move_page(1), lambda: view.move_half_page(-1),
        lambda: view.move_hunk(1), lambda: view.move_file(1), view.end, view.home,
        lambda: view.scroll_sideways(40), view.toggle_wrap, view.end, view.cycle_layout,
        lambda: view.search("line"), lambda: view.next_match(1), view.toggle_wrap,
        view.cycle_layout, lambda: view.search("(l+)ine$", regex=True), view.expand_fold,
        view.toggle_file_folds, lambda: view.expand_from_cursor(-1), view.clear_search,
        view.cycle_layout,
    ]  # fmt: skip
    for act in acts:
        await pilot.resize_terminal(*next(sizes))
        act()
        await pilot.pause()
        width, height = view.size
        strips = view.render_lines(view.size.region)
        assert [strip.cell_length for strip in strips] == [width] * height
        assert stage.net.hits == 0


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD.keys())
def test_field_d8_t25_bad_input_at_every_size(bad: Callable[[], DiffDocument]) -> None:
    """Each line is as wide as the pane, nothing ends in an error, and nothing is left behind."""

    async def act(stage: Stage, pilot: Pilot[None]) -> None:
        stage.view.show(bad(), message="no changes")
        await walk(stage, pilot, stage.view)
        await pilot.resize_terminal(80, 24)

    on_stage(act)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("binary", "Binary file, not shown"),
        ("binary as text", "Binary: holds NUL bytes"),
        ("a line of 10 MB", "»"),
        ("an empty patch", "no changes"),
        ("a patch that does not apply", "it does not apply"),
        ("latin-1", r"Not UTF-8: odd bytes are shown as \xNN"),
        ("latin-1", r"caf\xe9 line"),
        ("UTF-16", "Not UTF-8 but UTF-16, little end first"),
        ("a new file", "New file"),
        ("a file that is gone", "Deleted file"),
        ("an empty new file", "Empty file"),
        ("a mode alone", "now executable"),
    ],
)
def test_what_is_odd_about_a_patch_is_said(name: str, said: str) -> None:
    """On the first screen, in words."""

    async def act(stage: Stage, pilot: Pilot[None]) -> None:
        stage.view.show(BAD[name](), message="no changes")
        await pilot.pause()
        assert said in "\n".join(stage.lines())

    on_stage(act)


def test_what_does_not_apply_is_searched_and_copied_as_it_was_delivered() -> None:
    """Its bytes line by line, `@@` and signs among them."""

    async def act(stage: Stage, pilot: Pilot[None]) -> None:
        view = stage.view
        view.show(BAD["a patch that does not apply"]())
        await pilot.pause()
        assert view.search("@@ -1") == 1
        await pilot.pause()
        assert view.picked == "@@ -1 +1 @@"
        assert view.search("[-+]line", regex=True) == 2

    on_stage(act)


def test_a_layout_that_a_worker_makes_comes_to_the_size_there_is_by_then() -> None:
    """100,000 lines, toggled and resized before the rows are ready; then another document."""

    async def act(stage: Stage, pilot: Pilot[None]) -> None:
        view = stage.view
        view.show(BAD["100,000 lines"]())
        await pilot.pause()
        view.toggle_wrap()
        view.set_layout("split")
        await pilot.resize_terminal(33, 9)
        view.toggle_wrap()
        await pilot.resize_terminal(90, 30)
        for _ in range(200):
            if view._viewport and view._viewport.shape.mode == "split":
                break
            await asyncio.sleep(0.01)
            await pilot.pause()
        strips = view.render_lines(view.size.region)
        assert [strip.cell_length for strip in strips] == [90] * 30
        view.set_layout("unified")
        view.show(BAD["a new file"]())
        await pilot.pause(0.3)
        assert "New file" in "\n".join(stage.lines())

    on_stage(act)
