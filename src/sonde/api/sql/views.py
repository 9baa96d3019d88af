"""The views that user SQL may read, as the check and the rewrite need them."""

from dataclasses import dataclass, field

from sonde.model.errors import NotAllowed


@dataclass(frozen=True, slots=True)
class View:
    """One documented view."""

    name: str
    relation: str
    """What stands behind it: our own SQL text, a table's name or a parenthesised SELECT with a column
    ``project``.
    """
    columns: tuple[str, ...]
    """Names in order; ``project`` is among them."""
    content_columns: frozenset[str] = field(default_factory=frozenset[str])
    """Only for callers with scope ``content``; left out for the others."""
    content_only: bool = False
    """Nothing of it without scope ``content``."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The views and what the engine could mistake a name for."""

    views: dict[str, View]
    engine_functions: frozenset[str]
    """Every function the engine knows, in lower case: a bare name can stand for one (``arrayMap(file,
    …)``).
    """

    engine_tables: frozenset[str] = frozenset()
    """Every table of the engine's database: a WITH name must not be one of them."""

    def view(self, name: str) -> View:
        """The view of this name. Raises `NotAllowed`."""
        view = self.views.get(name)
        if view is None:
            names = ", ".join(sorted(self.views))
            raise NotAllowed(f"There is no view '{name}'.", hint=f"Views are {names}.")
        return view
