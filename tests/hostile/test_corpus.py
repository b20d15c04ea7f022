"""The corpus is whole, comes out the same on every machine, and stays in its folder."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

Snapshot = dict[str, tuple[int, str]]
WANTED = {
    "patch": {"REFUSE": 42, "ESCAPE": 22, "HARMLESS": 10},
    "text": {"REFUSE": 1, "ESCAPE": 24, "HARMLESS": 5},
}


def test_the_manifest_holds_every_patch_and_text(build: ModuleType) -> None:
    """74 patches and 30 texts, each with its hazard and what must become of it."""
    items = build.manifest()
    for kind, wants in WANTED.items():
        assert Counter(item["want"] for item in items if item["kind"] == kind) == wants
    assert len({item["id"] for item in items}) == len(items) == 104
    assert all(item["hazard"] and len(item["sha256"]) == 64 for item in items)


def test_the_files_are_those_of_the_manifest(
    build: ModuleType, snapshot: Callable[[Path], Snapshot], tmp_path: Path
) -> None:
    """Every file under its name with its hash, nothing else, and nothing beside the folder."""
    items = build.build(tmp_path / "corpus")
    files = {name: digest for name, (_, digest) in snapshot(tmp_path).items() if "." in name}
    assert files == {str(tmp_path / "corpus" / item["file"]): item["sha256"] for item in items}


def test_a_changed_item_is_noticed(
    build: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A corpus that lost its poison would prove nothing."""
    texts = build._texts()
    monkeypatch.setattr(build, "_texts", lambda: {**texts, "t05_clear": "AB\n"})
    with pytest.raises(ValueError, match="t05_clear differs from the manifest"):
        build.build(tmp_path / "changed")
    monkeypatch.setattr(build, "_texts", lambda: dict(list(texts.items())[1:]))
    with pytest.raises(ValueError, match="hold different items"):
        build.build(tmp_path / "fewer")


SNAPPING = {
    "r_fsmonitor": ("status",),
    "r_include": ("status",),
    "r_worktreecfg": ("status",),
    "r_hooks": ("commit", "-qam", "x"),
    "r_hookspath": ("commit", "-qam", "x"),
    "r_gpg": ("commit", "-qam", "x"),
    "r_extdiff": ("diff",),
    "r_driver": ("diff",),
    "r_textconv": ("diff",),
    "r_filter": ("add", "."),
    "r_process_filter": ("add", "."),
    "r_alias": ("st",),
}


def test_the_traps_would_snap(build: ModuleType, tmp_path: Path) -> None:
    """Plain git runs what they name; so where the mark is missing, nothing ran."""
    build.repos(tmp_path)
    mark = tmp_path / "PWNED"
    for name, command in SNAPPING.items():
        build.git(tmp_path / name, *command)
        assert mark.exists(), name
        mark.unlink()


def test_the_big_ones_are_small_to_send(big: Path) -> None:
    """Four, of the size that makes them what they are."""
    sizes = {file.stem: file.stat().st_size >> 20 for file in big.iterdir()}
    assert sizes == {"bomb_1GiB": 1, "huge_60MB": 57, "files_20000": 2, "line_10MB": 9}
