"""What a sandboxed process may see and use, as arguments of bubblewrap.

Read access is a list of what is let in, never of what is kept out. All that can be written is
memory of a fixed size that goes when the last process does, and the one file or folder handed in;
so nothing hostile is ever left on a disk, and a tree is laid into the box from an archive.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

HOME = "/box"
NOBODY = 65534
_SYSTEM = ("bin", "sbin", "lib", "lib32", "lib64")
_ETC = ("/etc/alternatives", "/etc/ld.so.cache")
_ETC_NETWORK = ("/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf", "/etc/ssl", "/etc/pki")
_TREE = "/wb/tree.tar"
_SCRATCH = 64 << 20  # /tmp and /dev/shm, each
STARTED = b"started\n"  # the first thing a box prints, before anything of the tree is there
_START = (  # says so, lays the tree, then what setup made for it, then takes the limits
    "echo started; if [ -e /wb/tree.tar ]; then tar -xf /wb/tree.tar -C /box || exit 125; fi; "
    "if [ -d /env/tree ]; then cp -a /env/tree/. /box || exit 125; fi; "
    'exec "$@"'
)


@dataclass(frozen=True, slots=True)
class Bounds:
    """Bytes, counts and seconds. `memory` is each process's address space, and their sum in use.

    `disk` is what the box holds beside the tree; `output` how much of the end of it is read. An
    `address_space` of its own is for programs that reserve far more than they use; 0: no limit.
    """

    wall_seconds: float = 6.0
    memory: int = 512 << 20
    file_size: int = 64 << 20
    disk: int = 64 << 20
    processes: int = 64
    open_files: int = 256
    output: int = 64 << 10
    address_space: int | None = None
    processors: int = 1


@dataclass(frozen=True, slots=True)
class Box:
    """One command with its surroundings.

    `tree` is a tar archive laid into /box before the command starts, `read_only` and `writable`
    map a path inside to one outside. Only `variables` and PATH reach the command; `stdin` is a few
    bytes that it can read. `arguments` is a descriptor with more of bubblewrap's arguments: what
    stands in a command line can be read by everybody.
    """

    command: Sequence[str]
    tree: Path | None = None
    read_only: Mapping[str, Path] = field(default_factory=dict)
    writable: Mapping[str, Path] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)
    bounds: Bounds = field(default_factory=Bounds)
    has_network: bool = False
    stdin: bytes = b""
    arguments: int | None = None


def make_command(bwrap: Path, box: Box, *, is_root: bool) -> list[str]:
    """The whole command line.

    Root starts an outer box that shows the same files at the same places, becomes an ordinary
    user in it, and only then starts the box proper: limits do not bind root, and an ordinary user
    could not walk to a file below a private folder.
    """
    inner = [
        str(bwrap),
        *_inner(box, is_root=is_root),
        "--",
        "/bin/sh",
        "-c",
        _START,
        "sh",
        *_limited(box),
    ]
    if not is_root:
        return inner
    who = ("--reuid", str(NOBODY), "--regid", str(NOBODY), "--clear-groups")
    return [str(bwrap), *_outer(box), "--", "/usr/bin/setpriv", *who, "--", *inner]


def _inner(box: Box, *, is_root: bool) -> Iterator[str]:
    yield from ("--unshare-all", *(("--share-net",) if box.has_network else ()))
    yield from ("--unshare-user", "--disable-userns", "--die-with-parent", "--new-session")
    yield from ("--cap-drop", "ALL", "--clearenv")
    for name, value in _environment(box).items():
        yield from ("--setenv", name, value)
    yield from () if box.arguments is None else ("--args", str(box.arguments))
    yield from _folders(box)
    yield from _system(box)
    yield from ("--proc", "/proc", "--dev", "/dev")
    yield from ("--size", str(_SCRATCH), "--tmpfs", "/dev/shm", "--remount-ro", "/dev")  # noqa: S108 - inside
    yield from ("--size", str(_SCRATCH), "--tmpfs", "/tmp")  # noqa: S108 - inside
    yield from ("--size", str(_box_size(box)), "--tmpfs", HOME)
    yield from _binds(box, is_nested=is_root)
    yield from ("--remount-ro", "/", "--chdir", HOME, "--hostname", "sandbox")


def _outer(box: Box) -> Iterator[str]:
    yield from ("--unshare-pid", "--unshare-ipc", "--die-with-parent", "--clearenv")
    yield from ("--setenv", "PATH", "/usr/bin:/bin")
    yield from _folders(box)
    yield from _system(box)
    yield from ("--dev-bind", "/proc", "/proc", "--dev", "/dev", "--dir", "/tmp")  # noqa: S108 - inside
    yield from _binds(box, is_nested=False)
    yield from ("--remount-ro", "/")


def _environment(box: Box) -> dict[str, str]:
    return {
        "PATH": "/usr/bin:/bin",
        "HOME": HOME,
        "LANG": "C.UTF-8",
        "TMPDIR": "/tmp",  # noqa: S108 - inside the box, in memory
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONNOUSERSITE": "1",
        "GIT_CONFIG_NOSYSTEM": "1",
        **box.variables,
    }


def _system(box: Box) -> Iterator[str]:
    yield from ("--ro-bind", "/usr", "/usr")
    for name in _SYSTEM:
        path = Path("/") / name
        if path.is_symlink():
            yield from ("--symlink", str(path.readlink()), str(path))
        elif path.is_dir():
            yield from ("--ro-bind", str(path), str(path))
    for name in (*_ETC, *(_ETC_NETWORK if box.has_network else ())):
        yield from ("--ro-bind-try", name, name)


def _binds(box: Box, *, is_nested: bool) -> Iterator[str]:
    """Inside the outer box everything stands already where the inner one wants it."""
    for flag, places in (("--ro-bind", _read_only(box)), ("--bind", box.writable)):
        for inside, outside in places.items():
            yield from (flag, inside if is_nested else str(outside), inside)


def _read_only(box: Box) -> dict[str, Path]:
    return {**box.read_only, **({_TREE: box.tree} if box.tree else {})}


def _folders(box: Box) -> Iterator[str]:
    """Every folder above a bind: bubblewrap would make them for its own user alone."""
    above = {Path("/etc")}
    for inside in (*_read_only(box), *box.writable):
        above.update(Path(inside).parents)
    for folder in sorted(above - {Path("/")}):
        if not folder.is_relative_to("/usr"):
            yield from ("--dir", str(folder))


def _box_size(box: Box) -> int:
    return box.bounds.disk + 4 * (box.tree.stat().st_size if box.tree else 0)  # pages are 4 KB


def _limited(box: Box) -> list[str]:
    """The command under limits; they are set inside, where the processes are counted apart.

    The clock inside is the second one: it ends a box whose caller was killed while it started.
    """
    clock = ("/usr/bin/timeout", "--signal=KILL", f"{box.bounds.wall_seconds + 5:g}")
    return [*clock, *limit(box.bounds), *box.command]


def limit(bounds: Bounds, n_running: int = 0) -> list[str]:
    """What starts a command under limits, where its user has so many processes already."""
    cpu = int(bounds.wall_seconds * bounds.processors) + 1
    space = bounds.memory if bounds.address_space is None else bounds.address_space
    limits = {
        "cpu": f"{cpu}:{cpu + 1}",
        "as": space or "unlimited",
        "fsize": bounds.file_size,
        "nproc": n_running + bounds.processes,
        "nofile": bounds.open_files,
        "core": 0,
    }
    flags = [f"--{name}={value}" for name, value in limits.items()]
    return ["/usr/bin/prlimit", *flags, "--"]
