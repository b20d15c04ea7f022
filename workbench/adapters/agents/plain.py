"""Any program: what it printed last is what it said, and nothing is known of what it used."""

from pathlib import Path

from workbench.adapters.agents.reading import Told
from workbench.adapters.result_file import clean_text
from workbench.adapters.transcripts import read_end
from workbench.domain.run import Said
from workbench.text import decode

_LIMIT = 20_000  # bytes


def read_plain(stdout: Path, stderr: Path) -> Told:
    """The end of standard output; of standard error where it printed nothing there."""
    text = decode(read_end(stdout, _LIMIT)).strip() or decode(read_end(stderr, _LIMIT)).strip()
    return Told(Said(clean_text(text)))
