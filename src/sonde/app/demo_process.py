"""The demo's sender, in a process of its own so that it does not share the server's interpreter."""

import os
import subprocess
import sys


class DemoProcess:
    """Started after the server listens, ended with it."""

    def __init__(self, url: str, key: str) -> None:
        self._url = url
        self._key = key
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start sending. The key travels in the environment, where other users cannot see it."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "sonde.demo", "--url", self._url, "--exit-with-parent"],
            env={**os.environ, "SONDE_API_KEY": self._key},
            start_new_session=True,
        )

    def stop(self) -> None:
        """End it; what it has not sent is gone, which for a demo is fine."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(3)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
