"""`workbench run`: a command edits a folder; what it leaves becomes an output, once."""

import contextlib
import json
import os
import random
import select
import signal
import sqlite3
import subprocess
import time
from contextlib import closing
from pathlib import Path

import pytest

from workbench.bootstrap import open_workbench
from workbench.domain.recorded import read_recorded
from workbench.services.check_text import describe_leaks
from workbench.study import find_study
from workbench.text import display

from .kit import (
    WORKBENCH,
    Cli,
    Done,
    change,
    command_lines,
    environment,
    git,
    is_running,
    prediction,
    ticket,
    write_lines,
)
from .run_kit import (
    FIX,
    make_run_study,
    rows_of,
    run_one,
    set_candidates,
    wait_for,
    write_script,
)

pytestmark = pytest.mark.usefixtures("sandbox")


SEEN = (
    'cat > "$WB_OUT_DIR/prompt"; { git log --all --oneline; echo --; git reflog; git remote; '
    'ls .git/FETCH_HEAD; git tag; echo --; env; cat "$WB_TICKET_JSON"; } 2>&1 | cat > seen.txt; '
)


def test_from_an_empty_study_to_labelled_outputs(tmp_path: Path) -> None:
    """Import, run, review: what an agent did stands in the queue, and takes a label."""
    cli = make_run_study(tmp_path, {"a": FIX, "b": "echo 'Which one?'"}, n_tickets=2)
    done = cli.ok("run")
    assert "next: workbench check, then workbench review" in done.out
    assert "the tickets are not frozen" in done.err
    cli.ok("tickets", "freeze")
    assert cli.ok("run").err == ""
    rows = rows_of(cli)
    assert {key: (r["delivery"], r["exit_class"]) for key, r in rows.items()} == {
        ("t0", "a", 1): ("patch", "patch"),
        ("t1", "a", 1): ("patch", "patch"),
        ("t0", "b", 1): ("ask", "abstained"),
        ("t1", "b", 1): ("ask", "abstained"),
    }
    assert rows["t0", "a", 1]["rung"] == "plain"
    assert rows["t0", "b", 1]["message"] == "Which one?"
    assert "+    return b + a\n" in str(rows["t0", "a", 1]["patch"])
    for row in cli.ok("outputs", "list", "--json").json("outputs"):
        cli.ok("label", str(row["id"]), "merged" if row["candidate"] == "a" else "abstained")
    assert "sound" in cli.ok("verify").out
    lock = json.loads((cli.folder / "candidates.lock.json").read_text())
    assert lock["candidates"]["a"]["version"] == "fake 1.0"


def test_an_agent_sees_one_commit_and_nothing_of_its_surroundings(tmp_path: Path) -> None:
    """No history, no remote, no reflog, no secret that it was not given; ticket and paths are."""
    cli = make_run_study(tmp_path, {"a": SEEN}, env=["GIVEN"])
    git(tmp_path / "repo", "commit", "--quiet", "--allow-empty", "--message=the fix")
    done = cli.run("run", env={"GIVEN": "a gift", "WITHHELD": "a secret"})
    assert done.code == 0, done.err
    seen = str(rows_of(cli)["t0", "a", 1]["patch"])
    log, rest, told = seen.split("+--\n")
    assert log.count(" start") == 1
    assert "the fix" not in log
    assert rest.split("\n")[:1] == [
        "+ls: cannot access '.git/FETCH_HEAD': No such file or directory"
    ]
    assert "GIVEN=a gift" in told
    assert "secret" not in told
    assert str(tmp_path) not in told.replace(f"PATH={tmp_path}/tools", "")
    assert '{"ticket_id": "t0", "title": "Title of t0", "body": "Body of t0"}' in told
    assert not list((cli.folder / ".workbench" / "runs").glob("*/checkout"))


