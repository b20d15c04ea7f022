"""What code in the sandbox can reach: nothing of the machine, and not more than its share.

Every attack is bounded in processes, memory and time, and runs as an ordinary user: where the
tests are started as root, the sandbox itself has stepped down before the attack begins.
"""

import http.server
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from workbench.adapters.box import Bounds, Box
from workbench.adapters.sandbox import Ended, Sandbox, Stop
from workbench.domain.errors import NoSandbox

SHORT = Bounds(wall_seconds=3.0)
MIB = 1 << 20


def run(sandbox: Sandbox, script: str, bounds: Bounds = SHORT) -> Ended:
    return sandbox.run(Box(("/bin/bash", "-c", script), bounds=bounds))


def run_python(sandbox: Sandbox, code: str, bounds: Bounds = SHORT) -> Ended:
    return sandbox.run(Box(("/usr/bin/env", "python3", "-c", code), bounds=bounds))


@pytest.fixture
def server() -> Iterator[tuple[int, list[str]]]:
    """A listener on the host: its port, and what came in."""
    hits: list[str] = []

    class Hit(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            hits.append(self.path)

        def log_message(self, *_: object) -> None:
            pass

    listener = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hit)
    thread = threading.Thread(target=listener.serve_forever, args=(0.05,))
    thread.start()
    yield listener.server_port, hits
    listener.shutdown()
    thread.join()
    listener.server_close()


def is_alive(marker: str, whole: str = "") -> bool:
    """Whether any process has the marker as an argument, or is called by this whole line."""
    for entry in Path("/proc").iterdir():
        try:
            line = (entry / "cmdline").read_bytes() if entry.name.isdecimal() else b""
            if marker.encode() in line and line.startswith(whole.encode()):
                return True
        except OSError:
            continue
    return False


def ends_within(marker: str, seconds: float) -> bool:
    """Wait until no process has the marker."""
    until = time.monotonic() + seconds
    while is_alive(marker):
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def test_s1_sockets_reach_nothing(sandbox: Sandbox, server: tuple[int, list[str]]) -> None:
    """A listener on this machine is not there inside, by shell or by library."""
    port, hits = server
    shell = (
        f"exec 3<>/dev/tcp/127.0.0.1/{port} && printf 'GET /x HTTP/1.0\\r\\n\\r\\n' >&3 && echo IN"
    )
    assert "IN" not in run(sandbox, shell).output.split()
    code = f"import socket; socket.create_connection(('127.0.0.1', {port}), 1); print('IN')"
    assert "IN" not in run_python(sandbox, code).output.split()
    abstract = "import socket; print(open('/proc/net/unix').read().count('@'))"
    assert run_python(sandbox, abstract).output.strip() == "0"
    assert hits == []


def test_s2_nothing_of_the_host_can_be_written_or_read(sandbox: Sandbox) -> None:
    """Only the box changes; homes, password files and devices are not there."""
    done = run(
        sandbox,
        "touch /usr/x /etc/x /x /dev/x /proc/x; touch ok; cat /etc/shadow /etc/passwd;"
        "ls -A /root /home /work /var 2>&1; ls; mount | grep -c '^/dev/' | sed s/^/mounts=/;"
        "for d in / /usr /etc /dev; do test -w $d && echo WRITABLE $d; done; true",
    )
    assert "root:" not in done.output
    assert "WRITABLE" not in done.output
    assert done.output.count("Read-only file system") >= 4
    assert "\nok\n" in done.output
    assert not Path("/usr/x").exists()


