"""The lock of the gates is in the hash chain: no table changes, only what a hash goes on from.

A lock that was written before this is taken into the chain by the next event: `gate_lock_event`
names it. A program that does not know that would find the chain broken there, so it must not open
the study.
"""

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Nothing: what is hashed stays as it was hashed."""
