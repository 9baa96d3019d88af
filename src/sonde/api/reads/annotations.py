"""What is marked on charts: what was posted, and the releases that are seen in the telemetry."""

import hashlib
from typing import cast

from sonde.api.parameters import AnnotationParameters
from sonde.api.reads.releases import RELEASES_MAX, Release, new_releases
from sonde.api.schemas.annotations import AnnotationItem, AnnotationKind, AnnotationList
from sonde.api.services import Services
from sonde.api.times import format_time, time_range
from sonde.auth.grant import Grant
from sonde.store.catalog import StoredAnnotation

POSTED_MAX = 500


def annotations(shop: Services, grant: Grant, parameters: AnnotationParameters) -> AnnotationList:
    """Those that touch the range, in order of time."""
    window = time_range(parameters.from_, parameters.to, shop.now_ns())
    project = grant.project_for(parameters.project)
    posted = shop.catalog.annotations.between(
        project,
        window.from_ns,
        window.to_ns,
        services=parameters.service,
        kinds=list(parameters.kind),
        limit=POSTED_MAX + 1,
    )
    seen: list[Release] = []
    if not parameters.kind or "deploy" in parameters.kind:
        seen = new_releases(shop, project, window, parameters.service, RELEASES_MAX + 1)
    items = [item_of(stored) for stored in posted[-POSTED_MAX:]]
    items += [_release(found) for found in seen[-RELEASES_MAX:]]
    return AnnotationList(
        from_=format_time(window.from_ns),
        to=format_time(window.to_ns),
        items=sorted(items, key=lambda item: (item.time, item.annotation_id)),
        truncated=len(posted) > POSTED_MAX or len(seen) > RELEASES_MAX,
    )


def item_of(stored: StoredAnnotation) -> AnnotationItem:
    """One posted annotation as it is sent."""
    return AnnotationItem(
        annotation_id=stored.annotation_id,
        project=stored.project,
        kind=cast("AnnotationKind", stored.kind),
        source="posted",
        time=format_time(stored.time_ns),
        end_time=None if stored.end_ns is None else format_time(stored.end_ns),
        title=stored.title,
        text=stored.text,
        tags=list(stored.tags),
        service=stored.service,
        author=stored.author or None,
        created_time=format_time(stored.created_ns),
    )


def _release(found: Release) -> AnnotationItem:
    names = (found.project, found.service, found.environment or "", found.release)
    where = f" in {found.environment}" if found.environment else ""
    return AnnotationItem(
        annotation_id="release-" + hashlib.sha256("\0".join(names).encode()).hexdigest()[:16],
        project=found.project,
        kind="deploy",
        source="release",
        time=format_time(found.time_ns),
        title=f"{found.service} {found.release}",
        text=f"The first span with this version{where}; before it was {found.previous}.",
        tags=[],
        service=found.service,
        environment=found.environment,
        release=found.release,
        previous_release=found.previous,
    )
