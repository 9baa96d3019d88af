"""Which function of the app made a call."""

import asyncio
import sys
import sysconfig
import threading
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from sonde.sdk.caller import caller, name_of

INSTALLED = Path(sysconfig.get_paths()["purelib"])
SCRIPTS = Path(sysconfig.get_paths()["scripts"])
HERE = "tests.unit.sdk_tracing.test_caller"


def module(name: str, file: Path, source: str, **given: Any) -> dict[str, Any]:
    """The globals of a module as if it were that file."""
    made = ModuleType(name)
    vars(made).update(given)
    exec(compile(source, str(file), "exec"), vars(made))
    return vars(made)


def test_a_function_of_the_app() -> None:
    def ask() -> str | None:
        return caller()

    assert ask() == f"{HERE}.test_a_function_of_the_app.ask"


def test_through_libraries_and_coroutines() -> None:
    client = module(
        "openai.client", INSTALLED / "openai/client.py", "def create(f): return f()", caller=caller
    )

    async def inner() -> str | None:
        await asyncio.sleep(0)
        return client["create"](caller)

    async def ask() -> str | None:
        return await inner()

    assert (asyncio.run(ask()) or "").endswith("test_through_libraries_and_coroutines.inner")


def test_an_app_that_is_installed_as_a_package() -> None:
    """Its own frames are in site-packages, between a server's and a client's; the script is in bin/."""
    client = module("openai.client", INSTALLED / "openai/client.py", "def create(f): return f()")
    app = module(
        "shop.answers",
        INSTALLED / "shop/answers.py",
        "class Shop:\n    def answer(self, create, f): return create(f)\n",
    )
    server = module("uvicorn.main", INSTALLED / "uvicorn/main.py", "def run(f, *a): return f(*a)")
    script = module("__main__", SCRIPTS / "uvicorn", "def main(run, *a): return run(*a)")
    found: list[str | None] = []

    starter = threading.Thread(
        target=script["main"],
        args=(server["run"], _keep, found, app["Shop"]().answer, client["create"]),
    )
    starter.start()
    starter.join()
    assert found == ["shop.answers.Shop.answer"]


_keep = module(
    "uvicorn.keep",
    INSTALLED / "uvicorn/keep.py",
    "def keep(found, answer, create): found.append(answer(create, caller))",
    caller=caller,
)["keep"]


def test_only_libraries() -> None:
    found: list[str | None] = []
    library = module(
        "litellm.main",
        INSTALLED / "litellm/main.py",
        "def work(): found.append(caller())",
        found=found,
        caller=caller,
    )
    thread = threading.Thread(target=library["work"])
    thread.start()
    thread.join()
    assert found == [None]


@pytest.mark.parametrize("value", [print, len, str.upper, test_only_libraries, caller, int, lambda: 1])
def test_names_of_functions(value: Any) -> None:
    assert name_of(value)
    assert not name_of(value).startswith(".")


def test_deep_stacks_are_bounded() -> None:
    client = module(
        "openai.deep",
        INSTALLED / "openai/deep.py",
        "def dive(n): return caller() if n == 0 else dive(n - 1)",
        caller=caller,
    )
    assert sys.getrecursionlimit() > 500
    assert client["dive"](300) is None
    assert client["dive"](100) is not None
