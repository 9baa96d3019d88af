"""A client of a running Sonde over HTTP, for the command line and for scripts.

from sonde.client import Client

with Client("http://127.0.0.1:4318") as sonde:
    print(sonde.sql("SELECT count() FROM calls")["rows"])
"""

from sonde.client.client import Client
from sonde.client.errors import ApiProblem, CannotConnect

__all__ = ["ApiProblem", "CannotConnect", "Client"]
