"""Identity and trace travel from one service to another over HTTP as W3C headers."""

import json
from pathlib import Path

from tests.contract.otlp.target import Served
from tests.contract.sdk_tracing.conftest import app


def test_a_child_service_knows_for_whom_it_works(server: Served, tmp_path: Path) -> None:
    with app(server, tmp_path, "app_back.py") as back:
        assert back.stdout is not None
        port = back.stdout.readline().strip()
        with app(server, tmp_path, "app_front.py", port) as front:
            out, _ = front.communicate(timeout=60)
        assert front.returncode == 0
        assert back.wait(timeout=60) == 0
    traces = json.loads(out)

    (told,) = server.sql(f"select * from calls where trace_id = '{traces['told']}'")
    assert told["service"] == "back"
    assert (told["user_id"], told["session_id"], told["endpoint"]) == ("ada", "s 1 ä", "/chat")
    assert (told["prompt_name"], told["prompt_version"], told["tags"]) == ("p", "2", ["x,y", "z"])
    spans = server.sql(
        f"select service, name, span_id, parent_span_id from spans where trace_id = '{traces['told']}'"
    )
    assert {(s["service"], s["name"]) for s in spans} == {
        ("front", "invoke_workflow ask"),
        ("back", "answer"),
        ("back", "chat gpt-4o"),
    }
    by_name = {s["name"]: s for s in spans}
    assert by_name["answer"]["parent_span_id"] == by_name["invoke_workflow ask"]["span_id"]

    (kept,) = server.sql(f"select user_id, service from calls where trace_id = '{traces['kept']}'")
    assert kept["user_id"] == "eve", "the server inherits from the caller's span; the header did not tell"
    (attributes,) = server.sql(
        f"select attributes from spans where trace_id = '{traces['kept']}' and name = 'answer'"
    )
    assert "user.id" not in json.loads(attributes["attributes"])
