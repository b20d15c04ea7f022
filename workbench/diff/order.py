"""The order in which files are read: what explains the change first, what follows from it last.

The rule looks at nothing but a file's path, and at whether it is new; so it is the same for every
candidate of a ticket. What is folded for a start is said to be, stays in every count, and opens by
the key of any fold.
"""

from enum import IntEnum

from workbench.diff.patch import FilePatch, Status
from workbench.text import decode


class Rank(IntEnum):
    """Files are shown in this order; within a rank as git lists them."""

    FIRST = 0
    TESTS = 1
    LOCK = 2
    GENERATED = 3
    STRAY = 4

    @property
    def label(self) -> str:
        return _LABELS[self]

    @property
    def why_folded(self) -> str:
        return _FOLDED.get(self, "")


_LABELS = ("", "test", "lock file", "generated", "left over?")
_FOLDED = {
    Rank.LOCK: "a lock file",
    Rank.GENERATED: "a generated file",
    Rank.STRAY: "a new file that looks left over",
}
# Words and ends of names, and no expressions: they are looked at before the first paint.
_TEST_FOLDERS = {"test", "tests", "spec", "specs", "__tests__", "testing", "testdata"}
_TEST_STEMS = {"test", "tests", "conftest"}
_TEST_ENDS = ("_test", "-test", ".test", ".spec", "-spec")
_LOCK_NAMES = {"package-lock.json", "npm-shrinkwrap.json", "pnpm-lock.yaml", "go.sum"}
_LOCK_ENDS = (".lock", ".lockfile")
_MADE_FOLDERS = {"node_modules", "vendor", "third_party", "__pycache__", "generated", "dist"}
_MADE_ENDS: tuple[str, ...] = (
    ".min.js",
    ".min.css",
    ".js.map",
    ".css.map",
    ".pb.go",
    ".pb.cc",
    ".pb.h",
    ".pyc",
)
_MADE_ENDS += ("_pb2.py", "_pb2.pyi", "_pb2_grpc.py", ".snap")
_LEFT_NAMES = {".ds_store", "thumbs.db"}
_LEFT_ENDS = ("~", ".orig", ".rej", ".bak", ".swp", ".tmp", ".log", ".patch", ".diff")
_LEFT_AT_ROOT = {"reproduce", "repro", "debug", "scratch", "tmp", "temp"}


def rank_of(patch: FilePatch) -> Rank:
    """Where a file belongs, by the first rule that fits."""
    *folders, name = decode(patch.path).lower().split("/")
    stem = name.rpartition(".")[0] or name
    is_left = name in _LEFT_NAMES or name.endswith(_LEFT_ENDS)
    is_left |= not folders and stem.replace("-", "_").partition("_")[0] in _LEFT_AT_ROOT
    if patch.status is Status.ADDED and is_left:
        return Rank.STRAY
    if name in _LOCK_NAMES or name.endswith(_LOCK_ENDS):
        return Rank.LOCK
    if _MADE_FOLDERS.intersection(folders) or name.endswith(_MADE_ENDS) or ".generated." in name:
        return Rank.GENERATED
    is_test = stem in _TEST_STEMS or stem.startswith("test_") or stem.endswith(_TEST_ENDS)
    return Rank.TESTS if is_test or _TEST_FOLDERS.intersection(folders) else Rank.FIRST


_LETTERS = {Status.ADDED: "A", Status.DELETED: "D", Status.RENAMED: "R", Status.COPIED: "C"}
_LETTERS[Status.UNTOUCHED] = "="


def status_letter(patch: FilePatch) -> str:
    """What became of a file, as git has it; `=` where the patch does not touch it."""
    return _LETTERS.get(patch.status, "M")
