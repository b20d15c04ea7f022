"""`workbench outputs leaks`: where outputs name their maker; for the lead, not for a reviewer."""

from workbench.blinding import make_seals
from workbench.bootstrap import open_workbench
from workbench.cli.outputs import app
from workbench.cli.terminal import (
    JsonOption,
    Progress,
    StudyOption,
    describe_counts,
    say,
    say_json,
    say_table,
)
from workbench.domain.seal import make_code
from workbench.study import find_study


@app.command("leaks")
def leaks(study: StudyOption = None, as_json: JsonOption = False) -> None:
    """List names of models, vendors and tools in the outputs, as blind reviews hide them."""
    from workbench.services.leaks import count_leaks, list_leaks

    with open_workbench(find_study(study)) as bench, Progress("looking for names"):
        seals = make_seals(bench)
        found, counts = count_leaks(list_leaks(bench.store, seals.scrubber()))
        seal = bench.store.get_seal() if bench.store.is_sealed else None
    names = {each.candidate for each in found}
    shown = {name: make_code(seal.salt, name) if seal else name for name in names}
    rows = [
        {
            "candidate": shown[each.candidate],
            "ticket": each.ticket_id,
            "id": each.output_id,
            "in": each.where,
            "rule": each.leak.rule,
            "text": each.leak.text,
        }
        for each in found
    ]
    if as_json:
        say_json("leaks", rows, by_candidate={shown[who]: dict(n) for who, n in counts.items()})
        return
    if not rows:
        say("no output names its maker")
        return
    say_table(tuple(rows[0]), [tuple(row.values()) for row in rows])
    for who, by_rule in counts.items():
        say(f"{shown[who]}: {describe_counts(by_rule)}")
    say("a reviewer should not read this; blind reviews hide every one of them")
