"""The small transactional store: projects with their settings, API keys, the record of deletions.

SQLite in the data folder by default, PostgreSQL by URL. Telemetry never lives here.
"""

from sonde.store.catalog.catalog import Catalog, StoredDeletion, StoredKey, StoredProject
from sonde.store.catalog.project_settings import ProjectSettings, RetentionDays

__all__ = ["Catalog", "ProjectSettings", "RetentionDays", "StoredDeletion", "StoredKey", "StoredProject"]
