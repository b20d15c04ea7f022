"""Whether a seal is still what was sealed: its digest is computed again from names, codes and salt.

Every label given behind it carries the digest's first sixteen digits within the hash chain, so that
another seal put in its place does not fit the log.
"""

import sqlite3
from collections.abc import Iterator

from workbench.domain.label import parse_judgement
from workbench.domain.seal import open_seal, parse_revealed, parse_seal

_BLIND = (
    "SELECT event_id, judgement FROM label_event WHERE origin = ''"
    " AND instr(judgement, '\"blind\"') ORDER BY event_id"
)


def check_seal(driver: sqlite3.Connection) -> Iterator[tuple[str, str]]:
    """What is wrong with the seal: the row, and a sentence."""
    meta = dict(driver.execute("SELECT key, value FROM meta").fetchall())
    names = [name for (name,) in driver.execute("SELECT name FROM candidate")]
    short = ""
    try:
        if "seal" in meta:
            seal = parse_seal(meta["seal"])
            short = seal.short
            if not open_seal(meta["study_id"], seal, names).holds:
                yield (
                    "seal",
                    "the seal does not fit: its digest is not that of codes, names and salt",
                )
            revealed = parse_revealed(meta["revealed"]) if "revealed" in meta else None
            if revealed and revealed.digest != seal.digest:
                yield "revealed", "what was revealed is another seal than the one that is kept"
        elif "revealed" in meta:
            yield "revealed", "a seal was revealed that is not there any more"
    except (ValueError, KeyError, TypeError) as error:
        yield "seal", f"the seal cannot be read: {error}"
        return
    for event_id, text in driver.execute(_BLIND):
        try:
            held = parse_judgement(text).blind
        except (ValueError, KeyError, TypeError):
            continue  # told by the chain
        if held and held != short:
            sentence = f"label_event {event_id} was given behind seal {held}"
            yield f"label_event {event_id}", f"{sentence}, the study's is {short or 'gone'}"
            return
