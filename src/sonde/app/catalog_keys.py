"""The catalog's keys as the keyring wants them."""

from typing import cast

from sonde.auth.grant import Scope
from sonde.auth.keys import KeyRow
from sonde.store.catalog import Catalog, StoredKey


class CatalogKeys:
    """`sonde.auth.keys.KeyTable` on the catalog."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    def all_keys(self) -> list[KeyRow]:
        """Every key that is not revoked, expired ones too."""
        return [
            KeyRow(
                key_id=key.key_id,
                name=key.name,
                project=key.project,
                scopes=cast("frozenset[Scope]", key.scopes),
                digest=key.digest,
                hint=key.hint,
                created_ns=key.created_ns,
                expires_ns=key.expires_ns,
                last_used_ns=key.last_used_ns,
            )
            for key in self._catalog.api_keys()
        ]

    def add_key(self, row: KeyRow) -> None:
        """Store a new key."""
        self._catalog.add_key(
            StoredKey(
                key_id=row.key_id,
                name=row.name,
                project=row.project,
                scopes=frozenset(row.scopes),
                digest=row.digest,
                hint=row.hint,
                created_ns=row.created_ns,
                expires_ns=row.expires_ns,
            )
        )

    def revoke_key(self, key_id: str) -> bool:
        """Remove a key; whether it was there."""
        return self._catalog.revoke_key(key_id)

    def touch_keys(self, used_ns: dict[str, int]) -> None:
        """Set the time of last use by key id."""
        self._catalog.touch_keys(used_ns)
