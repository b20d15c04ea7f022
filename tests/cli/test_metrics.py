"""The numbers as a script reads them, and as a person does."""

import subprocess
import sys
from pathlib import Path

from workbench.domain.measures import MEASURES

from .kit import Cli, environment

RATES = (
    "merge_rate",
    "coverage",
    "yield",
    "abstention_rate_vague",
    "abstention_rate_clear",
    "self_flag_rate",
    "escape_rate",
    "escape_rate_total",
    "defect_leaks",
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
    assert (first["tickets"], first["trials"]) == (5, 2)
    assert first["discrimination"] == 1
    interval = first["discrimination_interval"]
    assert isinstance(interval, list)
    assert interval[0] < 1 == interval[1]
    by_spec = first["by_spec"]
    assert isinstance(by_spec, dict)
    assert set(by_spec) == {"clear", "vague"}


def test_labels_that_disagree_leave_a_range(cli: Cli) -> None:
    """Ann merged what bob says escapes: in JSON and on the page, until somebody decides."""
    row = next(r for r in cli.ok("metrics", "--json").json("metrics") if r["candidate"] == "m1")
    ranges = row["ranges"]
    assert isinstance(ranges, dict)
    ends = [ranges["escape_rate"][end]["rate"] for end in ("low", "high")]
    assert ends == [0.0, 1.0]
    told = cli.ok("metrics").out
    assert "with what is unknown either way: merge rate 0% to 50%" in told


def test_the_page_fits_eighty_columns(cli: Cli) -> None:
    """Every line, and under each of the four rates its companions."""
    lines = cli.ok("metrics").out.splitlines()
    assert max(map(len, lines)) <= 80
    for head, companion in (
        ("  merge rate", "coverage"),
        ("  abstention rate, vague", "on clear"),
        ("  self-flagged-flaw rate", "silent"),
        ("  escape rate", "total"),
    ):
        place = next(i for i, line in enumerate(lines) if line.startswith(head))
        assert lines[place + 1].strip().startswith(companion)


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
        "1 output has labels of more than one reviewer, of which\n1 disagrees"
        in cli.ok("metrics").out
    )


def test_nothing_divided_by_nothing_is_a_dash(cli: Cli) -> None:
    """0/0 is never 0 % or 100 %."""
    told = cli.run("metrics")
    assert told.code == 0
    line = next(line for line in told.out.splitlines() if "self-flagged-flaw" in line)
    assert line.split()[-6:] == ["0/0", "—", "no", "flaw", "found", "yet"]
    assert "silent —, flag precision —" in told.out


def test_every_rate_leads_back_to_its_outputs(cli: Cli) -> None:
    """The listed outputs add up to the rate of `metrics`, for every metric there is."""
    rates = {row["candidate"]: row for row in cli.ok("metrics", "--json").json("metrics")}
    for name in MEASURES:
        found = cli.ok("metrics", "explain", name, "--candidate", "m1", "--json").json("outputs")
        rate = rates["m1"][name]
        assert isinstance(rate, dict)
        assert len(found) == 6
        assert {row["in"] for row in found} <= {"numerator", "denominator", "outside"}
        assert sum(int(str(row["hits"])) for row in found) == rate["hits"]
        assert sum(int(str(row["n"])) for row in found) == rate["n"]


def test_why_an_output_is_where_it_is(cli: Cli) -> None:
    """In words, with who disagrees, in eighty columns; hostile names and notes stay harmless."""
    told = cli.ok("metrics", "explain", "escape_rate", "--candidate", "m1").out
    assert "escape rate of m1: 0/1, 0.0% (95 %: 0.0% to 79.3%)\n" in told
    assert "of patches whose tests pass: wrong, and only review caught it\n" in told
    assert "tests pass; ann: merged; bob é: escaped, not counted" in told
    assert "in neither number: 5\n" in told
    assert "\x1b" not in told
    assert max(map(len, told.splitlines())) <= 80


def test_what_cannot_be_explained(cli: Cli) -> None:
    """An unknown metric, candidate or reviewer, a candidate not named, options out of place."""
    for arguments, words in (
        (("sparkle", "--candidate", "m1"), "no metric sparkle (known: merge_rate, coverage"),
        (("merge_rate", "--candidate", "m9"), "no outputs of a candidate m9"),
        (("merge_rate",), "--candidate: which one? m1, m2"),
        (("merge_rate", "--reviewer", "zoe"), "no reviewer zoe in this study"),
    ):
        done = cli.quick("metrics", "explain", *arguments)
        assert (done.code, words in done.err) == (2, True), done.err
    done = cli.quick("metrics", "--json", "explain", "merge_rate")
    assert (done.code, done.err) == (2, "workbench: options go after `explain`\n")
    done = cli.quick("metrics", "explain")
    assert (done.code, "METRIC" in done.err) == (2, True)


def test_numbers_load_no_scientific_library(cli: Cli, tmp_path: Path) -> None:
    """Wilson's interval is plain arithmetic; numpy alone would double the command's start."""
    script = (
        "import sys\nfrom workbench.__main__ import main\nsys.argv = ['workbench', 'metrics']\n"
        "try:\n    main()\nexcept SystemExit:\n    print('LOADED', *sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=cli.folder,
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = {name.split(".")[0] for name in done.stdout.split("LOADED")[1].split()}
    assert "workbench" in loaded
    assert loaded.isdisjoint({"scipy", "numpy", "krippendorff"})
