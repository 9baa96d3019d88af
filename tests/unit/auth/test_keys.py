"""Keys: their text, their hash, and how soon a revoked one is dead."""

import pytest

from sonde.auth.grant import Grant
from sonde.auth.keyring import STALE_S, Keyring
from sonde.auth.keys import KEY_PATTERN, digest_of, make_key, new_key_text
from sonde.model.errors import BadInput, Forbidden, NotFound, Unavailable
from tests.unit.auth.memory import MemoryKeys, StandingClock


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
def table() -> MemoryKeys:
    return MemoryKeys()


@pytest.fixture
def keyring(table: MemoryKeys, clock: StandingClock) -> Keyring:
    return Keyring(table, now_ns=clock.now_ns, monotonic=clock.monotonic)


def test_keys_have_256_random_bits_and_a_known_prefix() -> None:
    texts = {new_key_text() for _ in range(100)}
    assert len(texts) == 100
    assert all(KEY_PATTERN.fullmatch(text) for text in texts)


def test_only_the_hash_is_stored(keyring: Keyring, table: MemoryKeys) -> None:
    text, row = keyring.create(name="k", project="p", scopes=["read"])
    assert row.digest == digest_of(text)
    assert row.hint == text[-4:]
    assert text not in repr(table.rows)


def test_two_keys_with_a_common_beginning_are_two_keys(keyring: Keyring) -> None:
    one = "sk-sonde-" + "A" * 43
    other = "sk-sonde-" + "A" * 42 + "B"
    keyring.create(name="one", project="a", scopes=["read"], text=one)
    found = keyring.find(one)
    assert found is not None
    assert found.project == "a"
    assert keyring.find(other) is None


@pytest.mark.parametrize("scopes", [[], ["root"], ["read", "everything"]])
def test_unknown_scopes_are_refused(keyring: Keyring, scopes: list[str]) -> None:
    with pytest.raises(BadInput):
        keyring.create(name="k", project=None, scopes=scopes)


@pytest.mark.parametrize("text", ["", "sk-sonde-", "secret", "sk-sonde-short", "sk-sonde-" + "!" * 43])
def test_a_key_from_elsewhere_has_to_be_as_good_as_ours(text: str) -> None:
    with pytest.raises(BadInput):
        make_key(name="k", project=None, scopes=["read"], now_ns=1, text=text)


def test_a_key_revoked_elsewhere_is_dead_within_five_seconds(
    keyring: Keyring, table: MemoryKeys, clock: StandingClock
) -> None:
    text, row = keyring.create(name="k", project=None, scopes=["read"])
    assert keyring.find(text) is not None
    table.revoke_key(row.key_id)
    clock.seconds += 5
    assert keyring.find(text) is None
    assert keyring.by_id(row.key_id) is None


def test_a_key_revoked_here_is_dead_at_once(keyring: Keyring) -> None:
    text, row = keyring.create(name="k", project=None, scopes=["read"])
    keyring.revoke(row.key_id)
    assert keyring.find(text) is None
    with pytest.raises(NotFound):
        keyring.revoke(row.key_id)


def test_an_expired_key_is_dead(keyring: Keyring, clock: StandingClock) -> None:
    text, _ = keyring.create(
        name="k", project=None, scopes=["read"], expires_ns=clock.now_ns() + 10_000_000_000
    )
    assert keyring.find(text) is not None
    clock.seconds += 11
    assert keyring.find(text) is None
    assert not keyring.has_keys()


def test_strangers_cost_no_database_reads(keyring: Keyring, table: MemoryKeys) -> None:
    keyring.find(new_key_text())
    before = table.reads
    for _ in range(1_000):
        assert keyring.find(new_key_text()) is None
    assert table.reads == before


def test_a_catalog_that_is_down_is_survived_for_a_while_and_then_nobody_is_believed(
    keyring: Keyring, table: MemoryKeys, clock: StandingClock
) -> None:
    text, _ = keyring.create(name="k", project=None, scopes=["read"])
    table.fail = True
    clock.seconds += 3
    assert keyring.find(text) is not None
    clock.seconds += STALE_S
    with pytest.raises(Unavailable):
        keyring.find(text)


def test_last_use_is_written_now_and_then(keyring: Keyring, table: MemoryKeys, clock: StandingClock) -> None:
    text, row = keyring.create(name="k", project=None, scopes=["read"])
    keyring.find(text)
    assert not table.touched
    clock.seconds += 61
    keyring.find(text)
    keyring.reload()
    assert row.key_id in table.touched


def test_a_private_key_is_stored_nowhere(keyring: Keyring, table: MemoryKeys) -> None:
    text = keyring.private_key("demo", ["ingest"])
    found = keyring.find(text)
    assert found is not None
    assert found.project == "demo"
    assert not table.rows
    assert not keyring.has_keys()


def test_scopes_and_projects_of_a_grant() -> None:
    grant = Grant(kind="key", project="a", scopes=frozenset({"read"}))
    grant.need("read")
    with pytest.raises(Forbidden):
        grant.need("content")
    assert grant.project_for(None) == "a"
    assert grant.project_for("a") == "a"
    with pytest.raises(NotFound):
        grant.project_for("b")
    admin = Grant(kind="key", project=None, scopes=frozenset({"admin"}))
    assert all(admin.allows(scope) for scope in ("ingest", "read", "content", "sql"))
    assert admin.project_for("b") == "b"
    assert admin.project_for(None) is None
    assert admin.everywhere
    assert not Grant(kind="key", project="a", scopes=frozenset({"admin"})).everywhere
