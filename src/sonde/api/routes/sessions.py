"""GET /sessions, /sessions/{session_id} and /turns."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from sonde.api.access import Reader, Shop
from sonde.api.parameters import SessionListParameters, SessionParameters, TurnParameters
from sonde.api.reads import sessions as reads
from sonde.api.schemas.sessions import SessionDetail, SessionPage

router = APIRouter(tags=["sessions"])


@router.get("/sessions", summary="List sessions")
def list_sessions(
    grant: Reader, shop: Shop, parameters: Annotated[SessionListParameters, Query()]
) -> SessionPage:
    """A session is there when any of its calls is in the range; its figures are of the calls in the range."""
    return reads.list_sessions(shop, grant, parameters)


@router.get("/sessions/{session_id}", summary="One session with its turns")
def get_session(
    session_id: Annotated[str, Path(min_length=1, max_length=2000)],
    grant: Reader,
    shop: Shop,
    parameters: Annotated[SessionParameters, Query()],
) -> SessionDetail:
    """The whole session whatever the range, oldest turn first. Previews need scope ``content``."""
    return reads.get_session(shop, grant, parameters, session_id)


@router.get("/turns", summary="The same by a parameter")
def get_turns(grant: Reader, shop: Shop, parameters: Annotated[TurnParameters, Query()]) -> SessionDetail:
    """For any name of a session: web servers refuse a slash inside a part of a path, even an encoded one."""
    return reads.get_session(shop, grant, parameters, parameters.session)
