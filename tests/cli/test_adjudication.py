"""Who settles a disagreement: none of those who disagree; their label counts, agreement stays."""

import json
from dataclasses import replace

from workbench.blinding import open_adjudication
from workbench.bootstrap import utc_now
from workbench.domain.delivery import Delivery
from workbench.domain.draft import Decision, apply_decision
from workbench.domain.label import Act, EditClass, Effort, Label
from workbench.study import find_study

from .kit import Cli


def settle(cli: Cli, decision: Decision) -> list[str]:
    """Cy decides on every disputed output, as the screen records it; the outputs."""
    made = open_adjudication(find_study(cli.folder), "cy")
    assert made is not None
    desk, done = made.desk, []
    try:
        while row := desk.queues.next_open(None):
            item = desk.queues.open(row.output_id)
            judgement = apply_decision(item.judgement, decision, Delivery.PATCH)
            judgement = replace(judgement, adjudicates=True)
            effort = Effort(utc_now())
            saved = desk.reviews.record(
                item.output_id, Act.LABEL, judgement, effort, item.judgement
            )
            done.append(item.output_id)
            assert saved.progress.labelled == len(done)
            assert saved.item.alias == ""
    finally:
        desk.close()
    return done


def test_only_what_differs_is_shown_with_what_was_said_and_no_name(
    cli: Cli, output_id: str
) -> None:
    """Ann merged it, bob saw it escape: both stand before the ticket's text, neither by name."""
    made = open_adjudication(find_study(cli.folder), "cy")
    assert made is not None
    made.desk.close()
    assert [row.output_id for row in made.first.rows] == [output_id]
    assert made.first.item is not None
    body = made.first.item.ticket.body
    assert "- escaped: functional 3 in calc.py:2" in body
    assert "- merged" in body
    assert body.endswith("Body of t1")
    shown = repr(made.first)
    assert not any(name in shown for name in ("'ann'", "'bob", "'m1'", "'m2'"))


def test_the_label_that_settles_counts_in_place_of_the_others(cli: Cli, output_id: str) -> None:
    """No range is left by it, the agreement of the raters is what it was, exports say who."""
    before = json.loads(cli.ok("metrics", "--json").out)
    settled = settle(cli, Decision(Label.EDITED, EditClass.MINOR))
    assert settled == [output_id]
    after = json.loads(cli.ok("metrics", "--json").out)
    assert after["double_labels"] == before["double_labels"]
    told = cli.ok("metrics", "explain", "merge_rate", "--candidate", "m1").out
    assert "edited (minor)" in " ".join(told.split())
    cli.ok("export", "jsonl", "-o", "out.jsonl", "--text", "verbatim")
    rows = [
        json.loads(line)
        for line in (cli.folder / "out.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    roles = {row["reviewer_id"]: row["role"] for row in rows if row["output_id"] == output_id}
    assert roles == {"ann": "rater", "bob é": "rater", "cy": "adjudicator"}
    assert open_adjudication(find_study(cli.folder), "di") is not None
    cli.ok("verify")


def test_whoever_disagrees_does_not_adjudicate(cli: Cli) -> None:
    """Exit code 2, and what to do."""
    for name in ("ann", "bob é"):
        done = cli.quick("review", "--adjudicate", "--reviewer", name)
        assert done.code == 2
    assert "needs a terminal" in done.err or "somebody else adjudicates" in done.err
    assert cli.quick("review", "--adjudicate", "--pair").code == 2


def test_where_all_agree_there_is_nothing_to_settle(fresh: Cli) -> None:
    """It is said, and no screen opens."""
    assert open_adjudication(find_study(fresh.folder), "cy") is None
