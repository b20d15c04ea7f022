"""Models over HTTP: one request, one reply, over real sockets; limits and faults as they come."""

import json
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from .keyring_shelf import shelve
from .kit import WORKBENCH, Cli, change, environment
from .model_server import Fault, ModelServer, error, serve
from .run_kit import make_run_study, rows_of, set_candidates, wait_for

KEY = "sk-CANARY-0123456789"
PRICES = {"input_usd_per_mtok": 2.0, "cached_usd_per_mtok": 0.5, "output_usd_per_mtok": 10.0}


@pytest.fixture
def server() -> Iterator[ModelServer]:
    """A model that says what a test wants."""
    with serve() as server:
        yield server


def make(folder: Path, server: ModelServer, api: str = "openai", **settings: object) -> Cli:
    cli = make_run_study(folder, {})
    set_model(cli, server, api, **settings)
    return cli


def set_model(cli: Cli, server: ModelServer, api: str = "openai", **settings: object) -> None:
    run = {name: settings.pop(name) for name in ("retries", "retry_wait_s") if name in settings}
    base = server.url + ("/v1" if api == "openai" else "")
    table = {"api": api, "model": "m-1", "base_url": base, "key": "MODEL_KEY", **PRICES, **settings}
    set_candidates(cli, {"m": table}, **{"retries": 0, "retry_wait_s": 0.01, **run})


def run(cli: Cli) -> dict[str, object]:
    done = cli.quick("run", "--json", env={"MODEL_KEY": KEY})
    assert KEY not in done.out + done.err
    lines = [json.loads(line) for line in done.out.splitlines()]
    assert lines, done.err
    row: dict[str, object] = lines[0]
    return {**row, "code": done.code, "err": done.err, "sum": lines[-1]["candidates"][0]}


FENCED = f"Swapped.\n\n```diff\n{change()}```\n\nKNOWN ISSUE: slower\n"
BARE = "Here:\n" + change().partition("\n")[2]
WHOLE = "Whole file.\n\nFILE: calc.py\n```python\ndef add(a, b):\n    return b + a\n```\n"


REPLIES = [
    (FENCED, "patch", "Swapped."),
    (BARE, "patch", "Here:"),
    (WHOLE, "patch", "Whole file."),
    ("QUESTION: which one?\nQUESTION: when?", "ask", "QUESTION: which one?"),
    ("DECLINED: it is not safe", "decline", "DECLINED: it is not safe"),
    ("I would rather talk about it.", "ask", "I would rather"),
    ("", "empty", ""),
]


@pytest.mark.parametrize("api", ["openai", "anthropic"])
def test_a_reply_in_each_form(tmp_path: Path, server: ModelServer, api: str) -> None:
    """A diff, whole files, a question, a refusal, prose; with tokens and cost."""
    server.replies = {f"Title of t{n}\n": case[0] for n, case in enumerate(REPLIES)}
    cli = make_run_study(tmp_path, {}, n_tickets=len(REPLIES))
    set_model(cli, server, api)
    assert run(cli)["code"] == 0
    rows = rows_of(cli)
    for n, (reply, delivery, said) in enumerate(REPLIES):
        row = rows[f"t{n}", "m", 1]
        assert row["delivery"] == delivery, reply
        assert (row["model"], row["input_tokens"], row["output_tokens"]) == (
            "m-served-1",
            1000,
            200,
        )
        assert row["spent_usd"] == pytest.approx((600 * 2 + 400 * 0.5 + 200 * 10) / 1e6)
        assert str(row["message"]).startswith(said)
        if delivery == "patch":
            assert row["rung"] == "plain"
            assert "+    return b + a\n" in str(row["patch"])
    path, headers, body = server.requests[0]
    if api == "openai":
        assert (path, headers["authorization"]) == ("/v1/chat/completions", f"Bearer {KEY}")
    else:
        assert (path, headers["x-api-key"]) == ("/v1/messages", KEY)
        assert (headers["anthropic-version"], body["max_tokens"]) == ("2023-06-01", 8192)
    assert "Title of t" in body["messages"][0]["content"]
    assert "\n\nBody of t" in body["messages"][0]["content"]


