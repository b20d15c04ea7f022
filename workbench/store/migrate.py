"""Runs alembic from the installed package: create a database, or bring an old one up to date.

One transaction that begins IMMEDIATE holds the whole upgrade, and an existing file is copied
first, so a kill at any point leaves the old database or the new one.
"""

from importlib.resources import as_file, files
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from workbench.store.files import APPLICATION_ID, HEAD, copy_database
from workbench.store.sqlite import make_engine


def upgrade(path: Path, *, busy_ms: int = 10_000) -> None:
    """Bring the database at `path` to the newest revision; raises StoreDamaged, sqlite errors."""
    engine = make_engine(path, read_only=False, busy_ms=busy_ms, foreign_keys=False)
    try:
        with engine.begin() as connection:
            upgrade_on(connection)
    finally:
        engine.dispose()


def upgrade_on(connection: Connection, revision: str = HEAD) -> None:
    """The same inside a transaction that has begun."""
    with as_file(files("workbench.store") / "migrations") as folder:
        config = Config()
        config.set_main_option("script_location", str(folder).replace("%", "%%"))
        config.set_main_option("path_separator", "os")
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    connection.exec_driver_sql(f"PRAGMA application_id={APPLICATION_ID}")


def back_up_and_upgrade(path: Path, old_revision: str, *, busy_ms: int) -> Path:
    """Copy first, then upgrade; returns where the copy is."""
    copy = path.parent / "backups" / f"{path.stem}.before-{HEAD}-from-{old_revision}{path.suffix}"
    copy_database(path, copy, busy_ms)
    upgrade(path, busy_ms=busy_ms)
    return copy
