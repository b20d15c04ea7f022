"""Power cuts at every file operation of a labelling program."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from .kit import CHILD

SIMULATOR = Path(__file__).parents[1] / "hostile" / "powerloss.py"


@pytest.mark.slow
@pytest.mark.needs_strace
@pytest.mark.parametrize("what", ["power", "migrate", "restore"])
def test_d1_d9_power_loss(what: str, record_property: Callable[[str, object], None]) -> None:
    """25 labels and undos, every cut: none corrupt, none mixed, no acknowledged row lost.

    Alone; with an upgrade in the middle, which is never there without its backup; and with a way
    back to a backup at the end.
    """
    child = f"{sys.executable} -B {CHILD} {what} {{db}} {{journal}} {{sync}} {{n}}"
    command = [sys.executable, "-B", str(SIMULATOR), "--child", child]
    ran = subprocess.run(command, check=False, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "acknowledged 25," in ran.stdout
    assert "corrupt 0, losing an acknowledged row 0" in ran.stdout
    cuts = re.search(r"cuts (\d+)", ran.stdout)
    assert cuts is not None
    record_property("cases", int(cuts[1]))