def test_the_files_that_are_sent(tmp_path: Path, server: ModelServer) -> None:
    """Those of the globs, within the budget, recorded; what does not fit is named."""
    cli = make(tmp_path, server, context=["*.py", "*.txt"], max_context_tokens=16)
    row = run(cli)
    wanted = ["files sent: notes.txt", "left out for the budget of tokens: calc.py"]
    assert row["notes"] == wanted
    set_model(cli, server, context=["*.py"], name="n")
    run(cli)
    content = server.requests[-1][2]["messages"][0]["content"]
    assert "FILE: calc.py\n```\ndef add(a, b):" in content
    assert "notes.txt" not in content


def test_a_template_of_the_study_is_part_of_the_candidate(
    tmp_path: Path, server: ModelServer
) -> None:
    """Another text is another candidate; a place in a ticket is no place in the template."""
    cli = make(tmp_path, server)
    (tmp_path / "own.md").write_text("Do it: {{ticket}} with {{files}}.")
    set_model(cli, server, template="own.md")
    run(cli)
    assert server.requests[0][2]["messages"][0]["content"] == (
        "Do it: # Title of t0\n\nBody of t0 with ."
    )
    (tmp_path / "own.md").write_text("Do it now: {{ticket}} {{files}}")
    done = cli.quick("run", env={"MODEL_KEY": KEY})
    assert done.code == 2
    assert "template_digest was" in done.err
    (tmp_path / "own.md").write_text("Do it now.")
    done = cli.quick("run", env={"MODEL_KEY": KEY})
    assert "own.md: {{ticket}} is not in it" in done.err


LIMITED: Fault = (429, {"retry-after": "1"}, error("rate_limit_error", "slow down"))
CASES: dict[str, tuple[Fault, str, str]] = {
    "429": ((429, {}, error("rate_limit_error")), "provider", "HTTP 429"),
    "529": ((529, {}, error("overloaded_error", "Overloaded")), "provider", "HTTP 529: Overloaded"),
    "500": ((500, {}, b"<html>oops</html>"), "provider", "HTTP 500: the answer is no JSON"),
    "cut": ((0, {}, b'{"model": "m'), "provider", "RemoteProtocolError"),
    "html": ((200, {}, b"<html>hello</html>"), "provider", "the reply cannot be read"),
    "shape": ((200, {}, b'{"choices": []}'), "provider", "the reply cannot be read"),
    "list": ((200, {}, b"[1]"), "provider", "the reply cannot be read"),
    "401": ((401, {}, error("auth")), "configuration", "HTTP 401: auth: is the key in MODEL_KEY"),
    "403": ((403, {}, error("permission_error", "no rights")), "configuration", "HTTP 403"),
    "404": ((404, {}, error("not_found", "no such model")), "configuration", "HTTP 404"),
    "money": ((429, {}, error("insufficient_quota", "pay")), "quota", "quota exhausted (HTTP 429"),
    "402": ((402, {}, error("x", "pay")), "quota", "quota exhausted"),
    "long": (
        (400, {}, error("context_length_exceeded", "too many tokens")),
        "out_of_budget",
        "HTTP 400",
    ),
    "away": ((302, {"location": "http://127.0.0.1:9/"}, b""), "configuration", "HTTP 302"),
    "never": ((-1, {}, b""), "out_of_budget", "timeout after 1 s"),
}


def test_what_a_fault_comes_to(tmp_path: Path, server: ModelServer) -> None:
    """Try again, pause, mend the settings, or the model's own failure; never a wrong label."""
    server.faults_of = {case: fault for case, (fault, _, _) in CASES.items()}
    rows = run_all(make_run_study(tmp_path, {}), server, list(CASES))
    for case, (_, exit_class, said) in CASES.items():
        assert rows[case]["exit_class"] == exit_class, case
        assert str(rows[case]["reason"]).startswith(said), case
    assert sorted(body["model"] for _, _, body in server.requests) == sorted(CASES)