def test_what_is_done_is_not_run_again(tmp_path: Path) -> None:
    """Neither with the same command, nor when only the name has changed; a trial more is new."""
    cli = make_run_study(tmp_path, {"a": f'{FIX}; date +%N > "made $WB_TRIAL"'}, n_tickets=2)
    assert len(cli.ok("run", "--json").out.splitlines()) == 3
    before = rows_of(cli)
    assert len(cli.ok("run", "--json").out.splitlines()) == 1
    assert rows_of(cli) == before
    set_candidates(cli, {"a": {"command": ["a"], "trials": 2}})
    lines = [json.loads(line) for line in cli.ok("run", "--json").out.splitlines()]
    assert [line.get("trial") for line in lines] == [2, 2, None]
    assert lines[-1]["candidates"][0] | {"done": 4, "total": 4} == lines[-1]["candidates"][0]
    assert set(before) < set(rows_of(cli))
    set_candidates(cli, {"renamed": {"command": ["a"], "trials": 2}})
    assert len(cli.ok("run", "--json").out.splitlines()) == 1
    renamed = {
        key[0]: row["patch"] for key, row in rows_of(cli).items() if key[1:] == ("renamed", 1)
    }
    assert renamed == {key[0]: row["patch"] for key, row in before.items()}


def test_two_trials_that_say_the_same_are_two_outputs(tmp_path: Path) -> None:
    """Repeatability is measured: what came twice counts twice."""
    cli = make_run_study(tmp_path, {"a": FIX}, trials=2)
    cli.ok("run")
    assert set(rows_of(cli)) == {("t0", "a", 1), ("t0", "a", 2)}


def test_a_changed_candidate_is_another_one(tmp_path: Path) -> None:
    """Refused with the field that changed; a name of its own, or --allow-drift, goes on."""
    cli = make_run_study(tmp_path, {"a": FIX})
    cli.ok("run")
    set_candidates(cli, {"a": {"command": ["a", "--fast"], "timeout_s": 99}})
    done = cli.quick("run")
    assert done.code == 2
    assert 'command was ["a"], is ["a", "--fast"]; timeout_s was 1800.0, is 99.0' in done.err
    write_script(tmp_path / "tools" / "a", "exit 0")
    (tmp_path / "tools" / "a").write_text("#!/bin/sh\necho fake 2.0\n")
    set_candidates(cli, {"a": {"command": ["a"]}})
    done = cli.quick("run")
    assert 'version was "fake 1.0", is "fake 2.0"' in done.err
    assert cli.quick("run", "--allow-drift").code == 0


CAME = [  # script, delivery, class, the beginning of the reason
    (FIX, "patch", "patch", ""),
    ("exit 0", "empty", "empty", ""),
    ("echo Why?", "ask", "abstained", ""),
    (f"{FIX}; exit 3", "patch", "agent_error", "exit code 3"),
    ("echo oops >&2; exit 3", "crash_model", "agent_error", "exit code 3: oops"),
    (f"{FIX}; sleep 60", "patch", "out_of_budget", "timeout after 2 s"),
    ("sleep 60", "crash_model", "out_of_budget", "timeout after 2 s"),
    ("echo no >&2; exit 75", "void", "provider", "it asked to be tried again"),
    ("rm -rf /work/* /work/.git; echo", "patch", "patch", ""),
    ("trap '' TERM; setsid sleep 60 & sleep 60", "crash_model", "out_of_budget", "timeout"),
    (
        'echo \'{"status": "declined", "message": "no"}\' > "$WB_OUT_DIR/result.json"',
        "decline",
        "abstained",
        "",
    ),
    (
        f'{FIX}; echo \'{{"status": "needs_clarification"}}\' > "$WB_OUT_DIR/result.json"',
        "patch",
        "patch",
        "",
    ),
]


@pytest.mark.slow
def test_what_came_decides_what_it_is(tmp_path: Path) -> None:
    """The table of deliveries: a partial patch is kept, a provider's failure is nobody's."""
    scripts = {f"c{n}": case[0] for n, case in enumerate(CAME)}
    cli = make_run_study(tmp_path, scripts, timeout_s=2)
    cli.quick("run")
    rows = rows_of(cli)
    for n, (script, delivery, exit_class, said) in enumerate(CAME):
        row = rows["t0", f"c{n}", 1]
        assert (row["delivery"], row["exit_class"]) == (delivery, exit_class), script
        assert str(row["reason"]).startswith(said), script


