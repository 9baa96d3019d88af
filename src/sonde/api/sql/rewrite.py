"""From a checked query to the one that runs: every view is replaced by a subquery that holds only the
caller's rows.
"""

from sqlglot import exp

from sonde.api.sql.check import PARAMETER_PREFIX, check, parsed
from sonde.api.sql.dialect import parse, render
from sonde.api.sql.views import Catalogue, View
from sonde.model.errors import Forbidden, NotAllowed

PROJECT_PARAMETER = PARAMETER_PREFIX + "project"


def prepare(
    sql: str, catalogue: Catalogue, *, project: str | None, may_read_content: bool, limit: int
) -> str:
    """The SQL to run for a user's SQL.

    With a project, `PROJECT_PARAMETER` has to be bound to it; None means every project. ``limit`` bounds the
    rows of the outermost SELECT where its own limit does not. Raises `NotAllowed` and `Forbidden`.
    """
    query = parsed(sql)
    try:
        check(query, catalogue, may_read_content=may_read_content)
        refuse_shadowing(query, catalogue)
        scope_tables(query, catalogue, project=project, may_read_content=may_read_content)
        merge_prewhere(query)
        bound_rows(query, limit)
        return render(query)
    except RecursionError:
        raise NotAllowed("The query is nested too deeply.") from None


def refuse_shadowing(query: exp.Query, catalogue: Catalogue) -> None:
    """A WITH name like a view's would make it depend on the place which of the two is meant."""
    for cte in query.find_all(exp.CTE):
        if cte.alias in catalogue.views or cte.alias in catalogue.engine_tables:
            raise NotAllowed(f"A WITH name cannot be a view's: '{cte.alias}'.", hint="Choose another name.")


def visible_names(table: exp.Table) -> set[str]:
    """The WITH names that a table reference can mean where it stands: those of its own and the enclosing
    queries, and inside a WITH only the ones before it.
    """
    names: set[str] = set()
    inside: exp.Expr = table
    while (outside := inside.parent) is not None:
        clause = outside.args.get("with_")
        if isinstance(clause, exp.With) and clause is not inside:
            names.update(cte.alias for cte in clause.expressions if not cte.args.get("scalar"))
        if isinstance(outside, exp.With):
            for cte in outside.expressions:
                if cte is inside:
                    break
                if not cte.args.get("scalar"):
                    names.add(cte.alias)
            # The query that owns this clause must not add its later names.
            inside = outside.parent or outside
            continue
        inside = outside
    return names


def scope_tables(
    query: exp.Query, catalogue: Catalogue, *, project: str | None, may_read_content: bool
) -> None:
    """Replace each view by its scoped subquery; a name that is neither a view nor a WITH name is refused."""
    for table in list(query.find_all(exp.Table)):
        if isinstance(table.this, exp.Anonymous):
            continue
        name = table.name
        if name in visible_names(table):
            continue
        view = catalogue.view(name)
        if view.content_only and not may_read_content:
            raise Forbidden(f"The view '{name}' needs a key with scope content.")
        scoped = scoped_view(view, project=project, may_read_content=may_read_content)
        alias = table.args.get("alias")
        scoped.set("alias", alias or exp.TableAlias(this=exp.to_identifier(name)))
        scoped.set("joins", table.args.get("joins"))
        table.replace(scoped)


def scoped_view(view: View, *, project: str | None, may_read_content: bool) -> exp.Subquery:
    """``(SELECT columns FROM relation WHERE project = …)``, made from our own text."""
    columns = [name for name in view.columns if may_read_content or name not in view.content_columns]
    listed = ", ".join(f'"{name}"' for name in columns)
    where = f" WHERE project = {{{PROJECT_PARAMETER}:String}}" if project is not None else ""
    statement = parse(f"SELECT {listed} FROM {view.relation}{where}")[0]
    assert isinstance(statement, exp.Select)
    return exp.Subquery(this=statement)


def merge_prewhere(query: exp.Query) -> None:
    """PREWHERE is a hint for tables; over a subquery the engine refuses it, and it finds the best order by
    itself.
    """
    for select in query.find_all(exp.Select):
        prewhere = select.args.get("prewhere")
        if prewhere is None:
            continue
        select.set("prewhere", None)
        where = select.args.get("where")
        both = exp.and_(prewhere.this, where.this) if where else prewhere.this
        select.set("where", exp.Where(this=both))


def bound_rows(query: exp.Query, limit: int) -> None:
    """Lower the outermost limit to ours, or add ours. Where that is not possible (set operations, WITH TIES,
    computed limits) the engine's own limit on result rows cuts.
    """
    if not isinstance(query, exp.Select) or isinstance(query.args.get("limit"), exp.Fetch):
        return
    own = query.args.get("limit")
    if own is None:
        query.set("limit", exp.Limit(expression=exp.Literal.number(limit)))
        return
    value = own.expression
    plain = isinstance(value, exp.Literal) and not value.is_string and value.name.isdigit()
    if plain and not own.args.get("limit_options") and int(value.name) > limit:
        own.set("expression", exp.Literal.number(limit))
