"""The list of users."""

from sonde.api.parameters import UserListParameters
from sonde.api.reads.groups import Group, page_of_groups, sum_fields
from sonde.api.schemas.users import UserPage, UserSummary
from sonde.api.services import Services
from sonde.api.times import format_time
from sonde.auth.grant import Grant

BY_USER = Group("user_id", "uniqIf(session_id, isNotNull(session_id)) AS n_sessions")


def list_users(shop: Services, grant: Grant, parameters: UserListParameters) -> UserPage:
    """One page. Calls without a user are in none."""
    found = page_of_groups(shop, grant, parameters, BY_USER)
    return UserPage.model_construct(
        items=[
            UserSummary.model_construct(
                user_id=row["name"], sessions=int(row["n_sessions"]), **sum_fields(row)
            )
            for row in found.rows
        ],
        next_cursor=found.next_cursor,
        from_=format_time(found.window.from_ns),
        to=format_time(found.window.to_ns),
    )
