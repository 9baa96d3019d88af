"""What each project wants, at hand for the ingest path: read from the catalog, at most two seconds old."""

import logging
import threading
import time
from collections.abc import Callable

from sonde.ingest.pipeline import ProjectPolicy
from sonde.model.errors import Unavailable
from sonde.redaction import CustomPattern, RedactionRules, Redactor
from sonde.store.catalog import Catalog, ProjectSettings

log = logging.getLogger(__name__)

FRESH_S = 2.0
DEMO_PROJECT = "demo"


class ProjectPolicies:
    """Settings turned into policies. An unknown project is made when its first telemetry comes; known ones
    keep what they had while the catalog does not answer.
    """

    def __init__(self, catalog: Catalog, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._catalog = catalog
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._read_at = float("-inf")
        self._settings: dict[str, ProjectSettings] = {}
        self._policies: dict[ProjectSettings, ProjectPolicy] = {}

    def __call__(self, project: str) -> ProjectPolicy:
        """The policy of a project. Raises `Unavailable` when the catalog does not answer for a new one."""
        settings = self._settings_of(project)
        policy = self._policies.get(settings)
        if policy is None:
            policy = self._policies[settings] = policy_of(settings)
        return policy

    def _settings_of(self, project: str) -> ProjectSettings:
        if self._monotonic() - self._read_at >= FRESH_S and self._lock.acquire(blocking=False):
            try:
                self._read_at = self._monotonic()
                self._settings = {found.name: found.settings for found in self._catalog.projects()}
            except Unavailable as error:
                # What is known goes on: a catalog that is away for a while must not stop the intake.
                log.warning("settings of projects are not renewed: %s", error.message)
            finally:
                self._lock.release()
        settings = self._settings.get(project)
        if settings is None:
            made = self._catalog.ensure_project(project, demo=project == DEMO_PROJECT)
            settings = self._settings[project] = made.settings
        return settings


def policy_of(settings: ProjectSettings) -> ProjectPolicy:
    """Compile a project's settings."""
    rules = rules_of(settings)
    return ProjectPolicy(Redactor(rules) if rules is not None else None, settings.capture_content)


def rules_of(settings: ProjectSettings) -> RedactionRules | None:
    """The redaction rules of a project; None when nothing is masked."""
    if not settings.masks and not settings.patterns:
        return None
    on = set(settings.masks)
    return RedactionRules(
        emails="email" in on,
        phones="phone" in on,
        cards="card" in on,
        ibans="iban" in on,
        secrets="secret" in on,
        pseudonym_key=settings.pseudonym_key,
        custom=tuple(CustomPattern(item.name, item.pattern) for item in settings.patterns),
    )
