"""The small transactional store: projects and settings, API keys, saved views, the record of deletions.

SQLite in the data folder by default, PostgreSQL by URL. Telemetry never lives here.
"""

from sonde.store.catalog.catalog import Catalog, StoredDeletion, StoredKey, StoredProject
from sonde.store.catalog.project_settings import ProjectSettings, RetentionDays
from sonde.store.catalog.saved_views import SavedViews, StoredView

__all__ = [
    "Catalog",
    "ProjectSettings",
    "RetentionDays",
    "SavedViews",
    "StoredDeletion",
    "StoredKey",
    "StoredProject",
    "StoredView",
]