def test_what_reached_for_the_answer_is_counted_and_shown_after_the_label(tmp_path: Path) -> None:
    """By what the transcript holds; numbers find cost and harness where they look for them."""
    call = {"type": "tool_use", "name": "Bash", "input": {"command": "git log --all"}}
    lines = [
        {"type": "assistant", "message": {"content": [call]}},
        {"type": "result", "result": "done", "total_cost_usd": 0.5, "num_turns": 1},
    ]
    script = f"{FIX} >&2; cat <<'E'\n" + "\n".join(map(json.dumps, lines)) + "\nE"
    cli = make_run_study(tmp_path, {"a": script}, adapter="claude")
    done = cli.quick("run")
    assert done.out.split("\n")[1].split() == ["a", "1", "1", "1", "0", "1", "$0.50"]
    assert rows_of(cli)["t0", "a", 1]["leaks"] == ["git log --all"]
    with open_workbench(find_study(cli.folder)) as bench:
        ((output_id, extra),) = bench.store.list_extras()
        recorded = read_recorded(extra)
        assert (recorded.cost, len(recorded.harness)) == (0.5, 64)
        bench.reviews("ann")
        item = bench.store.get_review_item("ann", output_id, open_names=False)
    assert "git log --all" in describe_leaks(item.leaks)
    assert cli.quick("run").out.split("\n")[1].split() == ["a", "1", "1", "0", "0", "1", "$0.50"]


def test_what_a_candidate_says_of_itself(tmp_path: Path) -> None:
    """Field by field: what has the wrong type is left out and named, the rest counts."""
    said = {
        "message": "Done, but",
        "known_issues": [{"file": "calc.py", "line": 2, "text": "slow"}, "and more"],
        "questions": "none",
        "confidence": 0.5,
        "cost_usd": 1.25,
        "turns": 3,
        "model": "m-2",
        "input_tokens": -1,
    }
    script = f"{FIX}; cat > $WB_OUT_DIR/result.json <<'E'\n{json.dumps(said)}\nE"
    cli = make_run_study(tmp_path, {"a": script}, max_cost_usd=1.0)
    row = run_one(cli)
    told = {name: row[name] for name in ("message", "confidence", "turns", "model", "spent_usd")}
    assert told == {
        "message": "Done, but",
        "confidence": 0.5,
        "turns": 3,
        "model": "m-2",
        "spent_usd": 1.25,
    }
    assert row["notes"] == [
        "result.json: questions has the wrong type: left out",
        "result.json: input_tokens has the wrong type: left out",
        "cost 1.25 USD, over its cap of 1.00",
    ]
    done = cli.quick("run", "--json")
    assert json.loads(done.out)["candidates"][0]["spent_usd"] == 1.25


NO_RESULTS = [
    ("ln -s /etc/passwd $WB_OUT_DIR/result.json", "result.json is no plain file"),
    ("mkfifo $WB_OUT_DIR/result.json", "result.json is no plain file"),
    ("echo '{' > $WB_OUT_DIR/result.json", "result.json is no JSON"),
    ("echo '[1]' > $WB_OUT_DIR/result.json", "result.json is no object"),
    ("head -c 2000000 /dev/zero > $WB_OUT_DIR/result.json", "result.json is no plain file"),
]


def test_a_result_file_that_is_none(tmp_path: Path) -> None:
    """It is left out, and the patch is taken."""
    scripts = {f"c{n}": f"{FIX}; {command}" for n, (command, _) in enumerate(NO_RESULTS)}
    cli = make_run_study(tmp_path, scripts)
    cli.quick("run")
    rows = rows_of(cli)
    for n, (command, said) in enumerate(NO_RESULTS):
        row = rows["t0", f"c{n}", 1]
        assert row["delivery"] == "patch", command
        assert str(row["notes"]).startswith(f"['{said}"), command


