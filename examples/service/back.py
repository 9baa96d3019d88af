"""The service behind front.py: it asks the model. Its spans join the caller's trace and have its user.

Needs: sonde, fastapi, uvicorn, openai, opentelemetry-instrumentation-fastapi,
opentelemetry-instrumentation-genai-openai.
Run: SONDE_URL=… OPENAI_API_KEY=… uvicorn --app-dir examples/service back:app --port 8001
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from openai import AsyncOpenAI
from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor
from pydantic import BaseModel

import sonde

sonde.init(service="example-back", environment="example")


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    """Send what waits before the server ends: a process that a signal ends has no time for it afterwards."""
    yield
    sonde.shutdown()


app = FastAPI(lifespan=lifespan)
FastAPIInstrumentor.instrument_app(app, exclude_spans=["receive", "send"])
client = AsyncOpenAI()


class Question(BaseModel):
    """What is asked."""

    question: str


@app.post("/answer")
async def answer(asked: Question) -> dict[str, str]:
    """One model call."""
    message = {"role": "user", "content": asked.question}
    found = await client.chat.completions.create(model="gpt-5-mini", messages=[message])
    return {"answer": found.choices[0].message.content or ""}
