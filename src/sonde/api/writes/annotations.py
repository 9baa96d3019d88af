"""Marking moments and stretches of time."""

from sonde.api.reads.annotations import item_of
from sonde.api.schemas.annotations import AnnotationItem, NewAnnotation
from sonde.api.services import Services
from sonde.api.times import parse_time
from sonde.auth.grant import Grant
from sonde.model.errors import BadInput, NotFound

DEFAULT_PROJECT = "default"


def create_annotation(shop: Services, grant: Grant, body: NewAnnotation) -> AnnotationItem:
    """A new annotation. Raises `BadInput` for an end that is not after the beginning."""
    now_ns = shop.now_ns()
    project = grant.project_for(body.project) or DEFAULT_PROJECT
    time_ns = parse_time(body.time, now_ns, "time") if body.time else now_ns
    end_ns = parse_time(body.end_time, now_ns, "end_time") if body.end_time else None
    if end_ns is not None and end_ns <= time_ns:
        raise BadInput("'end_time' has to be after 'time'.")
    title = body.title.strip()
    if not title:
        raise BadInput("The title is empty.")
    return item_of(
        shop.catalog.annotations.create(
            project,
            kind=body.kind,
            time_ns=time_ns,
            end_ns=end_ns,
            title=title,
            text=body.text.strip(),
            tags=tuple(dict.fromkeys(tag.strip() for tag in body.tags if tag.strip())),
            service=body.service,
            author=_author(shop, grant),
        )
    )


def delete_annotation(shop: Services, grant: Grant, annotation_id: str) -> None:
    """Remove one. Raises `NotFound`, also for one of a foreign project."""
    found = shop.catalog.annotations.get(annotation_id)
    if found is None or not grant.sees(found.project):
        raise NotFound(
            "There is no such annotation.",
            hint="Marks of releases come from the telemetry itself and cannot be deleted.",
        )
    shop.catalog.annotations.delete(annotation_id)


def _author(shop: Services, grant: Grant) -> str:
    """The name of the key behind a caller; empty on this machine without one."""
    rows = shop.door.keyring.keys_of(grant.project) if grant.key_id else []
    return next((row.name for row in rows if row.key_id == grant.key_id), grant.key_id)