def test_the_whole_change_is_taken_and_nothing_of_its_git_is_run(tmp_path: Path) -> None:
    """Committed, new, binary, deleted, mode; nested repositories and litter are named."""
    script = r"""
printf '#!/bin/sh\ntouch /work/PWNED\n' > /out/x; chmod 755 /out/x
sed -i 's/a + b/b + a/' calc.py; git commit -qam mine; printf 'a\0b' > binary
rm notes.txt; echo run > tool.sh; chmod 755 tool.sh; printf 'one\r\ntwo' > crlf.txt
mkdir inner; cd inner; git init -q; echo deep > deep.txt; git add .; git commit -qm inner; cd ..
echo '*.log' > .gitignore; echo hidden > a.log; mkdir __pycache__; echo x > __pycache__/a.pyc
echo chat > .aider.chat.history.md; echo done; echo '* filter=f' > .gitattributes
git config core.fsmonitor /out/x; git config filter.f.clean /out/x; git config diff.external /out/x
"""
    row = run_one(make_run_study(tmp_path, {"a": script}))
    patch = str(row["patch"])
    assert (row["delivery"], row["rung"]) == ("patch", "plain")
    names = {line.split(" b/")[1] for line in patch.split("\n") if line.startswith("diff --git")}
    assert names == {
        ".gitattributes",
        ".gitignore",
        "a.log",
        "binary",
        "calc.py",
        "crlf.txt",
        "inner/deep.txt",
        "notes.txt",
        "tool.sh",
    }
    assert "+one\r\n+two\n\\ No newline" in patch
    assert row["notes"] == [
        "nested repository: inner/.git was moved aside",
        "hidden by its own .gitignore, taken all the same: a.log",
        "left out as the harness's own litter: .aider.chat.history.md, __pycache__/a.pyc",
    ]


def test_setup_and_copied_files_are_no_work_of_the_candidate(tmp_path: Path) -> None:
    """They are there, and not in the patch, changed or not."""
    cli = make_run_study(tmp_path, {"a": f"cat .env made && echo 2 >> made; {FIX}"})
    (tmp_path / "repo" / ".env").write_text("X=1\n")
    set_candidates(
        cli, {"a": {"command": ["a"], "copy": [".env"], "setup": ["sh", "-c", "echo 1 > made"]}}
    )
    row = run_one(cli)
    assert str(row["message"]).startswith("X=1\n1\n")
    assert str(row["patch"]).count("diff --git") == 1
    assert row["notes"] == ["left out, made by setup: .env, made"]
    set_candidates(cli, {"b": {"command": ["a"], "setup": ["sh", "-c", "echo no; exit 4"]}})
    row = run_one(cli, "b")
    assert (row["delivery"], row["reason"]) == ("void", "setup failed (exit code 4): no")


