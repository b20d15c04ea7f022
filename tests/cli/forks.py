"""Commands of `workbench`, each in a fork of one process: a long walk spares the start of each.

Run as a program it is that process. It is started once, with the folder, the environment, the
umask and perhaps the tracer of a user; a line of JSON goes in for each command, one comes out.
"""

import json
import os
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import IO, NamedTuple, NoReturn, Self

SERVER = Path(__file__)
PRELOADED = ("workbench.cli.app", "workbench.bootstrap", "workbench.store.store")


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
        self._server.communicate(timeout=60)

    def run(self, *arguments: object) -> Ended:
        """A command to its end."""
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        self._server.stdin.write(json.dumps([*map(str, arguments)]).encode() + b"\n")
        self._server.stdin.flush()
        code, *told = json.loads(self._server.stdout.readline())
        return Ended(code, *(text.encode("utf-8", "surrogateescape") for text in told))


def become(
    arguments: list[str],
    out: IO[bytes],
    err: IO[bytes],
    *,
    folder: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> NoReturn:
    """What a forked child does: the command and nothing after it, whatever goes wrong.

    None: in the folder, and with the environment, that this process has.
    """
    code = 70
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
        os._exit(code)


def run_forked(arguments: list[str], env: Mapping[str, str] | None = None) -> tuple[int, str, str]:
    """A command in a fork of this process, with this environment where one is given."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        child = os.fork()
        if not child:
            become(arguments, out, err, env=env)
        _, status = os.waitpid(child, 0)
        told = [
            os.pread(file.fileno(), 1 << 26, 0).decode("utf-8", "surrogateescape")
            for file in (out, err)
        ]
    return os.waitstatus_to_exitcode(status), told[0], told[1]


def serve() -> None:
    """Until no more commands come."""
    for name in PRELOADED:
        __import__(name)
    for line in sys.stdin:
        sys.stdout.write(json.dumps(run_forked(json.loads(line))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    serve()
