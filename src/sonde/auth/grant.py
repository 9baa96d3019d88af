"""What a caller may do."""

from typing import Literal

from msgspec import Struct

from sonde.model.errors import Forbidden, NotFound

Scope = Literal["ingest", "read", "content", "sql", "admin"]
SCOPES: tuple[Scope, ...] = ("ingest", "read", "content", "sql", "admin")
"""ingest: send telemetry. read: everything but content. content: prompts and answers (beside read).
sql: the SQL endpoint (beside read; content only together with content). admin: all of it, settings and
keys.
"""

Kind = Literal["key", "session", "loopback", "insecure"]


class Grant(Struct, frozen=True):
    """A caller who was let in. ``project`` None means every project."""

    kind: Kind
    project: str | None
    scopes: frozenset[Scope]
    key_id: str = ""
    """Id of the key behind it; empty for loopback and insecure."""

    def allows(self, scope: Scope) -> bool:
        """Whether this caller has the scope; admin has them all."""
        return scope in self.scopes or "admin" in self.scopes

    def need(self, scope: Scope) -> None:
        """Raise `Forbidden` unless the scope is there."""
        if not self.allows(scope):
            raise Forbidden(
                f"This key has no scope '{scope}'.",
                hint=f"Use a key with scope {scope}, or make one: sonde keys create",
            )

    def sees(self, project: str) -> bool:
        """Whether the project is one of this caller's."""
        return self.project is None or self.project == project

    def project_for(self, wanted: str | None) -> str | None:
        """The project to restrict to, None for every project. A foreign project is `NotFound`: a caller must
        not learn which projects there are.
        """
        if self.project is None:
            return wanted
        if wanted is not None and wanted != self.project:
            raise NotFound(f"There is no project '{wanted}' for this key.")
        return self.project

    @property
    def everywhere(self) -> bool:
        """Whether this caller administers the whole installation."""
        return self.project is None and "admin" in self.scopes


EVERYTHING: frozenset[Scope] = frozenset(SCOPES)
