"""The tree is tidy: nothing in it depends on one machine, one index or one mood."""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BINARY = {
    ".br",
    ".gif",
    ".gz",
    ".ico",
    ".jpg",
    ".jpeg",
    ".pb",
    ".png",
    ".ttf",
    ".woff",
    ".woff2",
    ".zip",
    ".zst",
}

# Put together here, or this file would find itself.
DOT = "."
REGISTRY_HOSTS = [
    DOT.join(labels)
    for labels in (
        ("pypi", "org"),
        ("files", "pythonhosted", "org"),
        ("registry", "npmjs", "org"),
        ("npmjs", "com"),
        ("registry", "yarnpkg", "com"),
        ("jsr", "io"),
        ("proxy", "golang", "org"),
        ("crates", "io"),
        ("rubygems", "org"),
        ("conda", "anaconda", "org"),
        ("docker", "io"),
        ("ghcr", "io"),
        ("quay", "io"),
        ("gcr", "io"),
        ("jfrog", "io"),
        ("deb", "debian", "org"),
    )
]
SLASH = "/"
MACHINE_PATHS = [f"{SLASH}{name}{SLASH}" for name in ("work", "root", "Users")]
# Said by real payloads, whose truth is that they are kept as they were sent.
RECORDED = ("tests/golden/captures/", "tests/golden/data/")

MAX_LINES = 600
# A file gets longer than this only for a reason, which is written here.
LONG_FILES: dict[str, str] = {}


def tracked() -> list[Path]:
    """Return the files git knows or would add, as long as they are there."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listing = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode()
    return [ROOT / name for name in sorted(set(listing.split("\0"))) if name and (ROOT / name).is_file()]


@pytest.fixture(scope="module")
def files() -> list[Path]:
    """All text files of the tree."""
    return [path for path in tracked() if path.suffix not in BINARY]


def name_of(path: Path) -> str:
    """Return the path as git names it."""
    return path.relative_to(ROOT).as_posix()


def lines_with(files: list[Path], pattern: re.Pattern[str]) -> Iterator[str]:
    """Yield `file:line: match` for each line in which the pattern is found."""
    for path in files:
        for number, line in enumerate(
            path.read_text(encoding="utf-8", errors="replace").splitlines(), start=1
        ):
            found = pattern.search(line)
            if found:
                yield f"{name_of(path)}:{number}: {found.group()}"


def test_no_registry_is_named(files: list[Path]) -> None:
    hosts = re.compile(
        "|".join(rf"(?<![\w-]){re.escape(host)}(?![\w-])" for host in REGISTRY_HOSTS), re.IGNORECASE
    )
    assert list(lines_with(files, hosts)) == []


def test_no_path_of_one_machine(files: list[Path]) -> None:
    ours = [path for path in files if not name_of(path).startswith(RECORDED)]
    paths = re.compile("|".join(rf"(?<![\w.:>)\]}}/-]){path}\w" for path in MACHINE_PATHS))
    assert list(lines_with(ours, paths)) == []


def test_nothing_is_left_for_later(files: list[Path]) -> None:
    source = [path for path in files if name_of(path).startswith(("src/", "web/src/", "tools/"))]
    assert list(lines_with(source, re.compile(r"\b(TOD[O]|FIXM[E]|X{3}|HAC[K])\b"))) == []


def test_no_file_has_grown_too_long(files: list[Path]) -> None:
    source = [
        path
        for path in files
        if name_of(path).startswith(("src/", "web/src/"))
        and path.suffix in {".py", ".ts", ".tsx", ".css", ".sql"}
        and ".gen." not in path.name
    ]
    counts = {name_of(path): len(path.read_text(encoding="utf-8").splitlines()) for path in source}
    long = {name: count for name, count in counts.items() if count > MAX_LINES}
    assert {name: count for name, count in long.items() if name not in LONG_FILES} == {}
    assert sorted(set(LONG_FILES) - set(long)) == [], "listed, but not long any more"


def test_requirements_are_hashed_and_name_no_address() -> None:
    locks = sorted((ROOT / "requirements").glob("*.txt"))
    examples = [f"examples-{name}.txt" for name in ("agents", "clients", "routers")]
    bench = ["bench-openlit.txt", "bench-peers.txt"]
    assert [path.name for path in locks] == [*bench, "dev.txt", *examples, "lock.txt", "runtime.txt"]
    for path in locks:
        text = path.read_text(encoding="utf-8")
        assert "://" not in text, path.name
        assert not re.search(
            r"^\s*(-i|--index-url|--extra-index-url|-f|--find-links)\b", text, re.MULTILINE
        ), path.name
        pins = re.split(r"\n(?=[A-Za-z0-9])", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE).strip())
        assert pins, path.name
        for pin in pins:
            assert re.match(r"[A-Za-z0-9._-]+(\[[^]]*\])?==\S+", pin), pin.splitlines()[0]
            assert "--hash=sha256:" in pin, pin.splitlines()[0]


def test_runtime_and_development_run_the_same_versions() -> None:
    def pins(name: str) -> dict[str, str]:
        text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
        return dict(re.findall(r"^([A-Za-z0-9._-]+)==(\S+)", text, re.MULTILINE))

    development = pins("dev.txt")
    assert {name: development.get(name) for name in pins("runtime.txt")} == pins("runtime.txt")


def test_npm_lock_has_checksums_and_no_addresses() -> None:
    lock = json.loads((ROOT / "web" / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: package for name, package in lock["packages"].items() if name}
    assert len(packages) > 100
    assert [name for name, package in packages.items() if "resolved" in package] == []
    unsigned = [
        name
        for name, package in packages.items()
        if "integrity" not in package and not package.get("inBundle") and not package.get("link")
    ]
    assert unsigned == []


def test_web_packages_are_pinned_exactly() -> None:
    package = json.loads((ROOT / "web" / "package.json").read_text(encoding="utf-8"))
    versions = package["dependencies"] | package["devDependencies"]
    assert {
        name: version for name, version in versions.items() if not re.fullmatch(r"\d+\.\d+\.\d+", version)
    } == {}
