"""SIGKILL at any moment of labelling: what the screen had shown as saved is on disk (D2)."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import Demo
from .kit import acts, run_workbench, wait_for_labels

KILLER = Path(__file__).with_name("killer.py")
N_KILLS, N_OUTPUTS = 100, 900
PATCH = (
    "diff --git a/{name} b/{name}\nnew file mode 100644\n--- /dev/null\n+++ b/{name}\n"
    "@@ -0,0 +1 @@\n+one\n"
)


@pytest.fixture
def large_study(demo: Demo, tmp_path: Path) -> Path:
    """More outputs than all kills together label: every one a patch with green tests."""
    folder = tmp_path / "large"
    names = [f"t{n}" for n in range(N_OUTPUTS)]
    files = {
        "tickets": [{"id": name, "title": name, "body": name} for name in names],
        "outputs": [
            {"instance_id": name, "model_name_or_path": "m", "model_patch": PATCH.format(name=name)}
            for name in names
        ],
        "tests": [{"ticket": name, "candidate": "m", "tests": "pass"} for name in names],
    }
    for name, rows in files.items():
        text = "".join(json.dumps(row) + "\n" for row in rows)
        (tmp_path / f"{name}.jsonl").write_text(text, "utf-8")
    run_workbench("init", "--study", folder, "--repo", demo.folder / "repository", env=demo.env)
    for words in (("tickets", "import"), ("outputs", "import"), ("outputs", "tests")):
        file = tmp_path / f"{words[0] if words[1] == 'import' else 'tests'}.jsonl"
        run_workbench(*words, file, "--study", folder, env=demo.env)
    return folder


@pytest.mark.slow
def test_d2_field_t5_a_hundred_kills_lose_no_label_that_was_shown(
    large_study: Path, demo: Demo, record_property: Callable[[str, object], None]
) -> None:
    """Stored is what was shown, or one label more, whose key was the last; the log verifies.

    Two terminals at a time, each on a study of its own; the next start leaves nothing behind.
    """
    record_property("cases", N_KILLS)
    studies = [large_study, large_study.with_name("other")]
    shutil.copytree(large_study, studies[1])
    env = {**os.environ, **demo.env, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
    killers = [
        subprocess.Popen(
            [sys.executable, KILLER, study, "ann", str(seed), str(N_KILLS // len(studies))],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=env,
        )
        for seed, study in enumerate(studies)
    ]
    told = [killer.communicate(timeout=300) for killer in killers]
    assert [(killer.returncode, err) for killer, (_, err) in zip(killers, told, strict=True)] == [
        (0, "")
    ] * len(killers)
    kills = [json.loads(line) for out, _ in told for line in out.splitlines()]
    assert len(kills) == N_KILLS
    for kill in kills:
        assert kill["faults"] == []
        assert kill["stored"] - kill["shown"] in {0, 1}, kill
        if kill["last_shown"]:
            # Bar and count are drawn by two widgets: either may be in the frame before the other's.
            n_later = kill["stored"] - kill["shown"]
            assert kill["last_shown"] in kill["last_stored"][-2 - n_later :], kill
    assert sum(kill["shown"] for kill in kills) > 2 * N_KILLS  # there was something to lose
    assert sum(kill["stored"] > kill["shown"] or kill["was_committing"] for kill in kills) > 0
    for study in studies:
        assert "sound" in run_workbench("verify", "--study", study, env=demo.env).stdout
        left = [path.name for path in study.rglob(".workbench-tmp-*")]
        assert left == []


# Keys, the mark on the screen that says it is on disk, and what is in the log by then.
STEPS: tuple[tuple[tuple[str, ...], str, tuple[str, ...]], ...] = (
    (("m",), "saved: merged", ("label",)),
    (("a",), "saved: abstained", ("label",)),
    (("c", "6", "\r"), "saved: finding", ("finding",)),
    (("u",), "undone: finding", ("undo",)),
    (("\x12",), "redone: finding", ("redo",)),
    (("o",), "an early look at the message: logged", ("peek",)),
    (("x", "1"), "saved. Did it say so itself?", ("label",)),
    (("s",), "skipped, comes back last", ("skip",)),
    (("e", "1", "y"), "tests caught this: counts as caught", ("label", "self_flag")),
)


@pytest.mark.slow
def test_d2_field_t5_every_act_is_on_disk_once_its_mark_is_on_the_screen(
    demo: Demo, record_property: Callable[[str, object], None]
) -> None:
    """Label, second key, answer, finding, skip, look, undo, redo: SIGKILL after each mark."""
    record_property("cases", len(STEPS))
    wanted: list[str] = []
    for keys, mark, recorded in STEPS:
        with demo.open() as screen:
            wait_for_labels(screen)
            for key in keys:
                screen.send(key)
                screen.rest()
            screen.until(mark)
            screen.signal(signal.SIGKILL)
            assert screen.wait() == -signal.SIGKILL
        wanted += recorded
        assert acts(demo.folder) == wanted, keys
    demo.verify()
