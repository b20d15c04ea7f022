"""Preference sets: resolved through the output, ties never chosen, what is left out is counted."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from workbench.bootstrap import open_workbench, utc_now
from workbench.domain.label import Act, Effort
from workbench.domain.pair import Preference, Vote, make_vote, put_vote
from workbench.study import find_study

from .kit import Cli, change, make_repository, prediction, ticket, write_lines

TICKETS = ("t1", "t2", "t3", "t4", "t5", "t6")
ANSWERS = {
    "t1": Preference.LEFT,
    "t2": Preference.RIGHT,
    "t3": Preference.BOTH_GOOD,
    "t4": Preference.BOTH_BAD,
    "t5": Preference.CANNOT_JUDGE,
    "t6": Preference.LEFT,
}


@pytest.fixture
def voted(tmp_path: Path) -> Cli:
    """Six pairs with every kind of answer; on the last ticket one candidate asks."""
    make_repository(tmp_path / "repo")
    cli, study = Cli(tmp_path), tmp_path / "study"
    write_lines(tmp_path / "tickets.jsonl", [ticket(name) for name in TICKETS])
    rows = [
        prediction(name, who, change(new=f"{n} + {who[-1]}"), message="Done.")
        for n, name in enumerate(TICKETS)
        for who in ("m1", "m2")
        if (name, who) != ("t6", "m2")
    ]
    rows.append(prediction("t6", "m2", "", message="Which one?"))
    write_lines(tmp_path / "preds.jsonl", rows)
    cli.ok("init", "--repo", "repo", "--study", study)
    cli.ok("tickets", "import", "tickets.jsonl", "--study", study)
    cli.ok("outputs", "import", "preds.jsonl", "--study", study)
    for name, preference in ANSWERS.items():
        answer(study, name, preference)
    return Cli(study)


def answer(study: Path, name: str, preference: Preference, *, is_swapped: bool = False) -> Vote:
    """Ann's answer: m1's output on the left, or the same answer with the sides swapped."""
    with open_workbench(find_study(study)) as bench:
        reviews = bench.reviews("ann")
        left, right = (o.output_id for o in bench.store.list_outputs(ticket=name))
        if is_swapped:
            left, right = right, left
            turned = {Preference.LEFT: Preference.RIGHT, Preference.RIGHT: Preference.LEFT}
            preference = turned.get(preference, preference)
        vote, anchor = make_vote(left, right, preference), min(left, right)
        held = bench.store.get_judgement("ann", anchor)
        judgement = replace(held, votes=put_vote(held.votes, vote))
        reviews.record(anchor, Act.PREFER, judgement, Effort(utc_now()), held)
    return vote


def export(cli: Cli, kind: str, *options: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Rows and manifest (Any: JSON)."""
    cli.ok("export", kind, "-o", f"{kind}.jsonl", *options)
    lines = (cli.folder / f"{kind}.jsonl").read_text(encoding="utf-8").splitlines()
    manifest = (cli.folder / f"{kind}.jsonl.manifest.json").read_text(encoding="utf-8")
    return [json.loads(line) for line in lines], json.loads(manifest)


def test_trl_has_prompt_chosen_and_rejected_as_plain_texts(voted: Cli) -> None:
    """Explicit prompts; ties, both bad and no verdict are counted and never chosen."""
    rows, manifest = export(voted, "trl")
    assert [set(row) for row in rows] == [{"prompt", "chosen", "rejected"}] * 2
    assert all(isinstance(text, str) and text for row in rows for text in row.values())
    assert "0 + 1" in rows[0]["chosen"]
    assert "0 + 2" in rows[0]["rejected"]
    assert "1 + 2" in rows[1]["chosen"]
    assert rows[0]["prompt"] == "Title of t1\n\nBody of t1"
    dropped = {"tie": 1, "both_bad": 1, "no_verdict": 1, "no_text": 1}
    assert manifest["dropped"] == dropped
    assert manifest["rows_written"] == 2
    assert manifest["format"] == "trl"


