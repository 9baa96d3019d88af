"""Who is let in, by which door, with which rights (H49, H58, H59)."""

import base64

import pytest

from sonde.auth.approach import Approach
from sonde.auth.bind import check_bind
from sonde.auth.door import DoorSettings
from sonde.auth.keys import new_key_text
from sonde.auth.throttle import ADDRESSES_MAX, FAILURES_MAX, Throttle
from sonde.model.errors import BadInput, Forbidden, RateLimited, StartError, Unauthenticated
from tests.unit.auth.memory import StandingClock, make_door

LOCAL = DoorSettings()
OPEN_BIND = DoorSettings(host="0.0.0.0", public_url="https://sonde.example.com")


def come(
    *, address: str = "127.0.0.1", method: str = "GET", scheme: str = "http", **headers: str
) -> Approach:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    given.setdefault("host", "127.0.0.1:4318")
    return Approach(address=address, headers=given, method=method, scheme=scheme)


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


# Loopback


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.0.0.1:4318", "localhost:80", "LOCALHOST", "[::1]:4318", "localhost."]
)
def test_on_loopback_everything_is_allowed(host: str) -> None:
    door, _, _ = make_door()
    grant = door.admit(come(host=host))
    assert grant.kind == "loopback"
    assert grant.everywhere


@pytest.mark.parametrize(
    "approach",
    [
        come(address="10.0.0.5"),
        come(address=""),
        come(x_forwarded_for="10.0.0.5"),
        come(forwarded="for=10.0.0.5"),
        come(via="1.1 proxy"),
        come(x_real_ip="10.0.0.5"),
    ],
)
def test_what_only_looks_local_is_not(approach: Approach) -> None:
    door, _, _ = make_door()
    with pytest.raises(Unauthenticated):
        door.admit(approach)


def test_behind_a_proxy_loopback_is_not_trusted() -> None:
    door, _, _ = make_door(DoorSettings(public_url="https://sonde.example.com"))
    with pytest.raises(Unauthenticated):
        door.admit(come())


def test_loopback_can_ask_for_a_key() -> None:
    door, _, _ = make_door(DoorSettings(require_key=True))
    with pytest.raises(Unauthenticated):
        door.admit(come())


@pytest.mark.parametrize(
    "host",
    [
        "evil.com",
        "evil.com:4318",
        "127.0.0.1.evil.com",
        "localhost.evil.com",
        "10.0.0.5",
        "8.8.8.8:4318",
        "[2001:db8::1]",
    ],
)
def test_dns_rebinding_ends_at_the_host_header(host: str) -> None:
    door, _, _ = make_door()
    with pytest.raises(Forbidden):
        door.admit(come(host=host))


@pytest.mark.parametrize(
    "host",
    [
        "",
        "a b",
        "a/b?c#d",
        "localhost:4318/#@x",
        "localhost:99999",
        "local\thost",
        "evil.com@localhost",
        "[::1",
    ],
)
def test_a_malformed_host_is_refused(host: str) -> None:
    door, _, _ = make_door()
    with pytest.raises((BadInput, Forbidden)):
        door.admit(come(host=host))


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.com",
        "null",
        "http://127.0.0.1:9999",
        "http://localhost:4318",
        "https://evil.com:4318",
        "file://",
        "x",
    ],
)
def test_foreign_origins_are_refused(origin: str) -> None:
    door, _, _ = make_door()
    for method in ("GET", "POST", "DELETE", "PUT", "PATCH"):
        with pytest.raises(Forbidden):
            door.admit(come(origin=origin, method=method))


def test_the_own_origin_is_fine() -> None:
    door, _, _ = make_door()
    assert door.admit(come(origin="http://127.0.0.1:4318", method="POST")).kind == "loopback"


def test_other_sites_pages_cannot_use_the_rights_of_the_place() -> None:
    door, _, _ = make_door()
    for site in ("cross-site", "same-site"):
        with pytest.raises(Forbidden):
            door.admit(come(sec_fetch_site=site, sec_fetch_mode="no-cors"))
    assert door.admit(come(sec_fetch_site="same-origin", sec_fetch_mode="cors")).kind == "loopback"
    assert door.admit(come(sec_fetch_site="cross-site", sec_fetch_mode="navigate")).kind == "loopback"


# Keys


