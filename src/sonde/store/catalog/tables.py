"""The catalog's tables. Times are nanoseconds since 1970."""

from sqlalchemy import BigInteger, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """All tables."""


class Project(Base):
    """Projects and their settings."""

    __tablename__ = "projects"

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    demo: Mapped[bool]
    created_ns: Mapped[int] = mapped_column(BigInteger)
    settings_json: Mapped[str] = mapped_column(Text)


class ApiKey(Base):
    """API keys without their secret. A revoked key keeps its row, for the record."""

    __tablename__ = "api_keys"

    key_id: Mapped[str] = mapped_column(Text, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    project: Mapped[str | None] = mapped_column(
        Text, ForeignKey("projects.name", ondelete="CASCADE"), index=True
    )
    """NULL: every project."""
    scopes: Mapped[str] = mapped_column(Text)
    """Names with a space between them."""
    digest: Mapped[str] = mapped_column(Text, unique=True)
    hint: Mapped[str] = mapped_column(Text)
    created_ns: Mapped[int] = mapped_column(BigInteger)
    expires_ns: Mapped[int | None] = mapped_column(BigInteger)
    last_used_ns: Mapped[int | None] = mapped_column(BigInteger)
    revoked_ns: Mapped[int | None] = mapped_column(BigInteger)


class Deletion(Base):
    """Who deleted what, and when. Outlives what it tells of."""

    __tablename__ = "deletions"

    deletion_id: Mapped[int] = mapped_column(primary_key=True)
    time_ns: Mapped[int] = mapped_column(BigInteger)
    actor: Mapped[str] = mapped_column(Text)
    project: Mapped[str] = mapped_column(Text)
    target: Mapped[str] = mapped_column(Text)
    """trace | session | user | project, and its id, as JSON."""
    counts_json: Mapped[str] = mapped_column(Text)
    """Rows deleted per table."""


class SavedView(Base):
    """A name for what a list shows. Names are unique within a page of a project."""

    __tablename__ = "saved_views"
    __table_args__ = (UniqueConstraint("project", "page", "name", name="uq_saved_views_name"),)

    view_id: Mapped[str] = mapped_column(Text, primary_key=True)
    project: Mapped[str] = mapped_column(Text, ForeignKey("projects.name", ondelete="CASCADE"))
    page: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    state_json: Mapped[str] = mapped_column(Text)
    created_ns: Mapped[int] = mapped_column(BigInteger)
    changed_ns: Mapped[int] = mapped_column(BigInteger)


class Annotation(Base):
    """A moment or a stretch of time that somebody marked."""

    __tablename__ = "annotations"
    __table_args__ = (Index("ix_annotations_time", "project", "time_ns"),)

    annotation_id: Mapped[str] = mapped_column(Text, primary_key=True)
    project: Mapped[str] = mapped_column(Text, ForeignKey("projects.name", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(Text)
    time_ns: Mapped[int] = mapped_column(BigInteger)
    end_ns: Mapped[int | None] = mapped_column(BigInteger)
    title: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    tags_json: Mapped[str] = mapped_column(Text)
    service: Mapped[str | None] = mapped_column(Text)
    """NULL: about every service."""
    author: Mapped[str] = mapped_column(Text)
    created_ns: Mapped[int] = mapped_column(BigInteger)
