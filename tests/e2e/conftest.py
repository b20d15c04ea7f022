"""The demo made once, and a copy of it for every test; a study with one long diff."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from .kit import Pty, run_workbench


@dataclass(frozen=True, slots=True)
class Demo:
    """A user's data folder with the demo in it."""

    data: Path

    @property
    def folder(self) -> Path:
        """The study."""
        return self.data / "workbench" / "demo"

    @property
    def env(self) -> dict[str, str]:
        """Whose demo it is."""
        return {"XDG_DATA_HOME": str(self.data), "HOME": str(self.data), "USER": "ann",
                "LOGNAME": "ann"}  # fmt: skip

    def open(self, size: tuple[int, int] = (80, 24)) -> Pty:
        """`workbench demo` in a terminal."""
        return Pty("demo", size=size, env=self.env)

    def verify(self) -> None:
        """Fails where hash chain, derived rows or objects do not hold."""
        run_workbench("verify", "--study", self.folder, env=self.env)


@pytest.fixture(scope="session")
def _made(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    made = Demo(tmp_path_factory.mktemp("demo"))
    run_workbench("demo", env=made.env)
    return made


@pytest.fixture
def demo(_made: Demo, tmp_path: Path) -> Demo:
    """A demo of one's own, with no label yet."""
    shutil.copytree(_made.data, tmp_path / "data")
    return Demo(tmp_path / "data")


@pytest.fixture(scope="session")
def _long(_made: Demo, tmp_path_factory: pytest.TempPathFactory) -> Path:
    where = tmp_path_factory.mktemp("long")
    folder, tickets, outputs = (where / name for name in ("study", "t.jsonl", "o.jsonl"))
    body = "".join(f"+line {n}\n" for n in range(1, 601))
    patch = (
        "diff --git a/long.txt b/long.txt\nnew file mode 100644\n--- /dev/null\n+++ b/long.txt\n"
        f"@@ -0,0 +1,600 @@\n{body}"
    )
    tickets.write_text(json.dumps({"id": "long", "title": "Long", "body": "Read on."}) + "\n")
    row = {"instance_id": "long", "model_name_or_path": "m", "model_patch": patch}
    outputs.write_text(json.dumps(row) + "\n")
    run_workbench("init", "--study", folder, "--repo", _made.folder / "repository", env=_made.env)
    run_workbench("tickets", "import", tickets, "--study", folder, env=_made.env)
    run_workbench("outputs", "import", outputs, "--study", folder, env=_made.env)
    return folder


@pytest.fixture
def long_study(_long: Path, tmp_path: Path) -> Path:
    """A study of one output: a new file of six hundred numbered lines."""
    return Path(shutil.copytree(_long, tmp_path / "long"))
