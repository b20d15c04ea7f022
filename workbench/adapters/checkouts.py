"""The folder a candidate works in: one commit, and nothing of what came later.

A replayed ticket leaks its own answer through `git log --all` (SWE-bench #465): so there is no
remote, no reflog, no FETCH_HEAD, no tag, no branch, and no object but those of the commit.
"""

import os
from pathlib import Path

from workbench.adapters.box import NOBODY
from workbench.adapters.clones import ATTRIBUTES, fetch_alone
from workbench.adapters.git import Git

_CONFIG = (
    "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = false\n"
    "\tlogAllRefUpdates = false\n[user]\n\tname = candidate\n\temail = candidate@localhost\n"
)


def make_checkout(clone: Path, commit: str, folder: Path) -> None:
    """Lay out `commit` (40 hex digits) of our clone in a new `folder`; raises GitFailed."""
    own = folder / ".git"
    for name in ("objects", "refs", "info"):
        (own / name).mkdir(parents=True)
    (own / "config").write_text(_CONFIG, "ascii")
    (own / "HEAD").write_text("ref: refs/heads/none\n", "ascii")
    (own / "info" / "attributes").write_text(ATTRIBUTES, "ascii")
    fetch_alone(clone, own, commit)
    (own / "HEAD").write_text(f"{commit}\n", "ascii")
    git, where = Git(own), f"--work-tree={folder}"
    git.run(where, "read-tree", commit)
    git.run(where, "checkout-index", "--all", "--force", "--index")


def hand_over(folder: Path) -> None:
    """Give a folder to the user that a sandbox started by root becomes."""
    if os.geteuid() != 0:
        return
    os.chown(folder, NOBODY, NOBODY)
    for here, folders, files in os.walk(folder):
        for name in (*folders, *files):
            os.lchown(os.path.join(here, name), NOBODY, NOBODY)  # noqa: PTH118 - thousands of them
