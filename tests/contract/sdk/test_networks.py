"""Certificates and proxies by their standard variables, over real sockets."""

import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.sdk.collector import Collector, printed
from tests.contract.sdk.conftest import Run
from tests.contract.sdk.proxy import Proxy

SEND = """
import json, sonde
sonde.init(service="app", quiet=True, timeout_s=20)
with sonde.span("work"):
    pass
print(json.dumps({"flushed": sonde.flush(%s), **sonde.ledger()["traces"]}))
sonde.shutdown(1)
"""
OUTSIDE = "collector.example"
"""A name that only a proxy can resolve."""
NOWHERE = "http://127.0.0.1:9"


_KEY = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"


class Certificates:
    """An authority of our own, a server's certificate and a client's, made by the program openssl."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.authority = folder / "authority.pem"
        self._openssl(
            f"req -x509 {_KEY} -days 2 -subj /CN=authority -keyout authority.key -out authority.pem"
            " -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign"
        )
        self.server = self._signed("server", f"IP:127.0.0.1,DNS:{OUTSIDE}")
        self.client = self._signed("client", "DNS:client")

    def _signed(self, name: str, names: str) -> tuple[Path, Path]:
        self._openssl(f"req {_KEY} -subj /CN={name} -keyout {name}.key -out {name}.csr")
        (self._folder / "names").write_text(f"subjectAltName={names}\nbasicConstraints=CA:FALSE\n")
        self._openssl(
            f"x509 -req -in {name}.csr -CA authority.pem -CAkey authority.key -CAcreateserial -days 2"
            f" -extfile names -out {name}.pem"
        )
        return self._folder / f"{name}.pem", self._folder / f"{name}.key"

    def _openssl(self, words: str) -> None:
        subprocess.run(["openssl", *words.split()], cwd=self._folder, check=True, capture_output=True)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return Certificates(tmp_path_factory.mktemp("certificates"))


def context_of(certificates: Certificates) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(*certificates.server)
    return made


@pytest.fixture
def safe_collector(certificates: Certificates) -> Iterator[Collector]:
    made = Collector(context_of(certificates))
    yield made
    made.stop()


@pytest.fixture
def proxy(collector: Collector) -> Iterator[Proxy]:
    made = Proxy(collector.port)
    yield made
    made.stop()


def test_a_certificate_of_an_own_authority(
    run: Run, safe_collector: Collector, certificates: Certificates
) -> None:
    result = run(
        SEND % 30,
        SONDE_URL=safe_collector.url,
        OTEL_EXPORTER_OTLP_CERTIFICATE=str(certificates.authority),
    )
    assert printed(result.stdout)["stored"] == 1, result.stderr
    assert safe_collector.names() == ["work"]


def test_a_certificate_nobody_vouches_for_sends_nothing(
    run: Run, safe_collector: Collector, tmp_path: Path
) -> None:
    result = run(SEND % 0.5, SONDE_URL=safe_collector.url)
    found = printed(result.stdout)
    assert (found["flushed"], found["stored"], found["dropped"], found["waiting"]) == (False, 0, 0, 1)
    assert "CERTIFICATE_VERIFY_FAILED" in result.stderr
    assert safe_collector.requests == []
    assert len(list((tmp_path / "spool").rglob("*.traces.*"))) == 1  # it waits until this is mended


def test_a_client_that_shows_its_own_certificate(run: Run, certificates: Certificates) -> None:
    context = context_of(certificates)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(certificates.authority)
    picky = Collector(context)
    certificate, key = map(str, certificates.client)
    variables = {"SONDE_URL": picky.url, "OTEL_EXPORTER_OTLP_CERTIFICATE": str(certificates.authority)}
    try:
        refused = run(SEND % 0.5, **variables)
        assert printed(refused.stdout)["stored"] == 0
        assert picky.names() == []
        run(
            SEND % 30,
            **variables,
            OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE=certificate,
            OTEL_EXPORTER_OTLP_CLIENT_KEY=key,
        )
        assert picky.names() == ["work", "work"]  # the one that had waited as well
    finally:
        picky.stop()


def test_through_a_proxy(run: Run, collector: Collector, proxy: Proxy) -> None:
    result = run(SEND % 30, SONDE_URL=f"http://{OUTSIDE}:{collector.port}", HTTP_PROXY=proxy.url)
    assert printed(result.stdout)["stored"] == 1, result.stderr
    assert collector.names() == ["work"]
    assert f"http://{OUTSIDE}:{collector.port}/v1/traces" in proxy.asked


def test_a_tunnel_through_a_proxy(run: Run, safe_collector: Collector, certificates: Certificates) -> None:
    proxy = Proxy(safe_collector.port)
    try:
        result = run(
            SEND % 30,
            SONDE_URL=f"https://{OUTSIDE}:{safe_collector.port}",
            HTTPS_PROXY=proxy.url,
            OTEL_EXPORTER_OTLP_CERTIFICATE=str(certificates.authority),
        )
    finally:
        proxy.stop()
    assert printed(result.stdout)["stored"] == 1, result.stderr
    assert safe_collector.names() == ["work"]
    assert set(proxy.asked) == {f"CONNECT {OUTSIDE}:{safe_collector.port}"}


def test_no_proxy_for_this_machine_and_for_what_is_named(run: Run, collector: Collector) -> None:
    result = run(SEND % 30, SONDE_URL=collector.url, HTTP_PROXY=NOWHERE, ALL_PROXY=NOWHERE)
    assert printed(result.stdout)["stored"] == 1, result.stderr
    assert collector.names() == ["work"]
