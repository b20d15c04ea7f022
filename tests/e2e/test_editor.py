"""The patched file in the reviewer's editor: what comes back is shown, measured, and a label."""

import json
import os
import re
import signal
import sys
from pathlib import Path

import pytest

from .conftest import Demo
from .kit import Pty, labels, run_workbench, wait_for_labels

pytestmark = pytest.mark.slow

HEAD = """#!{python}
import os, pathlib, signal, sys, time
place = pathlib.Path(sys.argv[-1])
text = place.read_bytes()
"""
EDITORS = {
    "changes": "place.write_bytes(text.replace(b'line 7\\n', b'line seven\\n'))",
    "nothing": "",
    "fails": "place.write_bytes(b'half done'); sys.exit(3)",
    "fails early": "sys.exit(3)",
    "dies": "os.kill(os.getpid(), signal.SIGKILL)",
    "binary": "place.write_bytes(bytes(range(256)) * 9)",
    "deletes": "place.unlink()",
    "forbidden": "(place.parent / '.gitmodules').write_text('x')",
    "waits": "print('EDITOR HAS THE TERMINAL'); input(); place.write_bytes(text + b'more\\n')",
}


def open_with(long_study: Path, demo: Demo, tmp_path: Path, what: str) -> Pty:
    """The review of one output, with a script for an editor."""
    program = tmp_path / "my editor"
    program.write_text(HEAD.format(python=sys.executable) + EDITORS[what] + "\n")
    program.chmod(0o755)
    env = {**demo.env, "VISUAL": f"'{program}'", "TMPDIR": str(tmp_path)}
    return Pty("review", "--study", long_study, "--reviewer", "ann", size=(120, 40), env=env)


def copies(tmp_path: Path) -> list[Path]:
    return list(tmp_path.glob("workbench-edit-*"))


def test_r17_an_edit_is_shown_measured_and_saved_as_a_tree(
    long_study: Path, demo: Demo, tmp_path: Path
) -> None:
    """O, the editor, y: edited, minor; both comparisons; exported as measured; undone by u."""
    with open_with(long_study, demo, tmp_path, "changes") as screen:
        wait_for_labels(screen)
        screen.send("O")
        screen.until("edited (minor): 2 lines to 600, 100% of what it added kept: save?")
        screen.until("output → your edit")
        assert "line seven" in screen.text
        screen.rest(0.3)
        screen.send("y")
        screen.until(lambda: labels(long_study) == ["edited"])
        assert copies(tmp_path) == []
        screen.rest(0.5)
        screen.send("K")
        screen.until("line 1")
        screen.send("|")
        screen.until("output → your edit: escape goes back")
        screen.send("|")
        screen.until("base → your edit: escape goes back")
        screen.send("|")
        screen.until("base → output")
        screen.rest(0.3)
        screen.send("q")
        assert screen.wait() == 0
        assert screen.is_restored()
    row = run_workbench("export", "jsonl", "-o", "-", "--study", long_study, env=demo.env)
    told = json.loads(row.stdout)
    assert (told["sublabel"], told["edit_source"], told["edit_lines"]) == ("minor", "measured", 2)
    assert told["outcome"] == "edited_minor"
    assert len(told["edited"]["tree"]) == 40
    assert "+line seven\n" in told["corrected_patch"]
    run_workbench("verify", "--study", long_study, env=demo.env)


def test_n_drops_the_label_and_keeps_the_edit_to_go_on_with(
    long_study: Path, demo: Demo, tmp_path: Path
) -> None:
    """Nothing is saved; the edit can be compared, and edited further.

    It was measured after the formatter of the settings, where there is a sandbox.
    """
    settings = long_study / "workbench.toml"
    settings.write_text('formatter = "cat"\n' + settings.read_text("utf-8"), "utf-8")
    with open_with(long_study, demo, tmp_path, "changes") as screen:
        wait_for_labels(screen)
        screen.send("O")
        screen.until(
            lambda: re.search("formatted first: save|not formatted: bubblewrap", screen.text)
        )
        screen.rest(0.3)
        screen.send("n")
        screen.until("cancelled: nothing was saved")
        assert labels(long_study) == []
        screen.send("\x1b")
        screen.until("base → output")
        assert "line seven" not in screen.text
        screen.rest(0.3)
        screen.send("O")
        screen.until("nothing was changed")


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("nothing", "nothing was changed"),
        ("fails early", "the editor ended with exit code 3"),
        ("dies", "the editor ended with exit code -9"),
    ],
)
def test_bad_input_an_editor_that_changes_nothing(
    long_study: Path, demo: Demo, tmp_path: Path, what: str, said: str
) -> None:
    """It is said, the output stays, no copy is left, and labels go on."""
    with open_with(long_study, demo, tmp_path, what) as screen:
        wait_for_labels(screen)
        screen.send("O")
        screen.until(said)
        assert copies(tmp_path) == []
        screen.rest(0.4)
        screen.send("e1")
        screen.until(lambda: labels(long_study) == ["edited"])


