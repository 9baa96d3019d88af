"""GET /storage, /self-cost and /integrity, POST /backups."""

from fastapi import APIRouter

from sonde.api.access import Admin, Reader, Shop
from sonde.api.reads import storage as reads
from sonde.api.schemas.storage import (
    BackupAnswer,
    BackupRequest,
    IntegrityAnswer,
    SelfCostAnswer,
    StorageAnswer,
)

router = APIRouter(tags=["storage"])


@router.get("/storage", summary="Bytes per table, free disk, retention")
def get_storage(grant: Reader, shop: Shop) -> StorageAnswer:
    """Sizes are of the whole installation; retention is of the projects the credential may see."""
    return reads.storage(shop, grant)


@router.get("/self-cost", summary="CPU, memory and disk of Sonde itself")
def get_self_cost(grant: Reader, shop: Shop) -> SelfCostAnswer:
    """Of this server's process and data folder, with the last hour in steps of ten seconds."""
    return reads.self_cost(shop)


@router.get("/integrity", summary="Is what is stored whole")
def get_integrity(grant: Admin, shop: Shop) -> IntegrityAnswer:
    """Schema, row marks and detached parts. Needs an admin of every project."""
    return reads.integrity(shop, grant)


@router.post("/backups", summary="Make a verified backup on the server's disk", status_code=201)
def make_backup(body: BackupRequest, grant: Admin, shop: Shop) -> BackupAnswer:
    """Consistent while telemetry arrives. Needs an admin of every project."""
    return reads.backup(shop, grant, body.directory)