def run_all(cli: Cli, server: ModelServer, models: list[str]) -> dict[str, dict[str, object]]:
    """One candidate a model, all in one run; what is told of each."""
    table = {"api": "openai", "base_url": f"{server.url}/v1", "key": "MODEL_KEY", "timeout_s": 1}
    tables = {model: {**table, "model": model} for model in models}
    set_candidates(cli, tables, max_workers=8)
    done = cli.quick("run", "--json", env={"MODEL_KEY": KEY, "WORKBENCH_LOG": "debug"})
    assert KEY not in done.out + done.err
    lines = [json.loads(line) for line in done.out.splitlines()[:-1]]
    return {line["candidate"]: line for line in lines}


def test_what_passes_is_waited_for(tmp_path: Path, server: ModelServer) -> None:
    """Faults, then an answer: as long as Retry-After says, and one output with its tries."""
    server.reply = FENCED
    server.faults = [CASES["500"][0], LIMITED, CASES["cut"][0]]
    began = time.monotonic()
    row = run(make(tmp_path, server, retries=3, retry_wait_s=0.01))
    assert (row["delivery"], row["tries"]) == ("patch", 4)
    assert time.monotonic() - began >= 1.0


def test_no_money_pauses_and_the_same_command_goes_on(tmp_path: Path, server: ModelServer) -> None:
    """Nothing more is asked; what came is kept; after that nothing is paid for twice."""
    server.reply = FENCED
    cli = make_run_study(tmp_path, {}, n_tickets=4)
    set_model(cli, server)
    assert cli.quick("run", env={"MODEL_KEY": KEY}).code == 0
    set_model(cli, server, trials=2)
    server.faults = [(429, {}, error("insufficient_quota", "no credit"))]
    done = cli.quick("run", env={"MODEL_KEY": KEY})
    assert done.code == 1
    assert "m was stopped: quota exhausted (HTTP 429: no credit): fill it up" in done.err
    assert len(server.requests) <= 4 + 3
    assert cli.quick("run", env={"MODEL_KEY": KEY}).code == 0
    assert len(rows_of(cli)) == 8
    assert len(server.requests) == 4 + 1 + 4


@pytest.mark.parametrize("api", ["openai", "anthropic"])
def test_refused_and_cut_replies(tmp_path: Path, server: ModelServer, api: str) -> None:
    """A refusal is an answer; a reply cut short keeps the patch and counts as out of budget."""
    server.finish = "content_filter"
    server.reply = "I cannot help with that."
    assert run(make(tmp_path / "a", server, api))["exit_class"] == "refused"
    server.finish, server.reply = "length", FENCED
    row = run(make(tmp_path / "b", server, api))
    assert (row["exit_class"], row["delivery"]) == ("out_of_budget", "patch")


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"api": "soap"}, "expected one of openai, anthropic"),
        ({"model": ""}, "model: is missing"),
        ({"base_url": "http://example.org/v1"}, "would send the key in the clear"),
        ({"base_url": "ftp://example.org"}, "expected an address that begins with https://"),
        ({"template": "gone.md"}, "cannot be read"),
        ({"command": ["x"]}, "either command, api or replay"),
    ],
)
def test_settings_that_cannot_be_meant(
    tmp_path: Path, server: ModelServer, settings: dict[str, str], said: str
) -> None:
    """Nothing is sent."""
    cli = make(tmp_path, server)
    set_model(cli, server, **{"api": "openai", **settings})
    done = cli.quick("run", env={"MODEL_KEY": KEY})
    assert done.code == 2
    assert said in done.err
    assert server.requests == []


def test_no_key_no_request(tmp_path: Path, server: ModelServer) -> None:
    """The variable is named."""
    done = make(tmp_path, server).quick("run")
    assert done.code == 3
    assert "candidate m: MODEL_KEY is neither set in the environment nor in a keyring" in done.err


