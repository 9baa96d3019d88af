"""Projects and their settings."""

import msgspec

from sonde.api.reads.storage import need_everywhere, retention_of
from sonde.api.schemas.deletions import Deletion, DeletionAnswer
from sonde.api.schemas.projects import (
    MaskName,
    ProjectChange,
    ProjectItem,
    ProjectList,
    RedactionPattern,
    RedactionPiece,
    RedactionSettings,
    RedactionTest,
    RedactionTested,
)
from sonde.api.services import Services
from sonde.api.times import format_time
from sonde.api.writes import deletions
from sonde.auth.grant import Grant
from sonde.model.errors import NotFound
from sonde.redaction import CustomPattern, RedactionRules, Redactor
from sonde.store.catalog import ProjectSettings, StoredProject
from sonde.store.catalog.project_settings import RedactionPattern as StoredPattern

MASKS: tuple[MaskName, ...] = ("email", "phone", "card", "iban", "secret")


def list_projects(shop: Services, grant: Grant) -> ProjectList:
    """Those the caller may see."""
    return ProjectList(
        items=[item_of(project) for project in shop.catalog.projects() if grant.sees(project.name)]
    )


def item_of(project: StoredProject) -> ProjectItem:
    """One project as it is sent."""
    return ProjectItem(
        name=project.name,
        created_time=format_time(project.created_ns),
        demo=project.demo,
        capture_content=project.settings.capture_content,
        retention_days=retention_of(project.settings),
        redaction=redaction_of(project.settings),
    )


def redaction_of(settings: ProjectSettings) -> RedactionSettings:
    """Masks and patterns as they are sent."""
    return RedactionSettings(
        masks=[mask for mask in MASKS if mask in settings.masks],
        patterns=[RedactionPattern(name=item.name, pattern=item.pattern) for item in settings.patterns],
    )


def find(shop: Services, grant: Grant, name: str) -> StoredProject:
    """A project the caller may see. Raises `NotFound` for a foreign one as well."""
    project = shop.catalog.project(name) if grant.sees(name) else None
    if project is None:
        raise NotFound(f"There is no project '{name}'.")
    return project


def create_project(shop: Services, grant: Grant, name: str) -> ProjectItem:
    """A new project with default settings."""
    need_everywhere(grant)
    return item_of(shop.catalog.create_project(name))


def change_project(shop: Services, grant: Grant, name: str, change: ProjectChange) -> ProjectItem:
    """Change what is given. Raises `BadInput` for a pattern that cannot be used."""
    settings = find(shop, grant, name).settings
    if change.capture_content is not None:
        settings = msgspec.structs.replace(settings, capture_content=change.capture_content)
    if change.retention_days is not None:
        days = change.retention_days.model_dump(exclude_none=True)
        settings = msgspec.structs.replace(
            settings, retention_days=msgspec.structs.replace(settings.retention_days, **days)
        )
    if change.redaction is not None:
        rules_of(change.redaction)
        settings = msgspec.structs.replace(
            settings,
            masks=tuple(change.redaction.masks),
            patterns=tuple(StoredPattern(item.name, item.pattern) for item in change.redaction.patterns),
        )
    return item_of(shop.catalog.change_project(name, settings))


def rules_of(redaction: RedactionSettings) -> RedactionRules:
    """Rules that work. Raises `BadInput` saying which pattern does not."""
    custom = tuple(CustomPattern(item.name, item.pattern) for item in redaction.patterns)
    for pattern in custom:
        pattern.compile()
    on = set(redaction.masks)
    return RedactionRules(
        emails="email" in on,
        phones="phone" in on,
        cards="card" in on,
        ibans="iban" in on,
        secrets="secret" in on,
        custom=custom,
    )


def test_redaction(shop: Services, grant: Grant, name: str, test: RedactionTest) -> RedactionTested:
    """A text as it would be stored."""
    redaction = test.redaction or redaction_of(find(shop, grant, name).settings)
    redactor = Redactor(rules_of(redaction))
    pieces = redactor.pieces(test.text)
    return RedactionTested(
        text="".join(piece.text if piece.rule is None else f"[{piece.rule}]" for piece in pieces),
        masked=sum(piece.rule is not None for piece in pieces),
        pieces=[RedactionPiece(text=piece.text, rule=piece.rule) for piece in pieces],
    )


def delete_project(shop: Services, grant: Grant, name: str, *, preview: bool) -> DeletionAnswer:
    """Everything in a project and the project itself with its keys."""
    need_everywhere(grant)
    find(shop, grant, name)
    answer = deletions.delete(shop, grant, Deletion(project=name, whole_project=True, preview=preview))
    if not preview:
        shop.catalog.delete_project(name)
        shop.door.keyring.reload()
    return answer