def test_k1_a_secret_stays_where_it_was_given(tmp_path: Path) -> None:
    """Not in argv, database, log, records or transcripts, whatever the agent does with it."""
    script = "echo $AGENT_KEY; echo k=$AGENT_KEY >&2; echo $AGENT_KEY > key.txt; sleep 1"
    cli = make_run_study(tmp_path, {"a": script}, env=["AGENT_KEY"])
    secret = f"sk-CANARY{random.random()}"
    process = subprocess.Popen(
        [*WORKBENCH, "run"],
        cwd=cli.folder,
        env={**environment(cli.folder), "AGENT_KEY": secret},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    seen = b""
    while process.poll() is None:
        seen += b"".join(command_lines())
    out, err = process.communicate()
    assert secret.encode() not in seen + out + err
    assert b"WB_TICKET_ID" in seen  # the agent was seen
    cli.ok("export", "jsonl", "-o", "x.jsonl", "--text", "verbatim", "--all")
    files = [path for path in cli.folder.rglob("*") if path.is_file()]
    assert not [path for path in files if secret.encode() in path.read_bytes()]
    row = rows_of(cli)["t0", "a", 1]
    assert row["message"] == "[redacted key]"
    assert row["notes"] == ["its patch held the value of AGENT_KEY: replaced"]


def test_no_key_no_start(tmp_path: Path) -> None:
    """One line with the variable's name; nothing is run."""
    cli = make_run_study(tmp_path, {"a": FIX}, env=["AGENT_KEY"])
    done = cli.quick("run")
    assert done.code == 3
    assert "candidate a: AGENT_KEY is not set in the environment" in done.err


def test_a_command_that_is_not_there_stops_its_candidate_alone(tmp_path: Path) -> None:
    """The others go on; exit code 1, and what to do."""
    cli = make_run_study(tmp_path, {"a": FIX}, n_tickets=3)
    set_candidates(cli, {"gone": {"command": ["gone"]}, "a": {"command": ["a"]}}, max_workers=1)
    done = cli.quick("run")
    assert done.code == 1
    assert "gone was stopped: it cannot be started" in done.err
    assert "the folders in `tools`; mend it, the same command goes on" in done.err
    assert set(rows_of(cli)) == {(f"t{n}", "a", 1) for n in range(3)}


def test_a_total_cost_stops_new_starts(tmp_path: Path) -> None:
    """Running ones count at their cap; what is left begins once the ceiling is higher."""
    script = f"{FIX}; echo '{{\"cost_usd\": 1.0}}' > $WB_OUT_DIR/result.json"
    cli = make_run_study(tmp_path, {"a": script}, n_tickets=5)
    candidate = {"a": {"command": ["a"], "max_cost_usd": 1.5}}
    set_candidates(cli, candidate, max_total_cost_usd=3.0)
    done = cli.quick("run")
    assert done.code == 1
    assert "max_total_cost_usd is reached" in done.err
    assert len(rows_of(cli)) == 2
    set_candidates(cli, candidate, max_total_cost_usd=99)
    cli.ok("run")
    assert len(rows_of(cli)) == 5


def test_what_fails_for_a_while_is_tried_again(tmp_path: Path) -> None:
    """A provider's failure with back-off; what stays void is tried by the next run, and counted."""
    script = f'[ -e "$HOME/../shared/ok" ] || {{ echo busy >&2; exit 75; }}; {FIX}'
    cli = make_run_study(tmp_path, {"a": script}, sandbox="bwrap")
    set_candidates(cli, {"a": {"command": ["a"]}}, retries=2, retry_wait_s=0.05)
    done = cli.quick("run")
    assert done.code == 1
    assert (
        "t0, a: no output (provider: it asked to be tried again (exit code 75): busy)" in done.err
    )
    assert rows_of(cli)["t0", "a", 1]["tries"] == 3
    write_script(tmp_path / "tools" / "a", FIX)
    cli.ok("run")
    rows = rows_of(cli)
    assert [rows["t0", "a", n]["delivery"] for n in (1, 2)] == ["void", "patch"]


def test_t12_what_a_run_prints_steers_no_terminal(tmp_path: Path) -> None:
    """Ids of tickets, an agent's own errors, its version: shown, never obeyed."""
    script = "printf '\\033[2J\\033]0;x\\007\\302\\233' >&2; exit 75"
    cli = make_run_study(tmp_path, {"a": script})
    odd = ticket("t\x1b[2J\u202e")
    cli.ok("tickets", "import", write_lines(tmp_path / "odd.jsonl", [odd]))
    for options in ((), ("--json",)):
        done = cli.quick("run", *options)
        assert "no output (provider: it asked to be tried again" in done.err
        assert not [c for c in done.out + done.err if c != "\n" and display(c) != c]


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"comand": ["x"]}, "candidates[1].comand: unknown key; did you mean command?"),
        ({}, "candidates[1].command: is missing"),
        ({"command": "x"}, "candidates[1].command: expected a list of texts"),
        ({"command": ["x"], "trials": 0}, "candidates[1].trials: must be at least 1"),
        ({"command": ["x"], "prompt": "std"}, "did you mean stdin?"),
        ({"command": ["x"], "prompt": "file"}, "needs {ticket_file} in it"),
        ({"command": ["x"], "copy": ["../x"]}, "candidates[1].copy: '../x' leaves the repository"),
        ({"command": ["x"], "env": ["A=b"]}, "'A=b' is no name of a variable"),
        ({"command": ["x"], "network": "yes"}, "expected true or false"),
        ({"command": ["x"], "name": "a\x1b[2Jb"}, "use letters that can be seen"),
        ({"command": ["x"], "tools": ["/"]}, "would show it a home folder"),
        ({"command": ["x"], "tools": ["nowhere"]}, "is no folder"),
    ],
)
def test_settings_that_cannot_be_meant(tmp_path: Path, table: dict[str, object], said: str) -> None:
    """File, line, key path and what was expected; nothing is run."""
    cli = make_run_study(tmp_path, {"a": FIX})
    set_candidates(cli, {"a": table})
    done = cli.quick("run")
    assert done.code in {2, 3}
    assert said in done.err
    assert rows_of(cli) == {}


def test_two_of_one_name_or_of_one_kind_are_refused(tmp_path: Path) -> None:
    """Two candidates are two things."""
    cli = make_run_study(tmp_path, {"a": FIX})
    set_candidates(cli, {"a": {"command": ["a"]}, "b": {"command": ["a"]}})
    assert "the same settings as a: for repeats use trials" in cli.quick("run").err
    assert "(known: a, c)" in _with(cli, {"a": {}, "c": {"timeout_s": 9}}, "run", "d").err