def test_every_accepted_header_means_the_same_key() -> None:
    door, _, _ = make_door(OPEN_BIND)
    key, _ = door.keyring.create(name="k", project="a", scopes=["read"])
    forms = [
        {"authorization": f"Bearer {key}"},
        {"authorization": f"bearer {key}"},
        {"authorization": key},
        {"authorization": basic("user", key)},
        {"authorization": basic(key, "")},
        {"authorization": basic(key, "x")},
        {"x-api-key": key},
        {"api-key": key},
        {"x-sonde-key": key},
        {"authorization": f"Bearer {key}", "x-api-key": key},
    ]
    for headers in forms:
        grant = door.admit(Approach("10.0.0.5", {"host": "sonde.example.com", **headers}))
        assert (grant.kind, grant.project, grant.scopes) == ("key", "a", {"read"})
    door.keyring.revoke(next(iter(door.keyring.keys_of(None))).key_id)
    for number, headers in enumerate(forms):
        with pytest.raises(Unauthenticated):
            door.admit(Approach(f"10.0.1.{number}", {"host": "sonde.example.com", **headers}))


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"authorization": ""},
        {"authorization": "Bearer"},
        {"authorization": "Bearer "},
        {"authorization": "Bearer  "},
        {"authorization": "Basic"},
        {"authorization": "Basic ???"},
        {"authorization": "Basic " + base64.b64encode(b":").decode()},
        {"authorization": "Digest x"},
        {"authorization": "Bearer " + "x" * 10_000},
        {"authorization": f"Bearer {new_key_text()}"},
        {"authorization": "Bearer ' or 1=1 --"},
        {"authorization": "Bearer \udcff"},
        {"x-api-key": ""},
        {"x-api-key": "null"},
        {"cookie": "sonde_session="},
        {"cookie": "sonde_session=x"},
        {"cookie": "sonde_session=null; sonde_session=undefined"},
        {"x-api-key": "one", "authorization": "Bearer two"},
        {"authorization": f"Bearer {new_key_text()}", "x-api-key": new_key_text()},
    ],
)
def test_wrong_credentials_are_nobody(headers: dict[str, str]) -> None:
    door, _, _ = make_door(OPEN_BIND)
    with pytest.raises(Unauthenticated):
        door.admit(Approach("10.0.0.5", {"host": "sonde.example.com", **headers}))


def test_a_wrong_key_of_ours_is_refused_on_loopback_too_and_a_foreign_one_is_overlooked() -> None:
    door, _, _ = make_door()
    with pytest.raises(Unauthenticated):
        door.admit(come(authorization=f"Bearer {new_key_text()}"))
    assert door.admit(come(authorization=basic("pk-lf-1", "sk-lf-2"))).kind == "loopback"
    assert door.admit(come(x_api_key="ls__abc")).kind == "loopback"


def test_failures_are_limited_per_address_and_right_keys_are_not() -> None:
    door, _, clock = make_door(OPEN_BIND)
    key, _ = door.keyring.create(name="k", project="a", scopes=["read"])
    right = Approach("10.0.0.5", {"host": "sonde.example.com", "authorization": f"Bearer {key}"})
    wrong = Approach("10.0.0.5", {"host": "sonde.example.com", "authorization": f"Bearer {new_key_text()}"})
    other = Approach("10.0.0.6", {"host": "sonde.example.com", "authorization": f"Bearer {new_key_text()}"})
    for _ in range(FAILURES_MAX):
        with pytest.raises(Unauthenticated):
            door.admit(wrong)
    with pytest.raises(RateLimited):
        door.admit(wrong)
    with pytest.raises(Unauthenticated):
        door.admit(other)
    assert door.admit(right).kind == "key"
    clock.seconds += 61
    with pytest.raises(Unauthenticated):
        door.admit(wrong)


def test_the_table_of_failures_is_bounded() -> None:
    clock = StandingClock()
    throttle = Throttle(monotonic=clock.monotonic)
    for number in range(ADDRESSES_MAX + 500):
        throttle.failed(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}")
    assert len(throttle) == ADDRESSES_MAX


# Sessions


def browser(token: str, method: str = "GET", **headers: str) -> Approach:
    given = {"host": "sonde.example.com", "cookie": f"a=b; sonde_session={token}; c=d"}
    given |= {name.replace("_", "-"): value for name, value in headers.items()}
    return Approach("10.0.0.5", given, method, "http")


def test_a_session_does_what_its_key_may_do() -> None:
    door, _, _ = make_door(OPEN_BIND)
    key, _ = door.keyring.create(name="k", project="a", scopes=["read", "content"])
    token, session, grant = door.log_in(browser("", "POST"), key)
    assert grant == door.admit(browser(token))
    assert (grant.kind, grant.project, grant.scopes) == ("session", "a", {"read", "content"})
    assert key not in token
    assert session.csrf_token not in token


