"""The service users speak to. It asks another service, which asks the model: one trace, two processes.

Needs: sonde, fastapi, uvicorn, opentelemetry-instrumentation-fastapi. Run, with back.py running:
SONDE_URL=… BACK_URL=http://127.0.0.1:8001 uvicorn --app-dir examples/service front:app --port 8000
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
from fastapi import FastAPI
from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor

import sonde

sonde.init(service="example-front", environment="example")


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    """Send what waits before the server ends: a process that a signal ends has no time for it afterwards."""
    yield
    sonde.shutdown()


app = FastAPI(lifespan=lifespan)
FastAPIInstrumentor.instrument_app(app, exclude_spans=["receive", "send"])


@app.get("/ask")
async def ask(question: str, user: str) -> dict[str, str]:
    """Hand the question on; `sonde.headers` says to whom the work belongs (W3C traceparent and baggage)."""
    with sonde.context(user=user, session=f"session-{user}", endpoint="/ask"):
        async with httpx2.AsyncClient(timeout=60) as client:
            address = f"{os.environ['BACK_URL']}/answer"
            response = await client.post(address, json={"question": question}, headers=sonde.headers())
            response.raise_for_status()
        return response.json()
