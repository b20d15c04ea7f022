"""The numbers as a script reads them, and as a person does."""

from .kit import Cli

RATES = (
    "merge_rate",
    "coverage",
    "yield",
    "abstention_rate_vague",
    "abstention_rate_clear",
    "self_flag_rate",
    "escape_rate",
    "escape_rate_total",
)


def test_metrics_as_json(cli: Cli) -> None:
    """Each rate with hits, n, rate, interval and confidence; null for 0/0; every state counted."""
    found = {row["candidate"]: row for row in cli.ok("metrics", "--json").json("metrics")}
    first = found["m1"]

    assert set(found) == {"m1", "m2"}
    for name in RATES:
        rate = first[name]
        assert isinstance(rate, dict)
        assert set(rate) == {"hits", "n", "rate", "interval", "confidence"}
        assert rate["rate"] == (rate["hits"] / rate["n"] if rate["n"] else None)
    assert first["merge_rate"] == {
        "hits": 1,
        "n": 2,
        "rate": 0.5,
        "interval": [0.09453120573423074, 0.9054687942657693],
        "confidence": 0.95,
    }
    assert first["self_flag_rate"] == {
        "hits": 0,
        "n": 0,
        "rate": None,
        "interval": [0.0, 1.0],
        "confidence": 0.95,
    }
    outcomes = first["outcomes"]
    assert isinstance(outcomes, dict)
    assert {name: n for name, n in outcomes.items() if n} == {
        "abstained": 1,
        "merged": 1,
        "no_output": 1,
        "pending": 3,
    }
    assert len(outcomes) == 11


def test_one_reviewer_can_be_asked_for(cli: Cli) -> None:
    """What bob found escapes; for the study the one who labelled first counts, and it is said."""
    own = {
        r["candidate"]: r
        for r in cli.ok("metrics", "--json", "--reviewer", "bob é").json("metrics")
    }
    escaped = own["m1"]["escape_rate"]
    assert isinstance(escaped, dict)
    assert (escaped["hits"], escaped["n"]) == (1, 1)
    assert (
        "1 outputs have labels of more than one reviewer, of which\n1 disagree"
        in cli.ok("metrics").out
    )


def test_nothing_divided_by_nothing_is_a_dash(cli: Cli) -> None:
    """0/0 is never 0 % or 100 %."""
    told = cli.run("metrics")
    assert told.code == 0
    line = next(line for line in told.out.splitlines() if "self-flagged-flaw" in line)
    assert line.split()[-6:] == ["0/0", "—", "no", "flaw", "found", "yet"]
