"""What hostile tests print, and what they are called, is shown as signs that steer nothing."""

from cli.kit import Cli, faults

from .kit import check, set_settings

PRINTED = r"\033]52;c;bQ==\007 \033[2J \302\233 31m \342\200\256 red"
NAMED = "[/] &#x9b;31m &#x202e;red [@click=app.quit]"
RUNNER = f"""
grep -q 'return [ab] + [ab]' calc.py && why= || why="<failure message='{NAMED}'>{NAMED}</failure>"
cat > r.xml <<END
<testsuite name="s"><testcase classname="sums" name="{NAMED}">$why</testcase></testsuite>
END
"""


def test_t12_s13_what_tests_print_is_shown_as_signs(study: Cli) -> None:
    """Escapes, C1 and bidi in the end of a failure, in the table, in full and for a script."""
    set_settings(study, test_command=f"grep -q '[ab] + ' calc.py || ! printf '{PRINTED}'")
    (row,) = check(study, "bad").values()
    assert row["tails"] == {"exit code": "\x1b]52;c;bQ==\x07 \x1b[2J \x9b 31m \u202e red"}
    told = study.ok("check", "--output", str(row["id"]))
    assert "␛]52;c;bQ==␇" in told.out
    for words in ([], ["--json"], ["--output", str(row["id"])]):
        assert faults(study.ok("check", *words)) == []


def test_t12_s13_what_tests_are_called_is_shown_as_signs(study: Cli) -> None:
    """The same for names and messages of a report."""
    set_settings(study, test_command=RUNNER, test_report="r.xml")
    (row,) = check(study, "bad").values()
    (name,) = row["broken"] if isinstance(row["broken"], list) else []
    assert name == "sums::[/] \x9b31m \u202ered [@click=app.quit]"
    told = study.ok("check", "--output", str(row["id"]))
    assert "[/] <U+009B>31m <U+202E>red [@click=app.quit]" in told.out
    for words in ([], ["--json"], ["--output", str(row["id"])]):
        assert faults(study.ok("check", *words)) == []
