"""Commands of `workbench`, each in a fork of one process: a long walk spares the start of each.

Run as a program it is that process. It is started once, with the folder, the environment, the
umask and perhaps the tracer of a user; a line of JSON goes in for each command, one comes out.
What a command had to import, every later one finds imported.
"""

import atexit
import gc
import importlib
import json
import os
import subprocess
import sys
import tempfile
import traceback
import warnings
from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import IO, NamedTuple, NoReturn, Self

SERVER = Path(__file__)
PRELOADED = ("workbench.cli.app", "workbench.bootstrap", "workbench.store.store")
GUARDED = ("matplotlib", "mpl_toolkits")  # the program sees to what their first import does
_MOST = 1 << 26  # bytes of what a command says


class Ended(NamedTuple):
    """What a command left: its exit code and what it wrote."""

    code: int
    out: bytes
    err: bytes


class Forks:
    """Starts the process, and hands it commands."""

    def __init__(
        self,
        folder: Path,
        env: Mapping[str, str],
        *,
        umask: int = -1,
        tracer: tuple[str, ...] = (),
    ) -> None:
        """Every command runs in `folder` with this environment; `tracer` is put before."""
        self._server = subprocess.Popen(
            [*tracer, sys.executable, str(SERVER)],
            cwd=folder,
            env=env,
            umask=umask,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def __enter__(self) -> Self:
        """Use it."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the process; what it traced is complete then."""
        self.close()

    def close(self) -> None:
        """The same, where no block ends."""
        self._server.communicate(timeout=60)

    def run(self, *arguments: object, env: Mapping[str, str] | None = None) -> Ended:
        """A command to its end, perhaps with an environment of its own."""
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        asked = [[*map(str, arguments)], env and dict(env)]
        self._server.stdin.write(json.dumps(asked).encode() + b"\n")
        self._server.stdin.flush()
        code, *told = json.loads(self._server.stdout.readline())
        return Ended(code, *(text.encode("utf-8", "surrogateescape") for text in told))


@cache
def shared_forks() -> Forks:
    """One for all tests that this process runs, beside whatever runs in it."""
    forks = Forks(Path.cwd(), os.environ)
    atexit.register(forks.close)
    return forks


def become(
    arguments: list[str],
    out: IO[bytes],
    err: IO[bytes],
    *,
    folder: Path | None = None,
    env: Mapping[str, str] | None = None,
    imported: IO[bytes] | None = None,
) -> NoReturn:
    """What a forked child does: the command and nothing after it, whatever goes wrong.

    None: in the folder, and with the environment, that this process has; `imported` is told what
    this process has not loaded.
    """
    code, known = 70, set(sys.modules)
    gc.freeze()  # what the tests hold is no garbage of the command's
    try:
        from workbench.__main__ import main

        if folder is not None:
            os.chdir(folder)
        if env is not None:
            os.environ.clear()
            os.environ.update(env)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(out.fileno(), 1)
        os.dup2(err.fileno(), 2)
        sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w")  # noqa: SIM115
        sys.argv = ["workbench", *arguments]
        main()
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    except BaseException:  # noqa: BLE001 - it must be seen, and the child must end here
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        if imported is not None:
            names = [name for name in [*sys.modules] if name not in known]
            os.write(imported.fileno(), "\n".join(names).encode())
        os._exit(code)


def run_forked(
    arguments: list[str],
    env: Mapping[str, str] | None = None,
    *,
    folder: Path | None = None,
    umask: int | None = None,
) -> tuple[int, str, str]:
    """A command in a fork of this process; None: with what this process has."""
    with (
        tempfile.TemporaryFile() as out,
        tempfile.TemporaryFile() as err,
        tempfile.TemporaryFile() as imported,
    ):
        with warnings.catch_warnings():  # a server's thread stays behind: the fork asks it
            warnings.simplefilter("ignore", DeprecationWarning)  # nothing but by a socket
            child = os.fork()
        if not child:
            if umask is not None:
                os.umask(umask)
            become(arguments, out, err, folder=folder, env=env, imported=imported)
        _, status = os.waitpid(child, 0)
        told = [
            os.pread(file.fileno(), _MOST, 0).decode("utf-8", "surrogateescape")
            for file in (out, err, imported)
        ]
    _load(told.pop().split())
    return os.waitstatus_to_exitcode(status), told[0], told[1]


def _load(names: Iterable[str]) -> None:
    """Import what a child had to; scripts that it ran by their path are nobody else's."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in names:
            if not name.startswith(GUARDED):
                with suppress(ImportError):
                    importlib.import_module(name)


def serve() -> None:
    """Until no more commands come."""
    _load(PRELOADED)
    for line in sys.stdin:
        sys.stdout.write(json.dumps(run_forked(*json.loads(line))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    serve()
