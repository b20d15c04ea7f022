"""The project's formatter, in the sandbox: both sides of an edit are measured as it writes them.

It reads one text at a time and writes it to its standard output. Around it lies the tree of the
base commit, whose settings are the team's own: what a model says about style counts for nothing.
"""

import base64
import binascii
import os
import shlex
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from workbench.adapters.box import Bounds, Box
from workbench.adapters.environments import Environment
from workbench.adapters.files import building
from workbench.adapters.frozen import write_archive
from workbench.adapters.sandbox import Runner
from workbench.domain.errors import InputRefused

PLACE = "{path}"
LIMIT = 8 << 20  # bytes, all texts together
_IN, _OUT = "/wb/in", "/tmp/out"  # noqa: S108 - inside the box
# Node reserves far more address space than it uses; what all of it uses is watched.
_BOUNDS = Bounds(wall_seconds=30, memory=1 << 30, output=6 * LIMIT, address_space=0, processors=2)


@dataclass(frozen=True, slots=True)
class Means:
    """What a formatter is run by and in. `runner` raises NoSandbox where there is none."""

    runner: Runner
    environment: Environment


@dataclass(frozen=True, slots=True)
class BoxedFormatter:
    """A command line, `{path}` in it standing for the path of the file in its project."""

    name: str
    find_clone: Callable[[str], Path]
    find_means: Callable[[], Means]
    bounds: Bounds = _BOUNDS

    def format(
        self, repo: str, base_commit: str, texts: Sequence[tuple[bytes, bytes]]
    ) -> list[bytes | None]:
        """Each text (path, content) as it is written, None where it is refused. For a worker.

        Raises InputRefused or NoSandbox where it cannot be run, or did not end by itself.
        """
        if sum(len(data) for _, data in texts) > LIMIT:
            raise InputRefused(f"more than {LIMIT >> 20} MB of text")
        try:
            words = shlex.split(self.name)
        except ValueError as error:
            raise InputRefused(f"formatter: {error}") from error
        means = self.find_means()
        with building(Path(tempfile.gettempdir())) as folder:
            write_archive(self.find_clone(repo), base_commit, folder / "tree.tar")
            lay_out(folder / "in", words, texts)
            box = Box(
                ["/bin/sh", f"{_IN}/script"],
                tree=folder / "tree.tar",
                read_only={**means.environment.mounts, _IN: folder / "in"},
                variables=means.environment.variables,
                bounds=self.bounds,
            )
            ended = means.runner.run(box)
        if ended.stop is not None or ended.output_size > self.bounds.output:
            raise InputRefused(f"formatter: {ended.stop or 'it writes without an end'}")
        return read_out(ended.output, len(texts))


def lay_out(folder: Path, words: Sequence[str], texts: Sequence[tuple[bytes, bytes]]) -> None:
    """The texts by number, and the script that formats one after the other.

    Paths come from a patch: they are quoted, and never begin with a dash.
    """
    folder.mkdir()
    lines = []
    for nth, (path, data) in enumerate(texts):
        (folder / str(nth)).write_bytes(data)
        named = "./" + os.fsdecode(path)
        command = shlex.join(word.replace(PLACE, named) for word in words)
        lines.append(
            f"{command} <{_IN}/{nth} >{_OUT} 2>/dev/null && "
            f"{{ echo; printf '%s ' {nth}; base64 -w 0 {_OUT}; echo; }}\n"
        )
    (folder / "script").write_bytes(os.fsencode("".join(lines)))
    for place in (folder, *folder.iterdir()):  # an ordinary user reads them inside
        place.chmod(0o755 if place.is_dir() else 0o644)


def read_out(output: str, count: int) -> list[bytes | None]:
    """What was printed, by number; anything else in between is the formatter's own talk."""
    found: list[bytes | None] = [None] * count
    for line in output.split("\n"):
        nth, _, text = line.partition(" ")
        if nth.isascii() and nth.isdecimal() and int(nth) < count:
            try:
                found[int(nth)] = base64.b64decode(text, validate=True)
            except binascii.Error:
                found[int(nth)] = None
    return found
