"""GET, POST and DELETE /annotations."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from sonde.api.access import Admin, Anyone, Reader, Shop
from sonde.api.parameters import AnnotationParameters
from sonde.api.reads import annotations as reads
from sonde.api.schemas.annotations import AnnotationItem, AnnotationList, NewAnnotation
from sonde.api.writes import annotations as writes

router = APIRouter(prefix="/annotations", tags=["annotations"])

AnnotationId = Annotated[str, Path(max_length=60)]


@router.get("", summary="List what is marked on charts")
def list_annotations(
    grant: Reader, shop: Shop, parameters: Annotated[AnnotationParameters, Query()]
) -> AnnotationList:
    """What was posted, and a deploy for each version a service began to send in the range."""
    return reads.annotations(shop, grant, parameters)


@router.post("", summary="Mark a moment or a stretch of time", status_code=201)
def create_annotation(body: NewAnnotation, grant: Anyone, shop: Shop) -> AnnotationItem:
    """Needs scope ``ingest``, so that a deploy script can do it with the key it sends with."""
    grant.need("ingest")
    return writes.create_annotation(shop, grant, body)


@router.delete("/{annotation_id}", summary="Delete an annotation", status_code=204)
def delete_annotation(annotation_id: AnnotationId, grant: Admin, shop: Shop) -> None:
    """Only of those that were posted."""
    writes.delete_annotation(shop, grant, annotation_id)
