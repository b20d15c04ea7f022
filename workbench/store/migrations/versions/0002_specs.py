"""Who called a ticket clear or vague: a log of its own, append-only like that of labels."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_TRIGGER = """
CREATE TRIGGER spec_event_no_{low} BEFORE {op} ON spec_event
BEGIN SELECT RAISE(ABORT, 'spec_event is append-only'); END
"""


def upgrade() -> None:
    """Add the log; marks that were made before it are what the tickets came with."""
    op.create_table(
        "spec_event",
        sa.Column("event_id", sa.Integer(), nullable=False),
        *(_text(name) for name in ("ticket", "reviewer", "act", "spec")),
        sa.Column("severity", sa.Integer(), nullable=True),
        *(_text(name) for name in ("settles", "given")),
        sa.Column("undoes", sa.Integer(), nullable=True),
        *(_text(name) for name in ("app_version", "at", "origin", "prev_hash", "hash")),
        sa.PrimaryKeyConstraint("event_id"),
    )
    op.create_index("ix_spec_event_ticket", "spec_event", ["ticket", "event_id"])
    op.create_index("ix_spec_event_reviewer", "spec_event", ["reviewer", "event_id"])
    for name in ("UPDATE", "DELETE"):
        op.execute(_TRIGGER.format(low=name.lower(), op=name).strip())


def _text(name: str) -> "sa.Column[str]":
    return sa.Column(name, sa.String(), nullable=False)
