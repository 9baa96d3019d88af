"""Alembic's entry: runs on the connection `sonde.store.catalog.upgrade` hands over."""

from alembic import context

from sonde.store.catalog.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    transactional_ddl=True,
)
context.run_migrations()