def test_k1_a_key_of_the_keyring(tmp_path: Path, server: ModelServer) -> None:
    """Where the environment has none; it goes into one header, and is on no disk of ours."""
    cli = make(tmp_path / "run", server)
    done = cli.run("run", env=shelve(tmp_path, "MODEL_KEY", KEY))
    assert done.code == 0, done.err
    assert server.requests[0][1]["authorization"] == f"Bearer {KEY}"
    files = [path for path in cli.folder.rglob("*") if path.is_file()]
    assert not [path for path in files if KEY.encode() in path.read_bytes()]
    assert KEY not in done.out + done.err


def test_files_that_lead_outside_are_left_out(tmp_path: Path, server: ModelServer) -> None:
    """A model names paths; none of them leaves the checkout, and the others are taken."""
    bad = ("../x", "/x", ".git/config", "a/../../x", ".GIT/hooks/x")
    server.reply = WHOLE + "".join(f"\nFILE: {name}\n```\nx\n```\n" for name in bad)
    cli = make(tmp_path, server)
    row = run(cli)
    assert row["delivery"] == "patch"
    assert len([n for n in row["notes"] if "outside of the repository" in n]) == len(bad)  # type: ignore[attr-defined]
    assert str(rows_of(cli)["t0", "m", 1]["patch"]).count("diff --git") == 1


def test_k1_a_key_is_nowhere_after_a_failure(tmp_path: Path, server: ModelServer) -> None:
    """Forced 401, timeout, a cut connection, a server that echoes the key: 0 hits on disk."""
    echo: Fault = (400, {}, error("bad", f"your key {KEY} is odd"))
    faults = {case: CASES[case][0] for case in ("401", "never", "cut")}
    server.faults_of = {**faults, "echo": echo}
    cli = make_run_study(tmp_path, {})
    assert len(run_all(cli, server, list(server.faults_of))) == len(server.faults_of)
    files = [path for path in cli.folder.rglob("*") if path.is_file()]
    assert not [path for path in files if KEY.encode() in path.read_bytes()]


def test_a_diff_against_other_files_is_kept_and_does_not_apply(
    tmp_path: Path, server: ModelServer
) -> None:
    """It is an answer all the same: shown as it came, with the rung that says so."""
    server.reply = f"```diff\n{change().replace('calc.py', 'gone.py')}```\n"
    cli = make(tmp_path, server)
    row = run(cli)
    assert (row["delivery"], row["code"]) == ("patch", 0)
    kept = rows_of(cli)["t0", "m", 1]
    assert (kept["rung"], "gone.py" in str(kept["patch"])) == ("failed", True)


def test_a_kill_during_a_request_loses_nothing(tmp_path: Path, server: ModelServer) -> None:
    """What was answered stays, what was not is asked again, and nothing twice."""
    server.reply = FENCED
    cli = make_run_study(tmp_path, {}, n_tickets=3)
    set_model(cli, server, timeout_s=60)
    server.faults = [(-1, {}, b"")]
    process = subprocess.Popen(
        [*WORKBENCH, "run"],
        cwd=cli.folder,
        env={**environment(cli.folder), "MODEL_KEY": KEY},
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(lambda: len(list((cli.folder / ".workbench/runs").glob("*/record.json"))) == 2)
    finally:
        process.kill()
        process.communicate()
    server.leaving.set()
    assert run(cli)["code"] == 0
    assert len(rows_of(cli)) == 3
    assert len(server.requests) == 3 + 1


def test_a_second_interrupt_ends_a_request(tmp_path: Path, server: ModelServer) -> None:
    """A model that never answers is not waited for."""
    server.faults = [(-1, {}, b"")]
    cli = make(tmp_path, server, timeout_s=60)
    process = subprocess.Popen(
        [*WORKBENCH, "run"],
        cwd=cli.folder,
        env={**environment(cli.folder), "MODEL_KEY": KEY},
        stderr=subprocess.PIPE,
    )
    while not server.requests:
        time.sleep(0.01)
    for _ in range(2):
        process.send_signal(signal.SIGINT)
        time.sleep(0.2)
    _, err = process.communicate(timeout=10)
    assert process.returncode == 130, err
