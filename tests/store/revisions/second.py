"""A revision after the newest, for tests alone: every kind of change a real one may make.

It rebuilds the log, and a table that others refer to; adds a column and fills it.
"""

import sqlalchemy as sa
from alembic import op

from workbench.store.files import HEAD, TRIGGERS

revision = "second"
down_revision = HEAD


def upgrade() -> None:
    """Change everything a little."""
    op.add_column("ticket", sa.Column("area", sa.String(), nullable=True))
    op.execute("UPDATE ticket SET area = 'area of ' || ticket_id")
    with op.batch_alter_table("output", recreate="always") as batch:
        batch.add_column(sa.Column("seconds", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("label_event", recreate="always") as batch:
        batch.add_column(sa.Column("device", sa.String(), nullable=False, server_default=""))
        batch.create_check_constraint("positive", "seq > 0")
    for name, sql in TRIGGERS.items():
        if name.startswith("label_event"):
            op.execute(sql)
