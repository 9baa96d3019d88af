"""API keys."""

from typing import Any

from sonde.api.schemas.keys import KeyCreated, KeyItem, KeyList, NewKey
from sonde.api.services import Services
from sonde.api.times import format_time, parse_time
from sonde.auth.grant import SCOPES, Grant
from sonde.auth.keys import KeyRow
from sonde.model.errors import Forbidden, NotFound


def list_keys(shop: Services, grant: Grant, wanted: str | None) -> KeyList:
    """Keys of a project, or of all."""
    return KeyList(items=[item_of(row) for row in shop.door.keyring.keys_of(grant.project_for(wanted))])


def item_of(row: KeyRow) -> KeyItem:
    """A key without its secret."""
    return KeyItem(**fields_of(row))


def fields_of(row: KeyRow) -> dict[str, Any]:
    """Fields of `KeyItem`."""
    return {
        "key_id": row.key_id,
        "name": row.name,
        "project": row.project,
        "scopes": [scope for scope in SCOPES if scope in row.scopes],
        "hint": row.hint,
        "created_time": format_time(row.created_ns),
        "expires_time": format_time(row.expires_ns) if row.expires_ns is not None else None,
        "last_used_time": format_time(row.last_used_ns) if row.last_used_ns is not None else None,
    }


def create_key(shop: Services, grant: Grant, body: NewKey) -> KeyCreated:
    """A new key. An admin of one project makes keys of that project only."""
    if grant.project is not None and body.project != grant.project:
        raise Forbidden("This key administers one project only.", hint=f'Send "project": "{grant.project}".')
    expires_ns = parse_time(body.expires_time, shop.now_ns(), "expires_time") if body.expires_time else None
    text, row = shop.door.keyring.create(
        name=body.name, project=body.project, scopes=list(body.scopes), expires_ns=expires_ns
    )
    return KeyCreated.model_validate({**fields_of(row), "key": text})


def revoke_key(shop: Services, grant: Grant, key_id: str) -> None:
    """End a key. Raises `NotFound`, also for a key of a foreign project."""
    row = next((row for row in shop.door.keyring.keys_of(grant.project) if row.key_id == key_id), None)
    if row is None:
        raise NotFound(f"There is no key '{key_id}'.")
    shop.door.keyring.revoke(key_id)
