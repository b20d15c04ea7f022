"""The README says what the program does: commands, keys, settings, pictures, the CI command."""

import re
from pathlib import Path

import pytest
from every_command import every_command

from workbench.config import SETTINGS, TABLES, render_settings
from workbench.tui.actions import REVIEW, show_key
from workbench.tui.pair_actions import OWN
from workbench.tui.triage_actions import OWN as TRIAGE_OWN

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def _section(title: str) -> str:
    return README.split(f"\n## {title}\n")[1].split("\n## ")[0]


def test_every_command_is_in_the_readme() -> None:
    """The table of commands holds each command of the program and no other."""
    rows = re.findall(r"^\| `workbench ([a-z ]+)", _section("Commands"), re.MULTILINE)
    words = {row.strip() for row in rows}
    known = every_command()
    listed = {
        next((c for c in sorted(known, key=len, reverse=True) if f"{w} ".startswith(f"{c} ")), w)
        for w in words
    }
    assert listed == known


def test_every_key_is_in_the_readme() -> None:
    """The table of keys is the registry, in its order."""
    for section, actions in (("Keys", REVIEW), ("Blind pairs", OWN), ("Triage", TRIAGE_OWN)):
        rows = re.findall(r"^\| (`.+?) \| (.+?) \| (.+?) \|$", _section(section), re.MULTILINE)
        wanted = [
            (" ".join(f"`{show_key(key)}`" for key in action.keys), action.title, action.help)
            for action in actions
        ]
        assert rows == wanted


def test_every_setting_is_in_the_readme_and_in_the_file_init_writes() -> None:
    """Settings, tables and defaults are the same in program, README and workbench.toml."""
    table = re.findall(r"^\| `(\[?\w+\]?)` \| (.*?)\| ", _section("Settings"), re.MULTILINE)
    rows = {name: default.strip(" `") for name, default in table}
    written = render_settings({})
    assert set(rows) == {s.name for s in SETTINGS} | {f"[{table}]" for table in TABLES}
    for setting in SETTINGS:
        assert f"# {setting.name} = {rows[setting.name]}\n" in written


def test_the_test_command_of_the_readme_is_what_ci_runs() -> None:
    """The line a newcomer copies stands in .ci/run to the letter."""
    commands = re.findall(r"^python3 .*pytest -n auto --dist worksteal$", README, re.MULTILINE)
    assert len(commands) == 1
    assert commands[0] in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


@pytest.mark.parametrize("link", re.findall(r"\]\((\.github/[^)]+)\)", README))
def test_every_picture_of_the_readme_is_there(link: str) -> None:
    """A picture that the README shows is in the repository and is an image."""
    assert (ROOT / link).read_text(encoding="utf-8").startswith("<svg")
