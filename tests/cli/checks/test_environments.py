"""Where the tests' programs come from, how they are run, and how they report."""

import json
import socket
from pathlib import Path

import pytest

from cli.kit import Cli

from .kit import CHECK, check, results, set_settings


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"test_command": "false"}, "no test passes on base"),
        ({"test_command": "pytest", "environment": "/usr"}, "pytest is not in the environment"),
        ({"test_command": "sleep 60", "test_seconds": 1}, "timeout after 1 s"),
        ({"test_command": "true", "test_report": "r.xml"}, "there is no report"),
        ({"setup": "echo half; exit 3"}, "setup failed (exit code 3): half"),
    ],
)
def test_what_does_not_run_on_base_is_nobodys_failure(
    study: Cli, settings: dict[str, object], said: str
) -> None:
    """Environment, never the candidate: not run, with the reason, and tried again the next time."""
    set_settings(study, **settings)
    told = study.ok("check", "bad").out.replace("not run: on base: ", "not run: ")
    assert f"not run: {said}" in told
    assert results(study)["t0000", "bad"] == "not_run"


def test_an_environment_that_is_gone(study: Cli) -> None:
    """One line, exit code 3, and no output is blamed."""
    set_settings(study, environment="nowhere/venv")
    done = study.quick("check")
    assert done.code == 3
    assert "nowhere/venv is not there: make it, or name another one" in done.err
    assert set(results(study).values()) == {"not_run"}


def test_setup_is_run_once_for_a_base_commit(study: Cli) -> None:
    """What it makes in /env is there for every check, read-only, and files for the tree too."""
    setup = "mkdir -p /env/tree /env/bin; date +%N > /env/tree/made; echo 1 > /env/one; ls calc.py"
    command = "test -s made && cat /env/one && ! touch /env/two 2>/dev/null"
    set_settings(study, setup=setup, test_command=command)
    assert {row["tests"] for row in check(study).values()} == {"pass"}
    (built,) = (study.folder / ".workbench" / "environments").iterdir()
    made = (built / "tree" / "made").read_bytes()
    check(study, "--again")
    assert (built / "tree" / "made").read_bytes() == made


RUNNER = """
mkdir -p out
if grep -q 'return [ab] + [ab]' calc.py; then why=; else why="<failure message='3 is not 2'/>"; fi
cat > out/r.xml <<END
<testsuite name="s"><testcase classname="sums" name="add">$why</testcase>
<testcase classname="sums" name="sub"/></testsuite>
END
echo all passed
"""


def test_another_runner_reports_by_a_file(study: Cli) -> None:
    """Its JUnit file says which test broke; what it prints and its exit code do not count."""
    set_settings(study, test_command=RUNNER, test_report="out/r.xml")
    rows = check(study)
    assert {str(row["kind"]) for row in rows.values()} == {"JUnit at out/r.xml"}
    assert rows["t0000", "good"]["tests"] == "pass"
    assert (rows["t0000", "bad"]["broken"], rows["t0000", "bad"]["kept"]) == (["sums::add"], 1)
    assert "3 is not 2" in json.dumps(rows["t0000", "bad"]["tails"])


def test_another_environment_is_another_result(study: Cli, tmp_path: Path) -> None:
    """Any folder will do, read-only; a file in it that changes makes every result new."""
    folder = tmp_path / "tools"
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "judge").write_text(
        f"#!/bin/sh\n! touch {folder}/x 2>&1 || exit 1\n{CHECK}\n"
    )
    (folder / "bin" / "judge").chmod(0o755)
    set_settings(study, environment=str(folder), test_command="judge")
    assert [row["tests"] for row in check(study).values()] == ["fail", "pass", "pass"]
    assert check(study, "--changed") == {}
    (folder / "more").touch()
    assert len(check(study, "--changed")) == 3


@pytest.mark.parametrize("asked", [False, True])
def test_the_network_is_for_a_setup_that_asks(study: Cli, asked: bool) -> None:
    """Without it the setup fails and says so; the tests never have one."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        connect = f"bash -c 'exec 3<>/dev/tcp/127.0.0.1/{listener.getsockname()[1]}' 2>/dev/null"
        set_settings(study, setup=connect, setup_network=asked, test_command=f"! {connect}")
        rows = check(study, "good")
    assert {row["tests"] for row in rows.values()} == {"pass" if asked else "not_run"}
    said = "" if asked else "setup failed (exit code 1)"
    assert {row["reason"] for row in rows.values()} == {said}
