"""How alembic runs here: on a connection it is handed, in one transaction.

SQLite's DDL is transactional, but alembic does not believe it by itself: without
transactional_ddl a kill between two operations leaves a mixed schema.
"""

from alembic import context
from sqlalchemy import Connection

from workbench.domain.errors import StoreDamaged
from workbench.store.tables import METADATA


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=METADATA,
        render_as_batch=True,
        transactional_ddl=True,
        transaction_per_migration=False,
    )
    with context.begin_transaction():
        context.run_migrations()
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        if broken is not None:
            raise StoreDamaged(
                f"row {broken[1]} of table {broken[0]} refers to a row that is not there: "
                "nothing was changed"
            )


_run(context.config.attributes["connection"])