def _with(cli: Cli, tables: dict[str, dict[str, object]], *arguments: str) -> Done:
    set_candidates(cli, {name: {"command": ["a"], **t} for name, t in tables.items()})
    return cli.quick(*arguments)


def test_a_second_run_is_refused_with_who_and_since_when(tmp_path: Path) -> None:
    """One run at a time in a study; a killed one holds nothing."""
    go = tmp_path / "tools" / "go"
    cli = make_run_study(tmp_path, {"a": f"while [ ! -e {go} ]; do sleep 0.02; done; {FIX}"})
    process = cli.start("run")
    wait_for(lambda: bool(list((cli.folder / ".workbench" / "runs").glob("*/exit"))))
    done = cli.quick("run")
    assert done.code == 1
    assert f"process {process.pid}, since 20" in done.err
    process.kill()
    process.communicate()
    go.touch()
    cli.ok("run")


def test_a_command_that_ends_just_after_a_kill_has_ended(tmp_path: Path) -> None:
    """Code, patch, message and cost are what it left by itself: it is not run again."""
    go = tmp_path / "tools" / "go"
    says = json.dumps({"type": "result", "result": "mended", "total_cost_usd": 0.5})
    script = f"echo '{{}}'; while [ ! -e {go} ]; do sleep 0.02; done; {FIX} >&2; echo '{says}'"
    cli = make_run_study(tmp_path, {"a": script}, adapter="claude")
    process = cli.start("run")
    wait_for(lambda: any(p.stat().st_size for p in cli.folder.glob(".workbench/runs/*/stdout")))
    process.kill()
    process.communicate()
    write_script(tmp_path / "tools" / "a", "echo again; exit 9")
    go.touch()
    row = run_one(cli)
    assert (row["exit_class"], row["message"], row["spent_usd"]) == ("patch", "mended", 0.5)
    assert "+    return b + a\n" in str(row["patch"])
    assert not list(cli.folder.glob(".workbench/runs/*/earlier"))


def test_the_first_interrupt_finishes_what_runs_the_second_ends_it(tmp_path: Path) -> None:
    """Nothing is half done: an output is whole or not there, and the same command goes on."""
    marker = f"{60_000_000 + os.getpid()}"
    script = f'{FIX}; [ "$WB_TICKET_ID" = t2 ] && sleep {marker}; sleep 0.2'
    cli = make_run_study(tmp_path, {"a": script}, n_tickets=4)
    process = cli.start("run")
    wait_for(lambda: is_running(marker))
    process.send_signal(signal.SIGINT)
    assert process.stderr is not None
    assert b"the tickets are not frozen" in process.stderr.readline()
    assert b"finishing what runs; Ctrl-C again ends it" in process.stderr.readline()
    time.sleep(0.5)
    assert process.poll() is None
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=20)
    assert process.returncode == 130, err
    assert b"stopped; the same command goes on from here" in err
    assert not is_running(marker)
    assert ("t2", "a", 1) not in rows_of(cli)
    write_script(tmp_path / "tools" / "a", FIX)
    cli.ok("run")
    assert len(rows_of(cli)) == 4


MISBEHAVING = [
    "yes | head -c 200000000",
    "tr '\\0' '\\377' < /dev/zero | head -c 60000000; echo end",
    "for i in $(seq 200); do sleep 60 & done",
    "mkdir x; chmod 0 x calc.py",
    "head -c 30000000 /dev/zero > big.bin",
    "mkfifo pipe; mkdir a; cd a; git init -q; echo 1 > b",
    "echo x > .git/index; rm -rf .git/objects; echo ref: x > .git/HEAD",
]


def test_an_agent_that_misbehaves_still_leaves_an_output(tmp_path: Path) -> None:
    """Prints without end, forks, locks its files, breaks its repository: the patch is taken."""
    scripts = {f"c{n}": f"{FIX}; {script}" for n, script in enumerate(MISBEHAVING)}
    cli = make_run_study(tmp_path, scripts, timeout_s=60)
    cli.quick("run")
    rows = rows_of(cli)
    for n, script in enumerate(MISBEHAVING):
        row = rows["t0", f"c{n}", 1]
        assert row["delivery"] == "patch", script
        assert "+    return b + a" in str(row["patch"]) or "chmod 0" in script
    files = (cli.folder / ".workbench" / "runs").glob("*/stdout")
    assert all(path.stat().st_size < 40 << 20 for path in files)


