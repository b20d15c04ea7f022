"""Everything: tables, indexes, and the triggers that keep label_event append-only."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_TRIGGER = """
CREATE TRIGGER label_event_no_{low} BEFORE {op} ON label_event
BEGIN SELECT RAISE(ABORT, 'label_event is append-only'); END
"""


def upgrade() -> None:
    """Create the schema of the first version."""
    _create_study()
    _create_outputs()
    _create_labels()
    _create_derived()
    for name in ("UPDATE", "DELETE"):
        op.execute(_TRIGGER.format(low=name.lower(), op=name).strip())


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(), nullable=False) for name in names]


def _number(*names: str, nullable: bool = False) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer(), nullable=nullable) for name in names]


def _create_study() -> None:
    op.create_table("meta", *_text("key", "value"), sa.PrimaryKeyConstraint("key"))
    op.create_table(
        "repository", *_text("name", "source", "clone"), sa.PrimaryKeyConstraint("name")
    )
    op.create_table(
        "ticket",
        *_text("ticket_id"),
        *_number("position"),
        *_text("spec", "title", "repo", "base_commit", "digest", "labels", "url", "source"),
        *_text("body", "hidden", "extra"),
        sa.PrimaryKeyConstraint("ticket_id"),
        sa.UniqueConstraint("position"),
    )
    op.create_table(
        "candidate",
        *_text("name", "alias"),
        sa.PrimaryKeyConstraint("name"),
        sa.UniqueConstraint("alias"),
    )
    op.create_table(
        "reviewer", *_text("name", "seed", "created_at"), sa.PrimaryKeyConstraint("name")
    )


def _create_outputs() -> None:
    op.create_table(
        "blob",
        *_text("sha256"),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256"),
    )
    op.create_table(
        "output",
        *_number("id"),
        *_text("output_id", "ticket", "candidate"),
        *_number("trial"),
        *_text("delivery", "tests", "hidden", "rung", "tree"),
        *_number("files", "added", "removed"),
        *_text("patch", "diff", "content_digest", "run_id", "tests_source", "tests_reason"),
        *_text("badges", "detail", "self_flagged", "questions", "message", "extra"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("output_id"),
        sa.UniqueConstraint("ticket", "candidate", "trial", name="uq_output_trial"),
        sa.UniqueConstraint("ticket", "candidate", "content_digest", name="uq_output_digest"),
        sa.ForeignKeyConstraint(["ticket"], ["ticket.ticket_id"]),
        sa.ForeignKeyConstraint(["candidate"], ["candidate.name"]),
        sa.ForeignKeyConstraint(["patch"], ["blob.sha256"]),
        sa.ForeignKeyConstraint(["diff"], ["blob.sha256"]),
    )
    op.create_index("ix_output_ticket_output_id", "output", ["ticket", "output_id"])
    op.create_table(
        "check_result",
        *_number("id", "output"),
        *_text("tests", "hidden", "source", "at", "reason"),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["output"], ["output.id"]),
    )
    op.create_index("ix_check_result_output", "check_result", ["output", "id"])


def _create_labels() -> None:
    op.create_table(
        "label_event",
        *_number("event_id", "output"),
        *_text("reviewer"),
        *_number("seq"),
        *_text("act"),
        *_number("supersedes", "undoes", "back", "below", "undo", "redo", nullable=True),
        *_text("started_at"),
        *_number("active_ms", "idle_ms", "peeks"),
        *_text("rubric_version", "app_version", "at", "prev_hash", "hash"),
        *_text("judgement", "origin"),
        sa.PrimaryKeyConstraint("event_id"),
        sa.UniqueConstraint("output", "reviewer", "seq", name="uq_label_event_seq"),
        sa.ForeignKeyConstraint(["output"], ["output.id"]),
        sa.ForeignKeyConstraint(["reviewer"], ["reviewer.name"]),
    )
    op.create_index("ix_label_event_reviewer", "label_event", ["reviewer", "event_id"])


def _create_derived() -> None:
    op.create_table(
        "item",
        *_text("reviewer"),
        *_number("output", "position", "place"),
        *_text("outcome"),
        sa.Column("label", sa.String(), nullable=True),
        sa.Column("edit", sa.String(), nullable=True),
        *_number("event_id", "first_event_id", nullable=True),
        sa.PrimaryKeyConstraint("reviewer", "output"),
        sa.ForeignKeyConstraint(["reviewer"], ["reviewer.name"]),
        sa.ForeignKeyConstraint(["output"], ["output.id"]),
        sa.ForeignKeyConstraint(["event_id"], ["label_event.event_id"]),
        sa.ForeignKeyConstraint(["first_event_id"], ["label_event.event_id"]),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_item_place", "item", ["reviewer", "place", "position"])
    op.create_table(
        "tally",
        *_text("reviewer", "candidate", "cell"),
        *_number("n"),
        sa.PrimaryKeyConstraint("reviewer", "candidate", "cell"),
        sqlite_with_rowid=False,
    )
