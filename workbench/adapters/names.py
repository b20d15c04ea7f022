"""Which paths a patch may touch, and which only with a badge.

One list of rules for names that stand in a patch's headers and for names in the tree that came
of it, so that quoting, case or a file system's habits cannot make two answers of one question.
"""

import re

from workbench.text import decode, display, net

_MAX_COMPONENT = 255
_MAX_PATH = 1024
_GIT_ALIASES = re.compile(rb"(?:\.git|git~1)[ .]*(?::.*)?", re.IGNORECASE | re.DOTALL)
_MODULES_ALIASES = re.compile(
    rb"(?:\.gitmodules|gitmod~[1-4]|gi7eba~[1-9])[ .]*(?::.*)?", re.IGNORECASE | re.DOTALL
)
_WINDOWS = re.compile(rb"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.IGNORECASE)
_TEST_FILE = re.compile(rb"test_.*\.py|.*_test\.py", re.DOTALL)
_TEST_CONFIG = frozenset(
    (b"conftest.py", b"pytest.ini", b".pytest.ini", b"setup.cfg", b"tox.ini", b"pyproject.toml")
)
_AUTORUN = frozenset((b"sitecustomize.py", b"usercustomize.py", b".envrc"))
_AUTORUN_FOLDERS = frozenset((b".githooks", b".vscode"))
_TEST_FOLDERS = frozenset((b"test", b"tests"))
_CI_FOLDERS = frozenset((b".github", b".circleci", b".ci", b".buildkite"))
_CI_FILES = frozenset(
    (
        *(b".gitlab-ci.yml", b".travis.yml", b"Jenkinsfile", b".pre-commit-config.yaml"),
        *(b"azure-pipelines.yml", b"bitbucket-pipelines.yml", b"appveyor.yml", b".cirrus.yml"),
    )
)


def shown(path: bytes) -> str:
    """A path as a reviewer may read it; the middle of a very long one is left out."""
    text = display(decode(path))
    return text if len(text) <= 120 else f"{text[:60]}…{text[-59:]}"


def broken_rule(path: bytes) -> str:
    """Why no patch may touch `path`, with its name; "" where it may."""
    return next((f"{shown(path)}: {rule}" for rule in _rules(path)), "")


def badges(path: bytes) -> list[str]:
    """What a reviewer is told about a path that may be touched."""
    *folders, name = path.split(b"/")
    found = []
    if name in _TEST_CONFIG:
        found.append("test config touched")
    if _TEST_FILE.fullmatch(name) or _TEST_FOLDERS.intersection(folders):
        found.append("tests touched")
    if name in _AUTORUN or name.endswith(b".pth") or _AUTORUN_FOLDERS.intersection(folders):
        found.append(f"runs by itself: {shown(path)}")
    if name in _CI_FILES or _CI_FOLDERS.intersection(folders[:1]):
        found.append(f"CI touched: {shown(path)}")
    if name == b".gitattributes":
        found.append(".gitattributes touched")
    if b":" in path or any(_WINDOWS.match(part) for part in (*folders, name)):
        found.append("name reserved on Windows")
    if not _is_utf8(path):
        found.append("name is not UTF-8")
    return found


def _rules(path: bytes) -> list[str]:
    """The broken rules, the most telling first."""
    parts = path.split(b"/")
    checks = (
        (path.startswith(b"/"), "an absolute path is outside the repository"),
        (b".." in parts, "the path leaves the repository"),
        (b"" in parts or b"." in parts, "the path has an empty part"),
        (any(_GIT_ALIASES.fullmatch(p) for p in parts), "no patch may touch a .git folder"),
        (any(_MODULES_ALIASES.fullmatch(p) for p in parts), "no patch may touch .gitmodules"),
        (b"\\" in path, "there is a backslash in the name"),
        (_has_invisible(path), "there is a control or invisible character in the name"),
        (
            len(path) > _MAX_PATH or any(len(p) > _MAX_COMPONENT for p in parts),
            "the name is too long",
        ),
    )
    return [rule for is_broken, rule in checks if is_broken]


def _has_invisible(path: bytes) -> bool:
    if path.isascii():
        return not path.decode().isprintable()
    return net(path.decode("utf-8", "replace").replace("\ufffd", "?"))[1] > 0


def _is_utf8(path: bytes) -> bool:
    try:
        path.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