def test_changes_need_the_token_and_the_own_origin() -> None:
    door, _, _ = make_door(OPEN_BIND)
    key, _ = door.keyring.create(name="k", project="a", scopes=["admin"])
    token, session, _ = door.log_in(browser("", "POST"), key)
    own = "https://sonde.example.com"
    for method in ("POST", "PUT", "PATCH", "DELETE", "BREW"):
        for headers in (
            {},
            {"origin": own},
            {"x_sonde_csrf": session.csrf_token},
            {"x_sonde_csrf": "", "origin": own},
            {"x_sonde_csrf": session.csrf_token[:-1], "origin": own},
            {"x_sonde_csrf": session.csrf_token, "origin": "https://evil.com"},
            {"x_sonde_csrf": session.csrf_token, "origin": "null"},
            {"x_sonde_csrf": session.csrf_token, "origin": own, "sec_fetch_site": "cross-site"},
        ):
            with pytest.raises(Forbidden):
                door.admit(browser(token, method, **headers))
        assert (
            door.admit(browser(token, method, x_sonde_csrf=session.csrf_token, origin=own)).kind == "session"
        )


def test_a_session_ends_with_its_key_with_time_and_with_log_out() -> None:
    door, table, clock = make_door(OPEN_BIND)
    key, row = door.keyring.create(name="k", project="a", scopes=["read"])
    token, _, _ = door.log_in(browser("", "POST"), key)
    clock.seconds += 11 * 3600
    door.admit(browser(token))
    clock.seconds += 13 * 3600
    with pytest.raises(Unauthenticated):
        door.admit(browser(token))
    token, _, _ = door.log_in(browser("", "POST"), key)
    table.revoke_key(row.key_id)
    clock.seconds += 5
    with pytest.raises(Unauthenticated):
        door.admit(browser(token))
    key, _ = door.keyring.create(name="k", project="a", scopes=["read"])
    token, _, _ = door.log_in(browser("", "POST"), key)
    door.sessions.close(token)
    with pytest.raises(Unauthenticated):
        door.admit(browser(token))


@pytest.mark.parametrize("key", ["", "x", "sk-sonde-", new_key_text(), "null"])
def test_log_in_with_a_wrong_key(key: str) -> None:
    door, _, _ = make_door(OPEN_BIND)
    with pytest.raises(Unauthenticated):
        door.log_in(browser("", "POST"), key)


def test_log_in_is_limited_and_refused_from_other_sites() -> None:
    door, _, _ = make_door(OPEN_BIND)
    with pytest.raises(Forbidden):
        door.log_in(browser("", "POST", origin="https://evil.com"), new_key_text())
    with pytest.raises(Forbidden):
        door.log_in(browser("", "POST", sec_fetch_site="cross-site"), new_key_text())
    for _ in range(FAILURES_MAX):
        with pytest.raises(Unauthenticated):
            door.log_in(browser("", "POST"), new_key_text())
    with pytest.raises(RateLimited):
        door.log_in(browser("", "POST"), new_key_text())


# Beyond loopback


def test_addresses_are_no_danger_to_rebinding_and_names_have_to_be_known() -> None:
    door, _, _ = make_door(DoorSettings(host="0.0.0.0", allowed_hosts=("sonde", "Sonde.Local")))
    key, _ = door.keyring.create(name="k", project=None, scopes=["read"])
    for host in ("10.1.2.3:4318", "[2001:db8::1]:4318", "sonde:4318", "sonde.local", "localhost"):
        door.admit(Approach("10.0.0.5", {"host": host, "authorization": f"Bearer {key}"}))
    for host in ("evil.com", "sonde.evil.com"):
        with pytest.raises(Forbidden):
            door.admit(Approach("10.0.0.5", {"host": host, "authorization": f"Bearer {key}"}))


def test_insecure_no_auth_lets_everybody_in_but_not_other_sites() -> None:
    door, _, _ = make_door(DoorSettings(host="0.0.0.0", insecure_no_auth=True))
    assert door.admit(Approach("10.0.0.5", {"host": "10.0.0.1"})).kind == "insecure"
    with pytest.raises(Forbidden):
        door.admit(Approach("10.0.0.5", {"host": "10.0.0.1", "origin": "http://evil.com"}))


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "", "10.0.0.5", "sonde.example.com"])
def test_listening_beyond_loopback_needs_a_key(host: str) -> None:
    with pytest.raises(StartError) as caught:
        check_bind(DoorSettings(host=host), has_keys=False)
    assert "keys create" in str(caught.value)
    check_bind(DoorSettings(host=host), has_keys=True)
    check_bind(DoorSettings(host=host, insecure_no_auth=True), has_keys=False)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.8.9.10"])
def test_loopback_needs_none_unless_a_proxy_opens_it(host: str) -> None:
    check_bind(DoorSettings(host=host), has_keys=False)
    with pytest.raises(StartError):
        check_bind(DoorSettings(host=host, public_url="https://sonde.example.com"), has_keys=False)


@pytest.mark.parametrize("url", ["sonde.example.com", "ftp://x", "https://", "javascript:alert(1)"])
def test_a_public_url_has_to_be_one(url: str) -> None:
    with pytest.raises(BadInput):
        make_door(DoorSettings(public_url=url))
