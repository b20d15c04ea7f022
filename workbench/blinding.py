"""Composes what is blind: the seal of a study, and what a reviewer behind it works with."""

import json
import secrets
from typing import TYPE_CHECKING

from workbench.bootstrap import Workbench, utc_now
from workbench.domain.errors import InputRefused
from workbench.domain.output import Output
from workbench.domain.seal import Revealed, parse_revealed, render_revealed
from workbench.services.veils import list_words
from workbench.study import Study

if TYPE_CHECKING:
    from workbench.services.seals import Reveal, Seals

REVEALED_FILE = "revealed.json"


def make_seals(bench: Workbench) -> "Seals":
    """The seal of an open study; a database older than its reveal is brought up to it."""
    from workbench.services.seals import Seals

    known = _read_mark(bench.study)
    if known and bench.store.is_sealed and not bench.store.is_read_only:
        seal = bench.store.get_seal()
        if seal and seal.digest == known.digest:
            bench.store.keep_revealed(known)
    words = list_words(bench.study.settings.identity_words)
    return Seals(bench.store, utc_now, lambda: secrets.token_hex(16), words)


def seal_output(bench: Workbench, output: Output) -> Output:
    """An output as a sealed study may print it."""
    from workbench.services.exports import seal_output as seal

    return seal(output, bench.store.get_ticket(output.ticket_id), make_seals(bench).scrubber())


def mark_revealed(study: Study, made: "Reveal") -> None:
    """Say it beside the database too: one restored from before the reveal is not blind again."""
    from workbench.adapters.files import write_atomically

    path = study.state / REVEALED_FILE
    try:
        write_atomically(path, [f"{render_revealed(made.revealed)}\n".encode()])
    except OSError as error:
        raise InputRefused(f"{path} cannot be written: {error.strerror or error}") from error


def _read_mark(study: Study) -> Revealed | None:
    path = study.state / REVEALED_FILE
    try:
        return parse_revealed(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, json.JSONDecodeError) as error:
        raise InputRefused(f"{path} cannot be read: {error}") from error
