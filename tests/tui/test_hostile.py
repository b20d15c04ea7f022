"""What a reviewer sees of each hostile patch: the rule that refused it, or the badge it carries."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from hostile.build import big, build, manifest, victim
from workbench.bootstrap import open_workbench
from workbench.domain.blind import ReviewItem
from workbench.domain.delivery import Rung
from workbench.study import find_study
from workbench.text import clip, decode, display, net
from workbench.tui.widgets.diff_chrome import fit_badges

from .kit import NOW, REVIEWER, Seat, play, run_workbench

Record = Callable[[str, object], None]
WANTED = {item["id"]: item["want"] for item in manifest() if item["kind"] == "patch"}
WIDE = (200, 60)
# What is refused by its tree: the badge names the rule, the patch stands below as it came.
REFUSED = {
    "p08_git_hooks": "refused: no patch may touch a .git folder",
    "p15_bare_repo": "refused: a git repository inside the tree",
    "p17_copy_from_outside": "refused: the path leaves the repository",
    "p22_symlink_abs": "refused: a symbolic link is added or changed",
    "p24_typechange": "refused: a symbolic link is added or changed",
    "p30_gitlink": "refused: a submodule is added or changed",
    "p31_gitmodules": "refused: no patch may touch .gitmodules",
    "p41_mode_setuid": "refused: file mode 104755 is not one git stores",
    "p49_newline_name": "refused: there is a control or invisible character in the name",
    "p62_prose": "refused: there is no git diff in it",
    "p67_utf16": "refused: the patch is UTF-16 text",
    "bomb_1GiB": "refused: binary data unpacks to more than 10 MB",
    "files_20000": "refused: the patch touches more than 5,000 files",
}
# What is taken, and told: in a badge, in a note, or in place of the character that deceives.
TOLD = {
    "p32_gitattributes": (".gitattributes touched",),
    "p33_git_exec_files": ("runs by itself: .githooks/pre-commit +2", "new executable"),
    "p40_mode_exec": ("mode changed", "Mode 100644 → 100755, now executable"),
    "p43_binary": ("binary", "Binary: holds NUL bytes"),
    "p46_no_newline": ("No newline at the end of the new file",),
    "p47_nonutf8_name": ("name is not UTF-8", "caf\\xe9.txt"),
    "p50_dash_name": ("--output=pwn",),
    "p52_case_clash": ("names differ only in case or normalisation",),
    "p54_windows_names": ("name reserved on Windows",),
    "p60_nul": ("Binary: holds NUL bytes",),
    "p63_fake_headers": ("diff --git a/x b/x",),
    "p66_crlf_body": ("Line endings: CRLF", "echo␍"),
    "p70_conftest": ("test config touched",),
    "p72_sitecustomize": ("runs by itself: sitecustomize.py",),
    "p73_delete_tests": ("tests touched",),
    "p75_forged_output": ("test config touched",),
    "p80_trojan_source": ("bidi 4", "user<U+202E> <U+2066># check"),
    "p81_homoglyph": ("mixed-script 1",),
    "p82_invisible": ("invisible 5", "a<U+200B>b"),
    "p83_tags": ("invisible 19", "hello<U+E0069>"),
    "p84_esc_body": ("␛[2J␛[H␛]0;PWN␇",),
    "p85_c1_body": ("<U+009B>2J",),
    "p86_cr_body": ("safe = True␍import os",),
    "p87_markup_body": ("[/] [link=http://evil.example]ok[/link] [@click=app.quit]Approve[/]",),
    "p88_zalgo": ("+1996",),
    "p89_conflict_marks": ("conflict markers",),
    "ci": ("CI touched: .github/workflows/release.yml",),
}
CI = (
    b"diff --git a/.github/workflows/release.yml b/.github/workflows/release.yml\n"
    b"new file mode 100644\n--- /dev/null\n+++ b/.github/workflows/release.yml\n"
    b"@@ -0,0 +1 @@\n+on: push\n"
)


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study of the 74, two bombs and a change of CI, each under a ticket of its name."""
    folder = tmp_path_factory.mktemp("attacked")
    build(folder)
    big(folder / "patches", "bomb_1GiB", "files_20000")
    (folder / "patches" / "ci.patch").write_bytes(CI)
    names = [*WANTED, "bomb_1GiB", "files_20000", "ci"]
    patches = {name: (folder / "patches" / f"{name}.patch").read_bytes() for name in names}
    rows = (
        [{"id": name, "title": name, "body": "-"} for name in names],
        [
            {
                "instance_id": name,
                "model_name_or_path": "m",
                "model_patch": patch.decode("utf-8", "surrogateescape"),
            }
            for name, patch in patches.items()
        ],
    )
    for name, lines in zip(("tickets", "outputs"), rows, strict=True):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in lines))
    study = ("--study", folder / "study")
    run_workbench("init", "--repo", victim(folder), *study)
    run_workbench("tickets", "import", folder / "tickets.jsonl", *study)
    run_workbench("outputs", "import", folder / "outputs.jsonl", *study, code=3)
    with open_workbench(find_study(folder / "study")) as bench:
        bench.store.ensure_reviewer(REVIEWER, NOW)
    return folder / "study"


