"""Settings from arguments, environment and defaults; a wrong one costs one log line that names the fix."""

import math
from pathlib import Path

import pytest

from sonde.sdk import config
from sonde.sdk.config import Config, resolve


def test_arguments_go_before_the_environment_and_that_before_defaults() -> None:
    found = resolve({"url": "http://a:1", "slow_ms": None}, {"SONDE_URL": "http://b:2", "SONDE_SLOW_MS": "5"})
    assert found.url == "http://a:1"
    assert found.slow_ms == 5.0
    assert found.timeout_s == Config().timeout_s


def test_own_variables_go_before_the_standard_ones() -> None:
    environ = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://o:1", "OTEL_SERVICE_NAME": "standard"}
    assert resolve({}, environ).url == "http://o:1"
    assert resolve({}, environ).service == "standard"
    assert resolve({}, environ | {"SONDE_URL": "http://s:2", "SONDE_SERVICE": "own"}).url == "http://s:2"
    assert resolve({}, environ | {"SONDE_SERVICE": "own"}).service == "own"


def test_standard_headers_protocol_and_endpoints() -> None:
    found = resolve(
        {},
        {
            "OTEL_EXPORTER_OTLP_HEADERS": "x-team=a%20b, Authorization=Bearer%20k",
            "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc",
            "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://t:1/special",
        },
    )
    assert found.headers == {"x-team": "a b", "authorization": "Bearer k"}
    assert found.export == "grpc"
    assert found.endpoints == {"traces": "http://t:1/special"}


def test_an_address_that_is_told_goes_before_one_for_a_signal() -> None:
    environ = {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://t:1/special"}
    assert resolve({"url": "http://a:1"}, environ).endpoints == {}
    assert resolve({}, environ | {"SONDE_URL": "http://a:1"}).endpoints == {}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("http://h:4318/", "http://h:4318"),
        ("http://h:4318/v1/traces", "http://h:4318"),
        ("https://h/prefix", "https://h/prefix"),
        ("h:4318", "http://h:4318"),
        ("localhost", "http://localhost"),
        ("http://[::1]:4318", "http://[::1]:4318"),
    ],
)
def test_addresses_are_taken_as_people_write_them(given: str, expected: str) -> None:
    assert resolve({"url": given}, {}).url == expected


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"url": "htp:/x"}, ["url=", "http://127.0.0.1:4318"]),
        ({"url": "ftp://h"}, ["url=", "not an address"]),
        ({"url": "http://h:notaport"}, ["no valid port"]),
        ({"url": "http://u:p@h"}, ["api_key="]),
        ({"api_key": "two words"}, ["api_key=", "sonde keys create"]),
        ({"servce": "x"}, ["'servce'", "did you mean 'service'?"]),
        ({"capture_contents": True}, ["did you mean 'capture_content'?"]),
        ({"zzz": 1}, ["'zzz'", "it takes service, "]),
        ({"sample_rate": 3}, ["sample_rate=", "from 0 to 1"]),
        ({"sample_rate": math.nan}, ["finite"]),
        ({"slow_ms": -1}, ["positive"]),
        ({"slow_ms": "soon"}, ["a number", "'soon'"]),
        ({"export": "fil:x"}, ["export=", "did you mean 'file:'?"]),
        ({"export": "file:"}, ["names no file"]),
        ({"capture_content": "perhaps"}, ["true or false"]),
        ({"service": 7}, ["text, not int"]),
        ({"redact": 3.5}, ["redact=", "a function"]),
        ({"instrument": 3}, ["instrument=", "openai"]),
        ({"headers": 3}, ["headers=", "mapping"]),
        ({"logs": "somewhere"}, ["stdout", "file:PATH"]),
        ({"spool_bytes_max": "x"}, ["spool_bytes_max="]),
    ],
)
def test_bad_input_is_one_line_that_names_the_fix(
    given: dict[str, object], words: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    found = resolve(given, {})
    assert len(caplog.records) == 1, caplog.text
    for word in words:
        assert word in caplog.text
    assert found == Config()


def test_a_wrong_variable_is_named(caplog: pytest.LogCaptureFixture) -> None:
    assert resolve({}, {"SONDE_SAMPLE_RATE": "lots"}).sample_rate == 1.0
    assert "SONDE_SAMPLE_RATE is ignored" in caplog.text


def test_keys_and_headers_are_not_printed() -> None:
    found = resolve({"api_key": "sk_secret", "headers": {"authorization": "secret2"}}, {})
    assert "secret" not in repr(found)


def test_every_setting_has_an_argument() -> None:
    import inspect

    from sonde import init

    arguments = set(inspect.signature(init).parameters) - {"unknown"}
    assert arguments == set(config.NAMES)


@pytest.mark.parametrize(
    ("argument", "name"),
    [
        ("/srv/chat.py", "chat"),
        ("/srv/chat/__main__.py", "chat"),
        ("/x/ipykernel_launcher.py", "notebook"),
        ("-c", "python"),
        ("", "python"),
    ],
)
def test_an_app_without_a_name_is_called_like_its_script(
    argument: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", [argument])
    assert config.default_service() == name


def test_folders_may_begin_at_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert resolve({"spool_dir": "~/s"}, {}).spool_dir == tmp_path / "s"
