"""Brings the catalog's schema up to date through Alembic, in one transaction, and refuses a newer one."""

import logging
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from sonde.model.errors import StartError

SCRIPTS = Path(__file__).parent / "migrations"


def newest_revision() -> str:
    """The revision this version of Sonde writes: migrations are numbered files."""
    return max(path.stem.partition("_")[0] for path in (SCRIPTS / "versions").glob("[0-9]*.py"))


def upgrade(engine: Engine) -> None:
    """Run the migrations that are missing. Raises `StartError` for a catalog of a newer Sonde."""
    newest = newest_revision()
    with engine.begin() as connection:
        revision = _revision(connection)
        if revision == newest:
            return  # Alembic takes half a second to import: only for a change
        if revision is not None and revision > newest:
            raise StartError(
                f"The catalog was written by a newer Sonde (revision {revision}); this one knows {newest}.",
                hint="Start the newer version, or restore a backup made before the upgrade.",
            )
        _run(connection)


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _run(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    logging.getLogger("alembic").setLevel(logging.WARNING)
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
