"""The tables, private to the store: nothing outside sees a row, only domain values.

label_event is the truth about labels, spec_event about whether tickets say enough; both only grow.
item, tally, the tests columns of output and the spec of a called ticket are derived: written in the
same transaction, compared with a recount by verify. Column order matters in `output` and
`label_event`: SQLite reads past what precedes a column, so long text stands last.

Loaded where rows are made and migrated, never at the top of a module: what only reads has SQL, and
does not wait for these classes and the mapper (250 ms).
"""

from typing import ClassVar

from sqlalchemy import Index, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

_NO_ROWID = {"sqlite_with_rowid": False}


class MetaRow(SQLModel, table=True):
    """study_id, created_at, tool_version, first_order (JSON), frozen_digest, frozen_at."""

    __tablename__ = "meta"
    key: str = Field(primary_key=True)
    value: str


class RepositoryRow(SQLModel, table=True):
    """Where a repository came from, and where our private clone of it stands."""

    __tablename__ = "repository"
    name: str = Field(primary_key=True)
    source: str
    clone: str


class TicketRow(SQLModel, table=True):
    """A ticket; `position` keeps the order in which tickets came."""

    __tablename__ = "ticket"
    ticket_id: str = Field(primary_key=True)
    position: int = Field(unique=True)
    spec: str
    title: str
    repo: str
    base_commit: str
    digest: str
    labels: str
    url: str
    source: str
    body: str
    hidden: str
    extra: str


class CandidateRow(SQLModel, table=True):
    """A candidate and its alias."""

    __tablename__ = "candidate"
    name: str = Field(primary_key=True)
    alias: str = Field(unique=True)


class BlobRow(SQLModel, table=True):
    """Bytes of patches and diffs by their SHA-256, each once."""

    __tablename__ = "blob"
    sha256: str = Field(primary_key=True)
    data: bytes = Field(sa_type=LargeBinary)


class OutputRow(SQLModel, table=True):
    """An output; tests, hidden, tests_reason and tests_source repeat its latest check_result."""

    __tablename__ = "output"
    __table_args__ = (
        UniqueConstraint("ticket", "candidate", "trial", name="uq_output_trial"),
        UniqueConstraint("ticket", "candidate", "content_digest", name="uq_output_digest"),
        Index("ix_output_ticket_output_id", "ticket", "output_id"),
    )
    id: int | None = Field(default=None, primary_key=True)
    output_id: str = Field(unique=True)
    ticket: str = Field(foreign_key="ticket.ticket_id")
    candidate: str = Field(foreign_key="candidate.name")
    trial: int
    delivery: str
    tests: str
    hidden: str
    rung: str
    tree: str
    files: int
    added: int
    removed: int
    patch: str = Field(foreign_key="blob.sha256")
    diff: str = Field(foreign_key="blob.sha256")
    content_digest: str
    run_id: str
    tests_source: str
    tests_reason: str
    badges: str
    detail: str
    self_flagged: str
    questions: str
    message: str
    extra: str


class CheckResultRow(SQLModel, table=True):
    """One report on one output; the latest (highest id) counts."""

    __tablename__ = "check_result"
    __table_args__ = (Index("ix_check_result_output", "output", "id"),)
    id: int | None = Field(default=None, primary_key=True)
    output: int = Field(foreign_key="output.id")
    tests: str
    hidden: str
    source: str
    at: str
    reason: str


class ReviewerRow(SQLModel, table=True):
    """A reviewer and the seed of their queue's order."""

    __tablename__ = "reviewer"
    name: str = Field(primary_key=True)
    seed: str
    created_at: str


class LabelEventRow(SQLModel, table=True):
    """The log of labels. Triggers abort UPDATE and DELETE."""

    __tablename__ = "label_event"
    __table_args__ = (
        UniqueConstraint("output", "reviewer", "seq", name="uq_label_event_seq"),
        Index("ix_label_event_reviewer", "reviewer", "event_id"),
    )
    event_id: int | None = Field(default=None, primary_key=True)
    output: int = Field(foreign_key="output.id")
    reviewer: str = Field(foreign_key="reviewer.name")
    seq: int
    act: str
    supersedes: int | None
    undoes: int | None
    back: int | None
    below: int | None
    undo: int | None
    redo: int | None
    started_at: str
    active_ms: int
    idle_ms: int
    peeks: int
    rubric_version: str
    app_version: str
    at: str
    prev_hash: str
    hash: str
    judgement: str
    origin: str


class SpecEventRow(SQLModel, table=True):
    """The log of what people call tickets; a ticket that a sample left out keeps its events.

    Triggers abort UPDATE and DELETE.
    """

    __tablename__ = "spec_event"
    __table_args__ = (
        Index("ix_spec_event_ticket", "ticket", "event_id"),
        Index("ix_spec_event_reviewer", "reviewer", "event_id"),
    )
    event_id: int | None = Field(default=None, primary_key=True)
    ticket: str
    reviewer: str
    act: str
    spec: str
    severity: int | None
    settles: str
    given: str
    undoes: int | None
    app_version: str
    at: str
    origin: str
    prev_hash: str
    hash: str


class ItemRow(SQLModel, table=True):
    """One output in one reviewer's queue.

    `event_id` is the last event, `first_event_id` the one with which the standing label began.
    """

    __tablename__ = "item"
    __table_args__ = (Index("ix_item_place", "reviewer", "place", "position"), _NO_ROWID)
    reviewer: str = Field(primary_key=True, foreign_key="reviewer.name")
    output: int = Field(primary_key=True, foreign_key="output.id")
    position: int
    place: int
    outcome: str
    label: str | None
    edit: str | None
    event_id: int | None = Field(foreign_key="label_event.event_id")
    first_event_id: int | None = Field(foreign_key="label_event.event_id")


class TallyRow(SQLModel, table=True):
    """How many outputs fall into each cell.

    reviewer "" is the base (every output under no judgement); a reviewer's rows are signed
    differences to it. candidate "" counts items by standing, for Progress.
    """

    __tablename__ = "tally"
    __table_args__: ClassVar[tuple[dict[str, bool], ...]] = (_NO_ROWID,)
    reviewer: str = Field(primary_key=True)
    candidate: str = Field(primary_key=True)
    cell: str = Field(primary_key=True)
    n: int


METADATA = SQLModel.metadata
