"""Power cuts at every file operation of a labelling program."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from .kit import CHILD

SIMULATOR = Path(__file__).parents[1] / "hostile" / "powerloss.py"


@pytest.mark.slow
@pytest.mark.needs_strace
@pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace")
def test_power_loss() -> None:
    """D1: 25 labels and undos through the store, every cut: 0 corrupt, 0 acknowledged rows lost."""
    child = f"{sys.executable} -B {CHILD} power {{db}} {{journal}} {{sync}} {{n}}"
    command = [sys.executable, "-B", str(SIMULATOR), "--child", child]
    ran = subprocess.run(command, check=False, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "acknowledged 25," in ran.stdout
    assert "corrupt 0, losing an acknowledged row 0" in ran.stdout