@dataclass(frozen=True, slots=True)
class Shown:
    """What stood on the screen of one output: its top in two layouts, the first line at its end."""

    item: ReviewItem
    text: str
    last_header: str


async def look(seat: Seat, ticket: str, output_id: str) -> Shown:
    """Bring an output in front, in a layout and in the next one, and go to its end."""
    seat.screen.go_to(output_id)
    await seat.on(ticket)
    text = seat.diff_text()
    seat.diff.cycle_layout()
    text += "\n" + seat.diff_text()
    seat.diff.end()
    assert seat.screen.item is not None
    return Shown(seat.screen.item, text, seat.diff_text().split("\n")[0])


@pytest.fixture(scope="module")
def seen(attacked: Path) -> dict[str, Shown]:
    """Everything by ticket, in one session that survives all of it; its net caught nothing."""
    with open_workbench(find_study(attacked)) as bench:
        ids = {line.ticket_id: line.output_id for line in bench.store.list_outputs()}
    found: dict[str, Shown] = {}

    async def scene(seat: Seat) -> None:
        for ticket, output_id in ids.items():
            found[ticket] = await look(seat, ticket, output_id)

    play(attacked, scene, WIDE)
    return found


def test_g1_every_patch_is_shown_and_no_control_reaches_a_cell(
    seen: dict[str, Shown], record_property: Record
) -> None:
    """All 74, two bombs and a change of CI."""
    record_property("cases", len(seen))
    assert seen.keys() >= WANTED.keys()
    for ticket, shown in seen.items():
        plain = shown.text.replace("\n", "")
        assert net(plain) == (plain, 0), ticket
        assert shown.item.rung.has_tree is (WANTED.get(ticket) in {"ESCAPE", "HARMLESS"}) or (
            ticket == "ci"
        )


@pytest.mark.parametrize("ticket", [name for name, want in WANTED.items() if want == "REFUSE"])
def test_g1_what_has_no_tree_is_shown_raw_with_the_reason(
    seen: dict[str, Shown], ticket: str
) -> None:
    """The bytes as they came, the reason above them; nothing delivered says so."""
    shown, item = seen[ticket], seen[ticket].item
    if item.rung is Rung.EMPTY:
        assert "nothing was said" in shown.text
        return
    assert "patch as delivered" in shown.text
    assert f"{item.rung}: {item.detail}"[:100] in shown.text
    assert display(decode(item.patch.split(b"\n")[0]))[:80].rstrip() in shown.text


@pytest.mark.parametrize("ticket", REFUSED)
def test_g6_what_a_tree_may_not_hold_has_a_badge_with_its_rule(
    seen: dict[str, Shown], ticket: str
) -> None:
    """It stays on the first line however far down a reader is."""
    assert REFUSED[ticket] in seen[ticket].text.split("\n")[0]
    assert REFUSED[ticket] in seen[ticket].last_header


@pytest.mark.parametrize("ticket", TOLD)
def test_g1_what_is_taken_is_told(seen: dict[str, Shown], ticket: str) -> None:
    """Badges, notes and visible characters; the patch itself has a tree."""
    assert seen[ticket].item.rung.has_tree
    assert [words for words in TOLD[ticket] if words not in seen[ticket].text] == []


@pytest.mark.parametrize(("room", "shown"), [(100, 3), (80, 2), (40, 2), (21, 1), (3, 0)])
def test_g1_badges_that_find_no_room_are_counted(room: int, shown: int) -> None:
    """A long one is cut, the last ones give way, and none is gone without a trace."""
    said = ("tests touched", "binary", "runs by itself: " + "d/" * 200 + ".envrc")
    made = fit_badges(said, room)
    more = [] if shown == len(said) else [f" +{len(said) - shown} "]
    assert made[: len(made) - len(more)] == [f" {clip(text, 64)} " for text in said[:shown]]
    assert made[len(made) - len(more) :] == more
    assert max(map(len, made)) <= 66


def test_g1_a_refused_patch_is_labelled_by_a_key(
    attacked: Path, seen: dict[str, Shown], tmp_path: Path
) -> None:
    """It is rejected like any other output; the label is on disk."""
    study = Path(shutil.copytree(attacked, tmp_path / "study", symlinks=True))
    refused = seen["p17_copy_from_outside"].item

    async def scene(seat: Seat) -> None:
        seat.screen.go_to(refused.output_id)
        await seat.on(refused.ticket.ticket_id)
        await seat.press("e", "3")
        await seat.until(lambda: refused.ticket.ticket_id in seat.labels(), "the label is saved")

    play(study, scene, WIDE)
