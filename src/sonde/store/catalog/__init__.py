"""The small transactional store: projects and settings, keys, saved views, annotations, what was deleted.

SQLite in the data folder by default, PostgreSQL by URL. Telemetry never lives here.
"""

from sonde.store.catalog.annotations import Annotations, StoredAnnotation
from sonde.store.catalog.catalog import Catalog, StoredDeletion, StoredKey, StoredProject
from sonde.store.catalog.project_settings import ProjectSettings, RetentionDays
from sonde.store.catalog.saved_views import SavedViews, StoredView

__all__ = [
    "Annotations",
    "Catalog",
    "ProjectSettings",
    "RetentionDays",
    "SavedViews",
    "StoredAnnotation",
    "StoredDeletion",
    "StoredKey",
    "StoredProject",
    "StoredView",
]
