"""What a reviewer must not see: who made an output, and what another reviewer said of it."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from workbench.bootstrap import open_workbench, read_first_screen
from workbench.domain.delivery import Delivery
from workbench.domain.draft import Decision
from workbench.domain.label import EditClass, Label
from workbench.study import find_study

from .kit import OUTPUTS, REVIEWER, Seat, play, run_workbench

CANARY = "canary-model-"
SAID = "bobs-own-words"
SIZE = (200, 50)


def words(seat: Seat) -> str:
    """What the panes around the diff say; the diff itself is coloured and unfolded in its time."""
    names = ("header", "queue", "metrics", "label-bar", "text")
    return "\n".join(seat.pane(name) for name in names)


def everything(seat: Seat) -> str:
    """Every letter on the screen, the title and the notifications with it."""
    strips = seat.app.screen._compositor.render_strips()
    lines = ["".join(segment.text for segment in strip) for strip in strips]
    told = [str(note.message) for note in seat.app._notifications]
    return "\n".join([*lines, seat.app.title, seat.app.sub_title, *told])


async def look_everywhere(seat: Seat, look: Callable[[Seat], str]) -> list[str]:
    """Every output in the queue with queue, numbers and each text open, the help, the palette."""
    seen = []
    for _ in range(len(OUTPUTS)):
        for key in ("t", "o", "r"):
            await seat.press(key)
            seen.append(look(seat))
        await seat.press("escape", "J")
    for keys in (("question_mark",), ("ctrl+p",), ("backslash",)):
        await seat.press(*keys)
        seen.append(look(seat))
        await seat.press("escape")
    assert len({text for text in seen if " left" in text}) > len(OUTPUTS)
    return seen


@pytest.fixture
def canaries(folder: Path, template: Path, tmp_path: Path) -> Path:
    """The same study with candidates whose names are found anywhere."""
    assert folder.is_dir()
    study, files = tmp_path / "canaries", template.parent
    rows = map(json.loads, (files / "outputs.jsonl").read_text("utf-8").splitlines())
    named = [row | {"model_name_or_path": CANARY + row["model_name_or_path"]} for row in rows]
    (tmp_path / "named.jsonl").write_text("".join(json.dumps(row) + "\n" for row in named))
    run_workbench("init", "--study", study, "--repo", files / "repository")
    run_workbench("tickets", "import", files / "tickets.jsonl", "--study", study)
    run_workbench("outputs", "import", tmp_path / "named.jsonl", "--study", study, code=3)
    return study


def test_field_t16_no_screen_and_no_log_names_a_candidate(canaries: Path) -> None:
    """Panes, help, palette, filter, title, notifications, and what the log keeps of it."""

    async def scene(seat: Seat) -> None:
        await seat.press("m")
        for text in await look_everywhere(seat, everything):
            assert CANARY not in text

    read_first_screen(find_study(canaries), REVIEWER, open_names=False)
    play(canaries, scene, SIZE)
    for file in (canaries / ".workbench").glob("*.log*"):
        assert CANARY not in file.read_text("utf-8")


def test_field_t15_what_another_reviewer_did_changes_nothing_on_the_screen(
    folder: Path, tmp_path: Path
) -> None:
    """Bob has labelled everything, with a note: ann reads letter for letter what she would."""
    alone = Path(shutil.copytree(folder, tmp_path / "alone"))
    with open_workbench(find_study(folder)) as bench:
        bob = bench.reviews("bob")
        for line in bench.store.list_outputs():
            if line.delivery is Delivery.PATCH:
                bob.decide(line.output_id, Decision(Label.EDITED, EditClass.REJECTED, note=SAID))
    seen: dict[Path, list[str]] = {}

    async def scene(seat: Seat) -> None:
        seen[seat.folder] = await look_everywhere(seat, words)

    for study in (folder, alone):
        play(study, scene, SIZE)
    assert seen[folder] == seen[alone]
    assert SAID not in "".join(seen[folder])
