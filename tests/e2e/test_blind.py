"""Blind reviews in a real terminal: not one byte of them names anybody."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from .conftest import Demo
from .kit import Pty, query, run_workbench, wait_for_labels

CANARIES = ("canary-alpha-7", "canary-beta-9")
SAMPLE = Path(__file__).parents[2] / "sample_repo"
_CONTROL = re.compile(
    rb"\x1b(?:\[[0-9;:?<>=]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[()][A-Z0-9]|.)"
)


def leaking(row: dict[str, str], who: str) -> dict[str, str]:
    """A recorded output that says whose it is wherever it can."""
    said = f"{row.get('message', '')}\n\nCo-authored-by: {who} <bot@{who}.example>\nI am {who}."
    patch = row["model_patch"]
    if patch:
        patch += (
            f"diff --git a/notes/{who}.md b/notes/{who}.md\nnew file mode 100644\n"
            f"--- /dev/null\n+++ b/notes/{who}.md\n@@ -0,0 +1,2 @@\n"
            f"+written by {who}\n+Generated with [{who}](https://{who}.example)\n"
        )
    return {**row, "model_name_or_path": who, "model_patch": patch, "message": said}


@dataclass(frozen=True, slots=True)
class Study:
    """A study whose outputs leak, and whose home it is."""

    folder: Path
    env: dict[str, str]


@pytest.fixture
def canaries(demo: Demo, tmp_path: Path) -> Study:
    """The sample's tickets and outputs, by two candidates who name themselves everywhere."""
    folder = tmp_path / "canaries"
    repository = demo.folder / "repository"
    run_workbench("init", "--study", folder, "--repo", repository, env=demo.env)
    tickets = SAMPLE / "tickets.jsonl"
    run_workbench("tickets", "import", tickets, "--study", folder, env=demo.env)
    for file, who in zip(sorted((SAMPLE / "outputs").glob("*.jsonl")), CANARIES, strict=True):
        rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
        path = tmp_path / f"{who}.jsonl"
        path.write_text("".join(json.dumps(leaking(row, who)) + "\n" for row in rows), "utf-8")
        run_workbench("outputs", "import", path, "--study", folder, env=demo.env)
    return Study(folder, demo.env)


def assert_silent(screen: Pty, study: Study, seen: str) -> None:
    """No canary in any byte the terminal got, on any screen, or in the log."""
    plain = _CONTROL.sub(b"", screen.raw).lower()
    log = (study.folder / ".workbench" / "workbench.log").read_text(encoding="utf-8")
    for name in (*CANARIES, "canary"):
        assert name.encode() not in screen.raw.lower()
        assert name.encode() not in plain
        assert name not in seen.lower()
        assert name not in log.lower()


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["--blind", "--pair"])
def test_k3_no_byte_of_a_blind_run_names_a_candidate(canaries: Study, mode: str) -> None:
    """K3: every output with every pane, found to have 0 canaries; the marks are there."""
    seen = ""
    command = ("review", mode, "--study", canaries.folder)
    with Pty(*command, size=(200, 50), env=canaries.env) as screen:
        wait_for_labels(screen)
        for key in ("g", "t", "o", "o", "t", "T", "T", "r", "r", "w", "?", "\x1b", "F", "\x1b"):
            screen.send(key)
            screen.rest(0.15)
            seen += screen.text
        for _ in range(19 if mode == "--pair" else 39):
            screen.send("J")
            screen.rest(0.1)
            seen += screen.text
            for key in ("}", "}", "}", "z"):
                screen.send(key)
            screen.rest(0.05)
            seen += screen.text
        if mode == "--pair":
            screen.send("B")
            screen.rest(0.4)
            seen += screen.text
        screen.send("q")
        screen.wait()
    assert "▓hidden▓" in seen
    assert_silent(screen, canaries, seen)


def test_a_sealed_study_is_reviewed_blind_without_being_asked(canaries: Study) -> None:
    """And names cannot be opened before the reveal; afterwards nobody is blind again."""
    where = ("--study", canaries.folder)
    run_workbench("seal", *where, env=canaries.env)
    with Pty("review", *where, env=canaries.env) as screen:
        wait_for_labels(screen)
        seen = screen.text
        screen.send("q")
        screen.wait()
    assert_silent(screen, canaries, seen)
    with Pty("review", "--open", *where, env=canaries.env) as screen:
        assert screen.wait() == 2
        assert "sealed" in screen.text
    run_workbench("reveal", "--yes", *where, env=canaries.env)
    with Pty("review", "--pair", *where, env=canaries.env) as screen:
        assert screen.wait() == 2
        assert "nobody can be blind to them any more" in " ".join(screen.text.split())


def test_leaks_are_listed_for_the_lead_by_code(canaries: Study) -> None:
    """Counted by candidate; while sealed by its code alone."""
    where = ("--study", canaries.folder, "--json")
    told = json.loads(run_workbench("outputs", "leaks", *where, env=canaries.env).stdout)
    assert set(told["by_candidate"]) == set(CANARIES)
    assert {row["rule"] for row in told["leaks"]} >= {"name", "trailer"}
    assert {row["in"] for row in told["leaks"]} >= {"patch", "message"}
    run_workbench("seal", "--study", canaries.folder, env=canaries.env)
    sealed = json.loads(run_workbench("outputs", "leaks", *where, env=canaries.env).stdout)
    assert not set(sealed["by_candidate"]) & set(CANARIES)
    assert len(sealed["leaks"]) == len(told["leaks"])


@pytest.mark.slow
def test_a_newcomer_gets_from_the_demo_to_the_reveal(demo: Demo) -> None:
    """The screen says all there is to know: three keys a pair, then the command it names."""
    with Pty("demo", "--pair", env=demo.env) as screen:
        wait_for_labels(screen)
        assert "Two outputs of one ticket" in screen.text
        assert "…" not in "".join(screen.lines[-5:])  # all of it can be read at 80x24
        assert "t ticket" in screen.lines[-1]
        for _ in range(200):
            screen.rest(0.3)
            if "That was the last pair" in screen.text:
                break
            screen.send(next_key(screen))
        screen.until("That was the last pair")
        assert "workbench reveal" in screen.text
        screen.send("q")
        assert screen.wait() == 0
        assert screen.is_restored()
    where = ("--study", demo.folder)
    told = run_workbench("reveal", "--yes", *where, env=demo.env).stdout
    assert "the seal holds" in told
    assert "heron-2" in told
    assert "sparrow-1" in told
    (votes,) = query(demo.folder, "SELECT count(*) FROM label_event WHERE act = 'prefer'")
    assert int(str(votes[0])) >= 15
    demo.verify()


def next_key(screen: Pty) -> str:
    """What a person presses who reads the bar and the title with the mark."""
    bar = "\n".join(screen.lines[-5:])
    if "Which is better?" in bar:
        return "1"
    if "Did it say so itself?" in bar or "Did you recognise" in bar:
        return "n"
    if "It flagged:" in bar:
        return "1"
    if "sure?" in bar or "is it" in bar:
        return "y"
    title = next(part for line in screen.lines for part in line.split("▸")[1:])
    if "? asks" in title[:40] or "? declines" in title[:40]:
        return "a"
    return "m"
