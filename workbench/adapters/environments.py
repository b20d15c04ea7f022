"""Where the tests' interpreter and libraries come from: a folder that is only ever read.

A virtual environment points at the interpreter it was made from; both are let into the sandbox,
at their own places. What a `setup` command builds is kept by the digest of all that went into it,
so it is built once for each base commit.
"""

import hashlib
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from workbench.adapters.box import NOBODY, Bounds, Box
from workbench.adapters.files import building
from workbench.adapters.sandbox import Cancel, Ended, Runner
from workbench.domain.errors import InputRefused
from workbench.text import display

BUILT = "/env"
SETUP_BOUNDS = Bounds(
    wall_seconds=1800, memory=4 << 30, file_size=2 << 30, disk=1 << 30, processes=256,
    open_files=1024,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Environment:
    """What is let into the sandbox, where the programs are, and a digest of the contents."""

    mounts: Mapping[str, Path] = field(default_factory=dict)
    path: str = "/usr/bin:/bin"
    python: str = "python3"
    digest: str = ""
    name: str = ""

    @property
    def variables(self) -> dict[str, str]:
        """What the command finds in its environment."""
        return {"PATH": self.path}


def own_environment() -> Path:
    """The environment this program runs in: the one there always is."""
    return Path(sys.prefix)


def find_environment(folder: Path) -> Environment:
    """A virtual environment, or any folder with programs in bin; raises InputRefused."""
    shown = display(str(folder))
    if not folder.is_dir():
        raise InputRefused(f"the environment {shown} is not there: make it, or name another one")
    if folder.parent == folder or Path.home().is_relative_to(folder.resolve()):
        raise InputRefused(f"the environment {shown} would show the tests a home folder")
    mounts = {str(path): path for path in _parts(folder) if not path.is_relative_to("/usr")}
    digest = hashlib.sha256()
    for path in sorted(mounts):
        digest.update(path.encode("utf-8", "surrogateescape") + b"\0")
    for line in _list(folder):
        digest.update(line)
    found = next((n for n in ("python", "python3") if (folder / "bin" / n).exists()), "")
    return Environment(
        mounts,
        f"{folder}/bin:/usr/bin:/bin",
        f"{folder}/bin/{found}" if found else "python3",
        digest.hexdigest(),
        str(folder),
    )


def _parts(folder: Path) -> Iterator[Path]:
    """The folder itself, and the installation its interpreter belongs to."""
    yield folder
    python = folder / "bin" / "python"
    real = python.resolve() if python.exists() else None
    if real is not None and not real.is_relative_to(folder.resolve()):
        installation = real.parent.parent
        if Path.home().is_relative_to(installation):
            raise InputRefused(
                f"{display(str(real))}: this interpreter lies in a home folder itself, which "
                "the tests must not see; make the environment with another one"
            )
        yield installation


def _list(folder: Path) -> Iterator[bytes]:
    """Name, size and time of every file; compiled files come and go."""
    for here, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        for name in sorted(files):
            path = os.path.join(here, name)  # noqa: PTH118 - thousands of them
            state = os.lstat(path)
            line = f"{path}\0{state.st_size}\0{state.st_mtime_ns}\n"
            yield line.encode("utf-8", "surrogateescape")


@dataclass(frozen=True, slots=True)
class Setup:
    """The command that builds an environment, run by a shell in the tree of a base commit.

    It starts from `ground`; what it makes is kept below `folder`.
    """

    command: str
    ground: Environment
    folder: Path
    has_network: bool = False


def build_environment(
    runner: Runner, setup: Setup, tree: str, archive: Path, cancel: Cancel | None = None
) -> Environment:
    """What `setup` makes in /env of a tree, built where it is not there yet.

    Files it leaves in /env/tree are laid into every tree before its tests run: what a build
    generates. Raises InputRefused with the end of what the command said.
    """
    ground, folder = setup.ground, setup.folder
    digest = digest_setup(runner, setup, tree)
    target = folder / digest[:32]
    if not target.is_dir():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with building(folder) as part:
            made = part / "env"
            made.mkdir(mode=0o755)
            if os.geteuid() == 0:
                os.chown(made, NOBODY, NOBODY)
            box = _setup_box(setup, archive, made)
            _check_setup(runner.run(box, cancel))
            made.rename(target)
    python = "python" if os.path.lexists(target / "bin" / "python") else ""
    return Environment(
        {**ground.mounts, BUILT: target},
        f"{BUILT}/bin:{ground.path}",
        f"{BUILT}/bin/{python}" if python else ground.python,
        digest,
        f"{setup.command} on {tree[:12]}",
    )


def digest_setup(runner: Runner, setup: Setup, tree: str) -> str:
    """What an environment is known by before it is built."""
    parts = (setup.command, str(setup.has_network), tree, setup.ground.digest, runner.name)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _setup_box(setup: Setup, archive: Path, made: Path) -> Box:
    return Box(
        ("/bin/sh", "-c", setup.command),
        tree=archive,
        read_only=setup.ground.mounts,
        writable={BUILT: made},
        variables={**setup.ground.variables, "PIP_DISABLE_PIP_VERSION_CHECK": "1"},
        bounds=SETUP_BOUNDS,
        has_network=setup.has_network,
    )


def _check_setup(done: Ended) -> None:
    if done.stop is not None or done.returncode:
        why = done.stop or f"exit code {done.returncode}"
        said = display(done.output.strip().split("\n")[-1])[:300]
        raise InputRefused(f"setup failed ({why}){': ' if said else ''}{said}")
