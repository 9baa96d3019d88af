"""Where telemetry and the catalog live: the engine interface, its two engines, schema, roll-ups, retention.

Importing this package loads nothing heavy; `sonde.store.embedded` loads chDB, `sonde.store.server` the
ClickHouse client, `sonde.store.catalog` SQLAlchemy.
"""
