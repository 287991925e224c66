"""What no page may do: complain in the console, break its CSP, fail a request, ask another host."""

from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, Response

# Said by the browser itself; the page's own console would miss violations before its scripts run.
_REPORT_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) => {
  const {violatedDirective, blockedURI, sourceFile, lineNumber} = event;
  console.error(`CSP: ${violatedDirective} forbids ${blockedURI} in ${sourceFile}:${lineNumber}`);
});
"""
# The browser's words for an answer of 400 and more. Of pages these are answers like any other; of what belongs
# to a page they are seen by _answered().
_STATUS_NOTICE = "Failed to load resource: the server responded with a status of"
_PAGE_KINDS = {"document", "fetch", "xhr"}


class Watch:
    """Listens to a browser context from its start; `faults` is what a test may not leave behind."""

    def __init__(self, context: BrowserContext, host: str) -> None:
        self.faults: list[str] = []
        self.expected_statuses: set[int] = set()
        self.other_hosts: set[str] = set()
        self._host = host
        context.add_init_script(_REPORT_VIOLATIONS)
        context.on("console", self._said)
        context.on("weberror", lambda error: self.faults.append(f"script error: {error.error}"))
        context.on("request", self._asked)
        context.on("requestfailed", self._failed)
        context.on("response", self._answered)
        context.on("dialog", self._spoke)

    def forget(self) -> None:
        self.faults.clear()
        self.expected_statuses.clear()
        self.other_hosts.clear()

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not message.text.startswith(_STATUS_NOTICE):
            self.faults.append(f"console {message.type}: {message.text} at {message.location}")

    def _asked(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in {"data", "blob"} and address.netloc not in {self._host, *self.other_hosts}:
            self.faults.append(f"asked another host: {request.url}")

    def _failed(self, request: Request) -> None:
        # A page that is left, or a newer answer that is wanted instead, aborts what is under way.
        if request.failure != "net::ERR_ABORTED":
            self.faults.append(f"request failed: {request.url} ({request.failure})")

    def _answered(self, response: Response) -> None:
        is_page = response.request.resource_type in _PAGE_KINDS and response.status < 500
        if response.status >= 400 and not is_page and response.status not in self.expected_statuses:
            self.faults.append(f"{response.status} for {response.request.resource_type} {response.url}")

    def _spoke(self, dialog: object) -> None:
        self.faults.append(f"dialog: {getattr(dialog, 'message', dialog)}")