def test_a_question_is_text_only_where_that_is_asked_for(voted: Cli) -> None:
    """And the message goes before a patch by flag alone."""
    rows, manifest = export(voted, "trl", "--abstain-as-text")
    assert rows[-1]["rejected"] == "Which one?"
    assert "no_text" not in manifest["dropped"]
    rows, _ = export(voted, "trl", "--with-message")
    assert rows[0]["chosen"].startswith("Done.\n\ndiff --git")


def test_kto_has_two_rows_an_answer_and_one_a_label(voted: Cli) -> None:
    """Both good: true twice; both bad: false twice; a label counts where there is no pair."""
    rows, manifest = export(voted, "kto")
    assert [set(row) for row in rows] == [{"prompt", "completion", "label"}] * 8
    by_ticket: dict[str, list[bool]] = {}
    for row in rows:
        by_ticket.setdefault(row["prompt"][9:11], []).append(row["label"])
    assert {name: sorted(labels) for name, labels in by_ticket.items()} == {
        "t1": [False, True],
        "t2": [False, True],
        "t3": [True, True],
        "t4": [False, False],
    }
    assert manifest["dropped"] == {"no_verdict": 1, "no_text": 1}


def test_openai_rows_have_exactly_one_assistant_message_a_side(voted: Cli) -> None:
    """As the documented schema wants them."""
    rows, _ = export(voted, "openai")
    for row in rows:
        assert set(row) == {"input", "preferred_output", "non_preferred_output"}
        assert set(row["input"]) == {"messages", "tools", "parallel_tool_calls"}
        assert [message["role"] for message in row["input"]["messages"]] == ["user"]
        for side in ("preferred_output", "non_preferred_output"):
            assert [set(message) for message in row[side]] == [{"role", "content"}]
            assert row[side][0]["role"] == "assistant"
            assert isinstance(row[side][0]["content"], str)


def test_arena_battles_keep_both_ties(voted: Cli) -> None:
    """The winner is the model behind the output; the judge is a pseudonym."""
    rows, _ = export(voted, "arena")
    assert len(rows) == 4
    assert {frozenset((row["model_a"], row["model_b"])) for row in rows} == {
        frozenset(("m1", "m2"))
    }
    winners = {row["conversation_a"][0]["content"][9:11]: winner(row) for row in rows}
    assert winners == {"t1": "m1", "t2": "m2", "t3": "tie", "t4": "tie (bothbad)"}
    for row in rows:
        assert row["judge"].startswith("arena_user_")
        assert "ann" not in row["judge"]
        assert row["anony"] is True
        assert [turn["role"] for turn in row["conversation_b"]] == ["user", "assistant"]


def winner(row: Mapping[str, str]) -> str:
    return row.get(row["winner"], row["winner"])


# Columns and types as documented: huggingface.co/docs/trl/dataset_formats (preference with an
# explicit prompt, unpaired preference) and
# platform.openai.com/docs/guides/direct-preference-optimization.
SCHEMAS: dict[str, dict[str, object]] = {
    "trl": {"prompt": "string", "chosen": "string", "rejected": "string"},
    "kto": {"prompt": "string", "completion": "string", "label": "bool"},
    "openai": {
        "input": {
            "messages": [{"role": "string", "content": "string"}],
            "parallel_tool_calls": "bool",
            "tools": [],
        },
        "preferred_output": [{"role": "string", "content": "string"}],
        "non_preferred_output": [{"role": "string", "content": "string"}],
    },
}


def name_type(value: object) -> object:
    """The shape of a JSON value, a list by its first item."""
    if isinstance(value, dict):
        return {key: name_type(inside) for key, inside in value.items()}
    if isinstance(value, list):
        return [name_type(inside) for inside in value[:1]]
    return {str: "string", bool: "bool", int: "int64", float: "float64"}[type(value)]


@pytest.mark.parametrize("kind", SCHEMAS)
def test_every_row_has_the_documented_columns_and_types(voted: Cli, kind: str) -> None:
    """Nothing beside them, in any row."""
    rows, _ = export(voted, kind)
    assert [name_type(row) for row in rows] == [SCHEMAS[kind]] * len(rows)


