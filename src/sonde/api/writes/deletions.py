"""Deleting what was received."""

from sonde.api.schemas.deletions import Deletion, DeletionAnswer
from sonde.api.services import Services
from sonde.auth.grant import Grant
from sonde.model.errors import BadInput, NotFound


def delete(shop: Services, grant: Grant, body: Deletion) -> DeletionAnswer:
    """Delete, or only count. Raises `BadInput` unless exactly one thing is named, `NotFound` for a foreign
    project.
    """
    if not grant.sees(body.project) or shop.catalog.project(body.project) is None:
        raise NotFound(f"There is no project '{body.project}'.")
    named = {"trace": body.trace_id, "session": body.session_id, "user": body.user_id}
    target = {kind: value for kind, value in named.items() if value is not None}
    if body.whole_project:
        target["project"] = body.project
    if len(target) != 1:
        raise BadInput("Name exactly one of trace_id, session_id, user_id or whole_project.")
    traces, rows = shop.store_keeper().delete(
        body.project, target, preview=body.preview, actor=grant.key_id or grant.kind
    )
    return DeletionAnswer(preview=body.preview, traces=traces, rows=rows)
