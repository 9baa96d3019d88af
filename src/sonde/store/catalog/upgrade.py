"""Brings the catalog's schema up to date through Alembic, in one transaction, and refuses a newer one."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import Engine

from sonde.model.errors import StartError


def alembic_config() -> Config:
    """Alembic's configuration, without a file: the scripts lie beside this module."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


def upgrade(engine: Engine) -> None:
    """Run the migrations that are missing. Raises `StartError` for a catalog of a newer Sonde."""
    config = alembic_config()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            newest = ScriptDirectory.from_config(config).get_current_head()
            raise StartError(
                f"The catalog was written by a newer Sonde ({error}); this one knows it up to {newest}.",
                hint="Start the newer version, or restore a backup made before the upgrade.",
            ) from error
