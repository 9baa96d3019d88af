"""Records that are one invocation, joined step by step (a union-find that knows the scopes in each group)."""

from sonde.model.facts import SpanFacts
from sonde.normalize.forest import Key, key_of


class Groups:
    """Disjoint groups of call records."""

    def __init__(self, records: list[SpanFacts]) -> None:
        self._parent: dict[Key, Key] = {key_of(facts): key_of(facts) for facts in records}
        self._members: dict[Key, list[SpanFacts]] = {key_of(facts): [facts] for facts in records}
        self._scopes: dict[Key, set[str]] = {key_of(facts): {facts.scope} for facts in records}

    def root(self, key: Key) -> Key:
        """The group's name."""
        parent = self._parent
        while parent[key] != key:
            parent[key] = parent[parent[key]]
            key = parent[key]
        return key

    def members(self, facts: SpanFacts) -> list[SpanFacts]:
        """All records of the group of a record."""
        return self._members[self.root(key_of(facts))]

    def joined(self, one: SpanFacts, other: SpanFacts) -> bool:
        """Whether both are in one group already."""
        return self.root(key_of(one)) == self.root(key_of(other))

    def share_scope(self, one: SpanFacts, other: SpanFacts) -> bool:
        """Whether one instrumentation scope is in both groups: then they are two invocations."""
        first, second = self.root(key_of(one)), self.root(key_of(other))
        return not self._scopes[first].isdisjoint(self._scopes[second])

    def join(self, one: SpanFacts, other: SpanFacts) -> None:
        """Make one group of two."""
        first, second = self.root(key_of(one)), self.root(key_of(other))
        if first == second:
            return
        if len(self._members[first]) < len(self._members[second]):
            first, second = second, first
        self._parent[second] = first
        self._members[first].extend(self._members.pop(second))
        self._scopes[first] |= self._scopes.pop(second)

    def all(self) -> list[list[SpanFacts]]:
        """Every group."""
        return list(self._members.values())