def test_s3_secrets_of_the_caller_are_nowhere(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither environment nor command line of any process holds what the caller has."""
    monkeypatch.setenv("WB_SECRET", "CANARY-7f3a")
    script = (
        "env; cat /proc/*/environ /proc/*/cmdline 2>/dev/null | tr '\\0' '\\n' | grep -c 'CANAR[Y]'"
    )
    done = run(sandbox, script)
    assert done.output.strip().endswith("\n0")
    assert "WB_" not in done.output
    names = {line.partition("=")[0] for line in done.output.split("\n")[:-2]}
    assert names <= {
        *("PATH", "HOME", "LANG", "TMPDIR", "PYTHONDONTWRITEBYTECODE", "PYTHONNOUSERSITE"),
        *("GIT_CONFIG_NOSYSTEM", "PWD", "SHLVL", "_", "OLDPWD"),
    }


def test_s4_nobody_outside_can_be_killed_traced_or_mounted_over(sandbox: Sandbox) -> None:
    """The processes of the host do not exist inside, and no right is left to mount or trace."""
    bystander = subprocess.Popen(["/bin/sleep", "60"], start_new_session=True)
    try:
        done = run(
            sandbox,
            f"kill -9 {bystander.pid} && echo KILLED; mount -t tmpfs x /box && echo MOUNTED;"
            "grep CapEff /proc/self/status; grep NoNewPrivs /proc/self/status; dmesg && echo LOG;"
            f"test -e /proc/{bystander.pid}/exe && echo SEEN; kill -9 -1; true",
        )
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()
    for word in ("KILLED", "MOUNTED", "SEEN"):
        assert word not in done.output.split()
    assert "CapEff:\t0000000000000000" in done.output
    assert "NoNewPrivs:\t1" in done.output


def test_s5_no_further_user_namespace(sandbox: Sandbox) -> None:
    """Half of all kernel holes need one; it is refused, and nobody is root inside."""
    done = run(sandbox, "unshare -Ur id && echo NESTED; id -u")
    assert "NESTED" not in done.output
    assert "No space left on device" in done.output
    assert done.output.strip().split("\n")[-1] != "0"


@pytest.mark.parametrize("ending", ["exit", "timeout"])
def test_s6_what_it_left_running_is_gone(sandbox: Sandbox, ending: str) -> None:
    """A daemon in a session of its own ends with the box, whichever way the box ended."""
    rest = "" if ending == "exit" else "; sleep 100"
    for n in range(10):
        marker = f"{40_000_000 + os.getpid()}{n}"
        script = f"setsid nohup sleep {marker} >/dev/null 2>&1 & echo started{rest}"
        done = run(sandbox, script, Bounds(wall_seconds=0.3))
        assert (done.stop is Stop.TIMEOUT) == (ending == "timeout")
        assert ends_within(marker, 1.0), n


def test_s6_a_killed_caller_leaves_nothing(sandbox: Sandbox) -> None:
    """A kill -9 of the program that started a box ends the box too."""
    assert sandbox.name
    marker = f"{50_000_000 + os.getpid()}"
    code = (
        "from workbench.adapters.sandbox import find_sandbox\n"
        "from workbench.adapters.box import Bounds, Box\n"
        f"box = Box(('/bin/sleep', '{marker}'), bounds=Bounds(wall_seconds=30))\n"
        "find_sandbox().run(box)\n"
    )
    child = subprocess.Popen([sys.executable, "-c", code])
    until = time.monotonic() + 20
    while not is_alive(marker, f"/bin/sleep\0{marker}\0") and time.monotonic() < until:
        time.sleep(0.02)
    assert is_alive(marker)
    child.kill()
    child.wait()
    assert ends_within(marker, 1.0)


def test_s7_processes_are_counted(sandbox: Sandbox) -> None:
    """Of 200 children asked for, no more are had than the limit; the host's count stays its own.

    A loop with an end, not a bomb: the limit is what is tested.
    """
    code = (
        "import os, time\n"
        "n = 0\n"
        "for _ in range(200):\n"
        "    try:\n"
        "        pid = os.fork()\n"
        "    except BlockingIOError:\n"
        "        break\n"
        "    if not pid:\n"
        "        time.sleep(30)\n"
        "        os._exit(0)\n"
        "    n += 1\n"
        "print(n, flush=True)\n"
    )
    done = run_python(sandbox, code)
    assert 10 <= int(done.output) < 64
    assert done.seconds < SHORT.wall_seconds + 1


def test_s8_memory_of_one_process(sandbox: Sandbox) -> None:
    """900 MB are refused."""
    done = run_python(sandbox, "x = bytearray(900 << 20); print('GOT')")
    assert "GOT" not in done.output
    assert "MemoryError" in done.output


def test_s8_memory_of_all_processes_together(sandbox: Sandbox) -> None:
    """Four children of 100 MB each go beyond 256 MB together: the box is ended and says why."""
    code = (
        "import os, time\n"
        "for _ in range(4):\n"
        "    if not os.fork():\n"
        "        x = b'x' * (100 << 20); time.sleep(30)\n"
        "time.sleep(30)\n"
    )
    done = run_python(sandbox, code, Bounds(wall_seconds=20, memory=256 * MIB))
    assert done.stop is Stop.MEMORY
    assert done.seconds < 15


def test_s8_memory_that_processes_share_counts_once(sandbox: Sandbox) -> None:
    """Six forks of a process with 100 MB are not 700 MB: the box is let be."""
    code = (
        "import os, time\n"
        "x = b'x' * (100 << 20)\n"
        "for _ in range(6):\n"
        "    if not os.fork():\n"
        "        time.sleep(30)\n"
        "time.sleep(0.5)\n"
    )
    done = run_python(sandbox, code, Bounds(wall_seconds=20, memory=256 * MIB))
    assert (done.stop, done.returncode) == (None, 0)


@pytest.mark.parametrize("place", ["/tmp", "/box", "/dev/shm"])  # noqa: S108 - inside the box
def test_s9_no_place_takes_more_than_its_share(sandbox: Sandbox, place: str) -> None:
    """Files of 40 MB each, until the place is full: one limit holds for all together."""
    done = run(
        sandbox,
        f"for n in 1 2 3 4; do dd if=/dev/zero of={place}/x$n bs=1M count=40 status=none; done;"
        f"du -sm {place} | cut -f1",
        Bounds(wall_seconds=10),
    )
    assert int(done.output.strip().split("\n")[-1]) <= 65


def test_s9_output_goes_to_disk_with_a_cap(sandbox: Sandbox) -> None:
    """1 GB is printed: 64 MB at most are kept, 64 KB read, the end of them."""
    before = resident()
    done = run(sandbox, "yes 0123456789 | head -c 1000000000; echo", Bounds(wall_seconds=10))
    assert done.output_size <= 64 * MIB
    assert len(done.output) <= 64 << 10
    assert resident() - before < 50 * MIB


def resident() -> int:
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.parametrize("script", ["while :; do :; done", "sleep 100"])
def test_s10_time_is_up(sandbox: Sandbox, script: str) -> None:
    """Busy or asleep: ended at its time and said to be a timeout."""
    done = run(sandbox, script, Bounds(wall_seconds=1))
    assert done.stop is Stop.TIMEOUT
    assert done.seconds < 2


def test_s11_no_terminal_to_type_into(sandbox: Sandbox) -> None:
    """There is no controlling terminal, so nothing can be typed for the user."""
    code = "import fcntl; fcntl.ioctl(open('/dev/tty', 'r+'), 0x5412, b'x'); print('TYPED')"
    assert "TYPED" not in run_python(sandbox, code).output


FIND = "from workbench.adapters.sandbox import find_sandbox; find_sandbox(); print('FOUND')"


def find_inside(bwrap: Path, *hidden: str) -> str:
    """What `find_sandbox` says in a process that sees this machine through another sandbox."""
    inside = [
        *(str(bwrap), "--dev-bind", "/", "/", "--unshare-user", "--disable-userns"),
        *(word for path in hidden for word in ("--ro-bind", "/dev/null", path)),
    ]
    done = subprocess.run(
        [*inside, "--", sys.executable, "-c", FIND],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    return done.stdout + done.stderr


def test_s12_without_bubblewrap_it_says_what_to_install(sandbox: Sandbox) -> None:
    """Nothing is run, and the sentence names the package."""
    said = find_inside(sandbox.bwrap, str(sandbox.bwrap.resolve()))
    assert "FOUND" not in said
    assert "NoSandbox: bubblewrap (bwrap) was not found: install it" in said
    assert "apt install bubblewrap" in said


def test_s12_where_user_namespaces_are_blocked_it_says_so(sandbox: Sandbox) -> None:
    """A bwrap that is there and cannot start is no sandbox either."""
    said = find_inside(sandbox.bwrap)
    assert "FOUND" not in said
    assert "NoSandbox: bubblewrap cannot start" in said
    assert "user namespaces are blocked here" in said


def test_s12_a_box_that_does_not_start_is_no_result(sandbox: Sandbox, tmp_path: Path) -> None:
    """What it needs is gone: that is said, and is not taken for the answer of a command."""
    box = Box(("/bin/true",), read_only={"/lost": tmp_path / "lost"})
    with pytest.raises(NoSandbox, match=r"bubblewrap cannot start: .*Can't find source path"):
        sandbox.run(box)
    done = run(sandbox, "echo bwrap: cannot start; exit 1")
    assert (done.returncode, done.output) == (1, "bwrap: cannot start\n")
    assert done.output_size == len(done.output)


def test_a_tree_is_laid_into_the_box_and_only_named_files_come_out(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    """The command starts in the tree; of what it writes only the file handed in is left."""
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree" / "a.txt").write_text("from the tree")
    archive = shutil.make_archive(str(tmp_path / "t"), "tar", tmp_path / "tree")
    report = tmp_path / "report.xml"
    report.touch()
    if os.geteuid() == 0:
        os.chown(report, 65534, 65534)
        tmp_path.chmod(0o700)
    box = Box(
        ("/bin/sh", "-c", "cat a.txt; echo hello > /wb/report.xml; echo x > b.txt; ls -a /wb"),
        tree=Path(archive),
        writable={"/wb/report.xml": report},
    )
    done = sandbox.run(box)
    assert "from the tree" in done.output
    assert report.read_text() == "hello\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["report.xml", "t.tar", "tree"]


def test_a_cancel_ends_it_at_once(sandbox: Sandbox) -> None:
    """What is set from another thread is seen within a moment."""
    cancel = threading.Event()
    timer = threading.Timer(0.2, cancel.set)
    timer.start()
    done = sandbox.run(Box(("/bin/sleep", "20"), bounds=Bounds(wall_seconds=20)), cancel)
    assert done.stop is Stop.CANCELLED
    assert done.seconds < 3
    timer.join()