@pytest.mark.parametrize("kind", ["trl", "kto", "openai", "arena"])
def test_each_file_loads_in_the_library_it_is_for(voted: Cli, kind: str, tmp_path: Path) -> None:
    """By `datasets`, which TRL reads with; it comes with the extra `oracles` alone."""
    datasets = pytest.importorskip("datasets", exc_type=ImportError)
    rows, _ = export(voted, kind)
    file, cache = str(voted.folder / f"{kind}.jsonl"), str(tmp_path / "cache")
    found = datasets.load_dataset("json", data_files=file, split="train", cache_dir=cache)
    assert found.num_rows == len(rows)
    wanted = SCHEMAS.get(kind, {})
    flat = {name: what for name, what in wanted.items() if isinstance(what, str)}
    assert {name: found.features[name].dtype for name in flat} == flat
    assert found.to_list() == rows


@pytest.mark.parametrize("kind", ["trl", "kto", "openai", "arena"])
def test_field_t17_swapped_sides_export_the_same_bytes(voted: Cli, kind: str) -> None:
    """Every answer given again with the outputs on the other sides: not a byte differs."""
    export(voted, kind)
    first = (voted.folder / f"{kind}.jsonl").read_bytes()
    for name, preference in ANSWERS.items():
        answer(voted.folder, name, preference, is_swapped=True)
    export(voted, kind)
    again = (voted.folder / f"{kind}.jsonl").read_bytes()
    if kind == "arena":
        first, again = (_without_time(data) for data in (first, again))
    assert again == first


def _without_time(data: bytes) -> bytes:
    rows = [json.loads(line) for line in data.splitlines()]
    return json.dumps([{**row, "tstamp": 0} for row in rows]).encode()


def test_a_sealed_study_exports_texts_and_no_names(voted: Cli) -> None:
    """Battles name the models: refused with what to do; sets of texts go out."""
    voted.ok("seal")
    refused = voted.quick("export", "arena", "-o", "arena.jsonl")
    assert (refused.code, "reveal" in refused.err) == (3, True)
    rows, manifest = export(voted, "trl")
    assert len(rows) == 2
    assert manifest["sealed"] is True


def test_answers_after_the_reveal_are_left_out_and_counted(voted: Cli) -> None:
    """--all takes them in."""
    voted.ok("seal")
    voted.ok("reveal", "--yes", "--reviewer", "ann")
    answer(voted.folder, "t1", Preference.RIGHT)
    rows, manifest = export(voted, "trl")
    assert "0 + 1" in rows[0]["chosen"]
    assert manifest["dropped"]["post_reveal"] == 1
    rows, _ = export(voted, "trl", "--all")
    assert "0 + 2" in rows[0]["chosen"]


def test_nothing_to_export_is_said_with_its_reasons(voted: Cli, tmp_path: Path) -> None:
    """Never a silent empty file."""
    for name in TICKETS:
        answer(voted.folder, name, Preference.BOTH_BAD)
    done = voted.quick("export", "trl", "-o", "out.jsonl")
    assert done.code == 3
    assert "nothing to export: 5 both_bad, 1 no_text" in done.err
    assert not (voted.folder / "out.jsonl").exists()
    assert tmp_path.is_dir()


def test_metrics_of_pairs_are_told_and_traced_to_answers(voted: Cli) -> None:
    """By candidate; while sealed as one pool."""
    told = " ".join(voted.ok("metrics", "--pairs").out.split())
    assert "m1 against m2: 5 pairs judged" in told
    assert "m1 better in 2/3" in told
    assert "both good 1, both bad 1, cannot judge 1" in told
    (duel,) = voted.ok("metrics", "--pairs", "--json").json("pairs")
    assert (duel["wins"], duel["losses"], duel["n"]) == (2, 1, 5)
    voted.ok("seal")
    sealed = voted.ok("metrics", "--pairs")
    assert "sealed" in sealed.out
    assert "m1" not in sealed.out
    (pool,) = voted.ok("metrics", "--pairs", "--json").json("pairs")
    assert pool["decided"] == 3
    assert "wins" not in pool
    bad = voted.quick("metrics", "--pairs", "--reviewer", "ann")
    assert bad.code == 2
