"""What a resource says about every record under it; read once per resource, not once per span."""

from msgspec import Struct

from sonde.model.span import Resource
from sonde.normalize.rendering import to_json
from sonde.semconv.convert import text


class ResourceReading(Struct, frozen=True, gc=False):
    """Service, environment, release and the attributes as JSON."""

    service: str
    environment: str | None
    release: str | None
    attributes_json: str


def _read(resource: Resource) -> ResourceReading:
    get = resource.attributes.get
    environment = (
        text(get("deployment.environment.name"))
        or text(get("langfuse.environment"))
        or text(get("deployment.environment"))
    )
    release = text(get("langfuse.release")) or text(get("service.version"))
    service = text(get("service.name")) or ""
    return ResourceReading(service, environment, release, to_json(resource.attributes))


_last: tuple[Resource | None, ResourceReading | None] = (None, None)


def read_resource(resource: Resource) -> ResourceReading:
    """Read a resource; the last one is remembered because a request's spans share one object."""
    global _last  # noqa: PLW0603 - a one-place memo, replaced as a whole so that threads see either pair
    known, reading = _last
    if known is resource and reading is not None:
        return reading
    reading = _read(resource)
    _last = (resource, reading)
    return reading
