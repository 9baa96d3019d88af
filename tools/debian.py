"""What the tests need from Debian: Chromium, fonts for it, PostgreSQL and Redis."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from steps import Stop, output_of, run, say

BROWSER = "chromium"
FONTS = ("fonts-dejavu-core", "fonts-noto-color-emoji", "fonts-wqy-microhei")
DATABASE = "postgresql"
KEY_VALUE_STORE = "redis-server"


def missing() -> list[str]:
    """Return the names of the Debian packages that are needed and not there."""
    names: list[str] = []
    if not (os.environ.get("SONDE_CHROMIUM") or shutil.which("chromium")):
        names.append(BROWSER)
    names += [
        name for name in FONTS if "installed" not in output_of("dpkg-query", "-W", "-f=${Status}", name)
    ]
    if not any(Path("/usr/lib/postgresql").glob("*/bin/initdb")):
        names.append(DATABASE)
    if not shutil.which("redis-server"):
        names.append(KEY_VALUE_STORE)
    return names


def provide() -> None:
    """Install what is missing, as root or through sudo without a password; else say loudly what is skipped.

    Set SONDE_NO_APT=1 to leave the system alone. With CI=true a test that cannot run fails instead of being
    skipped, see tests/conftest.py.
    """
    names = missing()
    if not names:
        return
    apt = apt_get()
    if apt is None:
        bar = "!" * 100
        print(f"{bar}\nNot installed, and this user may not install it: {' '.join(names)}")
        print(
            f"The tests that need it are skipped. To run them: apt-get install {' '.join(names)}\n{bar}",
            flush=True,
        )
        return
    say(f"installing Debian packages for the tests: {' '.join(names)}")
    env = {"DEBIAN_FRONTEND": "noninteractive"}
    options = [
        "-y",
        "-qq",
        "--no-install-recommends",
        "-o",
        "Dpkg::Use-Pty=0",
        "-o",
        "DPkg::Lock::Timeout=300",
    ]
    try:
        run(*apt, "update", "-qq", env=env)
        run(*apt, "install", *options, *names, env=env)
    except Stop as stop:
        # The machine may be offline: every other test is still worth running, and the summary names the rest.
        say(f"{stop}: the tests that need these packages are skipped")


def apt_get() -> list[str] | None:
    """Return the command that may install packages here, None when there is none."""
    program = shutil.which("apt-get")
    if program is None or os.environ.get("SONDE_NO_APT"):
        return None
    if os.geteuid() == 0:
        return [program]
    if shutil.which("sudo") and output_of("sudo", "-n", "echo", "yes") == "yes":
        return ["sudo", "-n", "DEBIAN_FRONTEND=noninteractive", program]
    return None
