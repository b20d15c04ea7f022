"""Thirty pairs of published outputs, by keys in a terminal: revealed, exported, sides swapped."""

import json
import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from workbench.bootstrap import open_workbench, utc_now
from workbench.domain.label import Act, Effort
from workbench.domain.pair import Preference, make_vote, put_vote
from workbench.study import find_study

from .kit import Pty, query, run_workbench, wait_for_labels
from .test_blind import next_key
from .test_realdata import DATA, REPOSITORIES, mirror

pytestmark = [pytest.mark.realdata, pytest.mark.slow]

FILES = {
    "20240402_sweagent_gpt4": "canary-alpha-7",
    "aider_gpt4o_opus": "canary-beta-9",
    "auto-code-rover-run-1": "canary-gamma-3",
}
SWAPPED = {Preference.LEFT: Preference.RIGHT, Preference.RIGHT: Preference.LEFT}


def test_thirty_pairs_from_the_first_key_to_the_export(tmp_path: Path) -> None:
    """K3: no canary on the wire; the seal holds; the same rows whichever side was which."""
    missing = [str(path) for path in (DATA, *map(mirror, REPOSITORIES)) if not path.exists()]
    if missing:
        pytest.skip(f"published outputs are not here: {', '.join(missing)}")
    env = {"HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path), "USER": "ann", "LOGNAME": "ann"}
    folder = tmp_path / "study"
    where = ("--study", folder)
    repositories = [f"--repo={name}={mirror(name)}" for name in REPOSITORIES]
    run_workbench("init", *where, *repositories, env=env)
    run_workbench("tickets", "import", DATA / "tickets.jsonl", *where, env=env)
    for file, who in FILES.items():
        path = DATA / f"predictions_{file}.jsonl"
        run_workbench("outputs", "import", path, "--candidate", who, *where, env=env)

    raw = label_pairs(folder, env, 30)
    assert b"canary" not in raw.lower()
    told = json.loads(run_workbench("reveal", "--yes", "--json", *where, env=env).stdout)
    assert told["holds"] is True
    assert {row["candidate"] for row in told["candidates"]} == set(FILES.values())
    metrics = json.loads(run_workbench("metrics", "--pairs", "--json", *where, env=env).stdout)
    assert metrics["answers"] >= 30
    assert len(metrics["pairs"]) == 3

    kinds = ("trl", "kto", "openai")
    first = {kind: export(kind, folder, tmp_path, env) for kind in kinds}
    turned = tmp_path / "turned"
    shutil.copytree(folder, turned, symlinks=True)
    swap_all(turned)
    assert {kind: export(kind, turned, tmp_path, env, "--all") for kind in kinds} == first
    run_workbench("verify", *where, env=env)


def label_pairs(folder: Path, env: dict[str, str], n: int) -> bytes:
    """Label and answer until n pairs have an answer; every byte the terminal got."""
    answers = "12341235"
    with Pty("review", "--pair", "--study", folder, size=(160, 45), env=env) as screen:
        wait_for_labels(screen)
        given = 0
        for _ in range(20 * n):
            screen.rest(0.3)
            if count_votes(folder) >= n:
                break
            if "Did you recognise" in screen.text:
                screen.send("n")
                continue
            key = next_key(screen)
            if key == "1":
                key, given = answers[given % len(answers)], given + 1
            screen.send(key)
        assert count_votes(folder) >= n
        screen.send("q")
        assert screen.wait() == 0
        return screen.raw


def count_votes(folder: Path) -> int:
    ((n,),) = query(folder, "SELECT count(*) FROM label_event WHERE act = 'prefer'")
    return int(str(n))


def export(kind: str, folder: Path, home: Path, env: dict[str, str], *options: str) -> bytes:
    path = home / f"{kind}.jsonl"
    run_workbench("export", kind, "-o", path, *options, "--study", folder, env=env)
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert rows
    if kind == "kto":
        assert Counter(type(row["label"]) for row in rows) == {bool: len(rows)}
    return path.read_bytes()


def swap_all(folder: Path) -> None:
    """Every answer again, with its outputs on the other sides."""
    with open_workbench(find_study(folder)) as bench:
        reviews = bench.reviews("ann")
        for cast in list(bench.store.pair_votes()):
            vote, anchor = cast.vote, min(cast.vote.left, cast.vote.right)
            assert vote.preference is not None
            preference = SWAPPED.get(vote.preference, vote.preference)
            turned = make_vote(vote.right, vote.left, preference)
            held = bench.store.get_judgement("ann", anchor)
            judgement = replace(held, votes=put_vote(held.votes, turned))
            reviews.record(anchor, Act.PREFER, judgement, Effort(utc_now()), held)
