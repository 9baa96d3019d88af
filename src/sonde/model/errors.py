"""The error tree. Each class carries what a caller needs to answer: status, code, whether to retry.

    SondeError
    ├── BadInput            400  what is wrong, where, what to do
    │   ├── TooLarge        413
    │   ├── UnsupportedMedia 415
    │   └── NotAllowed      400  SQL or a setting that is refused
    ├── Unauthenticated     401
    ├── Forbidden           403
    ├── NotFound            404
    ├── Conflict            409
    ├── RateLimited         429  retry later, per-key limit
    ├── Unavailable         503  retry: overload, storage trouble, draining
    │   ├── Overloaded      503
    │   ├── StorageFull     503
    │   └── StorageReadOnly 503
    ├── QueryTimeout        504
    └── StartError          —    the process cannot start; the message says what to do

A broken invariant is an `AssertionError`, never one of these.
"""


class SondeError(Exception):
    """Base of all errors a user can meet. ``str(error)`` is a whole sentence for people."""

    status = 500
    code = "internal"
    retryable = False

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class BadInput(SondeError):
    """The request can never succeed as it is."""

    status = 400
    code = "bad-input"


class TooLarge(BadInput):
    """Over a documented size limit."""

    status = 413
    code = "too-large"


class UnsupportedMedia(BadInput):
    """A content type or encoding we do not take."""

    status = 415
    code = "unsupported-media"


class NotAllowed(BadInput):
    """Understood, and refused by rule."""

    code = "not-allowed"


class Unauthenticated(SondeError):
    """No valid credential."""

    status = 401
    code = "unauthenticated"


class Forbidden(SondeError):
    """A valid credential without the right for this."""

    status = 403
    code = "forbidden"


class NotFound(SondeError):
    """No such thing, or not for this key."""

    status = 404
    code = "not-found"


class Conflict(SondeError):
    """The thing exists already or has changed."""

    status = 409
    code = "conflict"


class RateLimited(SondeError):
    """A per-key limit was reached."""

    status = 429
    code = "rate-limited"
    retryable = True


class Unavailable(SondeError):
    """Not now: try again."""

    status = 503
    code = "unavailable"
    retryable = True


class Overloaded(Unavailable):
    """A bounded queue is full."""

    code = "overloaded"


class StorageFull(Unavailable):
    """The disk has no room for writes; reads go on."""

    code = "storage-full"


class StorageReadOnly(Unavailable):
    """The data folder cannot be written; reads go on."""

    code = "storage-read-only"


class QueryTimeout(SondeError):
    """A query ran longer than its limit and was stopped."""

    status = 504
    code = "query-timeout"


class StartError(SondeError):
    """The process cannot start."""

    code = "start"
