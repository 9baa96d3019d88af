"""What no page may ever do, whatever a test looks at."""

from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request

REPORTER = """
addEventListener('securitypolicyviolation', event => {
  const {violatedDirective, blockedURI, sourceFile, lineNumber} = event;
  window.sondeReport(`${violatedDirective} ${blockedURI} ${sourceFile}:${lineNumber}`);
});
"""


class Watch:
    """Collects violations of the content security policy, errors, and requests to anywhere else."""

    def __init__(self, context: BrowserContext, origin: str) -> None:
        self._origin = origin
        self.findings: list[str] = []
        self.expected: list[str] = []
        """Parts of console messages that a test causes on purpose: a refused log-in, a stopped server."""
        context.expose_function("sondeReport", lambda text: self.findings.append(f"policy: {text}"))
        context.add_init_script(REPORTER)
        context.on("page", self._watch)

    def _watch(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.findings.append(f"error: {error}"))
        page.on("request", self._request)
        page.on("dialog", lambda dialog: self.findings.append(f"dialog: {dialog.message}"))

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not any(part in message.text for part in self.expected):
            self.findings.append(f"console {message.type}: {message.text}")

    def _request(self, request: Request) -> None:
        url = urlsplit(request.url)
        if url.scheme not in ("blob", "data") and f"{url.scheme}://{url.netloc}" != self._origin:
            self.findings.append(f"request to elsewhere: {request.url}")