@pytest.mark.parametrize(
    ("what", "said"),
    [("fails", "exit code 3: not taken"), ("forbidden", "not taken:")],
)
def test_bad_input_what_cannot_be_taken_is_not_lost(
    long_study: Path, demo: Demo, tmp_path: Path, what: str, said: str
) -> None:
    """The copy stays, and the bar says where."""
    with open_with(long_study, demo, tmp_path, what) as screen:
        wait_for_labels(screen)
        screen.send("O")
        screen.until(said)
        (copy,) = copies(tmp_path)
        assert copy.stat().st_mode & 0o777 == 0o700
        assert labels(long_study) == []
    if what == "fails":
        assert (copy / "tree" / "long.txt").read_bytes() == b"half done"


@pytest.mark.parametrize("what", ["binary", "deletes"])
def test_bad_input_a_binary_and_a_file_that_is_gone_are_rejected(
    long_study: Path, demo: Demo, tmp_path: Path, what: str
) -> None:
    """Nothing of the patch is left; it is shown, and saved by y like any."""
    with open_with(long_study, demo, tmp_path, what) as screen:
        wait_for_labels(screen)
        screen.send("O")
        screen.until("edited (rejected)")
        screen.rest(0.3)
        screen.send("y")
        screen.until(lambda: labels(long_study) == ["edited"])


def test_bad_input_a_terminal_resized_meanwhile_and_ctrl_c(
    long_study: Path, demo: Demo, tmp_path: Path
) -> None:
    """Keys and Ctrl-C are the editor's; afterwards the screen has the new size."""
    with open_with(long_study, demo, tmp_path, "waits") as screen:
        wait_for_labels(screen)
        screen.send("O")
        screen.until("EDITOR HAS THE TERMINAL")
        screen.resize((80, 24))
        screen.rest(0.3)
        screen.send("mmm\r")
        screen.until("save?")
        assert labels(long_study) == []
        screen.until(lambda: "m merged" in screen.lines[23])
        screen.rest(0.3)
        screen.send("y")
        screen.until(lambda: labels(long_study) == ["edited"])


def test_a_hang_up_while_the_editor_runs_leaves_the_copy(
    long_study: Path, demo: Demo, tmp_path: Path
) -> None:
    """What was typed is on the disk, and no label was made of it."""
    with open_with(long_study, demo, tmp_path, "waits") as screen:
        wait_for_labels(screen)
        screen.send("O")
        screen.until("EDITOR HAS THE TERMINAL")
        os.kill(screen.process.pid, signal.SIGKILL)
        screen.process.wait(20)
    (copy,) = copies(tmp_path)
    assert labels(long_study) == []
    (copy / "tree" / "long.txt").write_bytes(b"typed before the kill\n")
    with open_with(long_study, demo, tmp_path, "nothing") as screen:
        screen.until("an edit was left unfinished (long): O there goes on with it or drops it")
        screen.send("O")
        screen.until("An edit of this output was left:  enter go on  d drop it  esc later")
        screen.rest(0.3)
        screen.send("\r")
        screen.until("edited (rejected)")
        assert "typed before the kill" in screen.text
        screen.rest(0.3)
        screen.send("y")
        screen.until(lambda: labels(long_study) == ["edited"])
    assert copies(tmp_path) == []


def test_an_edit_that_was_left_is_dropped_by_key_or_waits(
    long_study: Path, demo: Demo, tmp_path: Path
) -> None:
    """One of which the editor failed waits as well; an editor that is not there loses nothing."""
    with open_with(long_study, demo, tmp_path, "fails") as screen:
        wait_for_labels(screen)
        screen.send("O")
        screen.until("exit code 3: not taken")
    (copy,) = copies(tmp_path)
    with open_with(long_study, demo, tmp_path, "nothing") as screen:
        screen.until("an edit was left unfinished (long): O there goes on with it or drops it")
        (tmp_path / "my editor").unlink()
        screen.send("O")
        screen.until("An edit of this output was left")
        screen.rest(0.3)
        screen.send("\r")
        screen.until("was not found")
        assert copies(tmp_path) == [copy]
        screen.send("O")
        screen.until("An edit of this output was left")
        screen.rest(0.3)
        screen.send("d")
        screen.until("the edit that was left is dropped")
        assert copies(tmp_path) == []


def test_an_editor_that_is_not_there_is_named(long_study: Path, demo: Demo) -> None:
    """With what to set."""
    env = {**demo.env, "VISUAL": "no-such-editor"}
    arguments = ("review", "--study", long_study, "--reviewer", "ann")
    with Pty(*arguments, size=(120, 30), env=env) as screen:
        wait_for_labels(screen)
        screen.send("O")
        screen.until("'no-such-editor' was not found: set VISUAL, or editor in workbench.toml")