def test_no_sandbox_nothing_is_run(tmp_path: Path) -> None:
    """It says what to install; `sandbox = "none"` is refused for root."""
    cli = make_run_study(tmp_path, {"a": FIX})
    hide = ("bwrap", "--dev-bind", "/", "/", "--ro-bind", "/dev/null", "/usr/bin/bwrap", "--")
    done = Cli(cli.folder, hide).run("run")
    assert done.code == 1
    assert "candidate a is not run: no sandbox. bubblewrap (bwrap) was not found" in done.err
    set_candidates(cli, {"a": {"command": ["a"], "sandbox": "none"}})
    if os.geteuid() == 0:
        assert 'sandbox = "none" is refused for root' in cli.quick("run").err
    else:
        assert run_one(cli)["sandbox"] == "none"


def test_recordings_are_replayed_as_if_they_were_run(tmp_path: Path) -> None:
    """The nth of a ticket is its trial n; one that is not there stops the candidate."""
    cli = make_run_study(tmp_path, {}, n_tickets=2)
    rows = [prediction("t0", "x", change()), prediction("t0", "x", "", message="Which?")]
    write_lines(tmp_path / "recorded.jsonl", [*rows, prediction("t1", "x", change())])
    set_candidates(cli, {"r": {"replay": "recorded.jsonl", "trials": 2}}, max_workers=1)
    done = cli.quick("run")
    assert done.code == 1
    assert "r was stopped: recorded.jsonl has no recording of t1, trial 2" in done.err
    found = {key: row["delivery"] for key, row in rows_of(cli).items()}
    assert found == {("t0", "r", 1): "patch", ("t0", "r", 2): "ask", ("t1", "r", 1): "patch"}
    write_lines(tmp_path / "recorded.jsonl", [b"{"])
    assert "candidate r: " in (told := cli.quick("run").err)
    assert "recorded.jsonl: line 2, column 1: the JSON breaks off" in told


@pytest.mark.slow
def test_kills_lose_nothing_and_pay_for_nothing_twice(tmp_path: Path) -> None:
    """At random moments, and just as something is paid: what ended is an output, and ran once."""
    n, dice = 12, random.Random(6)
    tools = tmp_path / "tools"
    cli = make_run_study(tmp_path, {"a": "exit 0"}, n_tickets=n)
    script = f'{FIX}; sleep 0.1; echo "$WB_TICKET_ID" >> {tools}/paid/list'
    write_script(tools / "a", script)
    # The agents' bookkeeper: a named pipe is the one thing that a read-only folder lets through.
    (tools / "paid").mkdir()
    pipe = tools / "paid" / "list"
    os.mkfifo(pipe)
    pipe.chmod(0o622)
    descriptor = os.open(pipe, os.O_RDWR | os.O_NONBLOCK)
    payments = b""
    for number in range(int(os.environ.get("WORKBENCH_KILLS", "8"))):
        process = cli.start("run")
        moment = 0.6 + 1.4 * dice.random()
        if number % 2:
            ended = os.pidfd_open(process.pid)
            select.select([descriptor, ended], [], [])
            os.close(ended)
            with contextlib.suppress(BlockingIOError):
                payments += os.read(descriptor, 1 << 16)
            moment = 0.01 * dice.random()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.communicate(timeout=moment)
        process.kill()
        process.communicate()
    done = cli.quick("run")
    with contextlib.suppress(BlockingIOError):
        payments += os.read(descriptor, 1 << 16)
    os.close(descriptor)
    assert done.code == 0, done.err
    assert sorted(payments.decode().split()) == sorted(f"t{k}" for k in range(n))
    rows = rows_of(cli)
    assert set(rows) == {(f"t{k}", "a", 1) for k in range(n)}
    assert {str(row["message"]) for row in rows.values()} == {"done"}
    assert all("+    return b + a" in str(row["patch"]) for row in rows.values())
    with closing(sqlite3.connect(cli.folder / ".workbench" / "study.db")) as connection:
        assert connection.execute("SELECT count(*) FROM output").fetchone() == (n,)
