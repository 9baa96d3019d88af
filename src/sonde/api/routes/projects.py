"""GET, POST, PATCH and DELETE /projects, and trying redaction."""

from fastapi import APIRouter

from sonde.api.access import Admin, Anyone, Shop
from sonde.api.schemas.deletions import DeletionAnswer
from sonde.api.schemas.projects import (
    NewProject,
    ProjectChange,
    ProjectItem,
    ProjectList,
    RedactionTest,
    RedactionTested,
)
from sonde.api.writes import projects as writes

router = APIRouter(prefix="/projects", tags=["projects"])


@router.get("", summary="List projects")
def list_projects(grant: Anyone, shop: Shop) -> ProjectList:
    """Those the credential may see."""
    return writes.list_projects(shop, grant)


@router.post("", summary="Create a project", status_code=201)
def create_project(body: NewProject, grant: Admin, shop: Shop) -> ProjectItem:
    """Needs an admin of every project. Sending to a new project name with such a key creates it as well."""
    return writes.create_project(shop, grant, body.name)


@router.patch("/{project}", summary="Change retention, redaction or content capture")
def change_project(project: str, body: ProjectChange, grant: Admin, shop: Shop) -> ProjectItem:
    """What is left out stays as it is."""
    return writes.change_project(shop, grant, project, body)


@router.delete("/{project}", summary="Delete a project with everything in it")
def delete_project(project: str, grant: Admin, shop: Shop, preview: bool = True) -> DeletionAnswer:
    """Only counts unless ``preview=false``. Needs an admin of every project."""
    return writes.delete_project(shop, grant, project, preview=preview)


@router.post("/{project}/redaction/test", summary="Try redaction on a text")
def test_redaction(project: str, body: RedactionTest, grant: Admin, shop: Shop) -> RedactionTested:
    """Nothing is stored."""
    return writes.test_redaction(shop, grant, project, body)
