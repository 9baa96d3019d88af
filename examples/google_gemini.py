"""Gemini: an answer, a stream with thoughts, embeddings.

Needs: sonde, google-genai, openinference-instrumentation-google-genai.
Run: SONDE_URL=… GEMINI_API_KEY=… python examples/google_gemini.py
"""

from google import genai

import sonde

sonde.init(service="example-google", environment="example")

client = genai.Client()
MODEL = "gemini-2.5-flash"

with sonde.context(user="user-google", session="session-google"):
    print(client.models.generate_content(model=MODEL, contents="What is the capital of France?").text)

    stream = client.models.generate_content_stream(model=MODEL, contents="What is the capital of Italy?")
    print("".join(part.text or "" for part in stream))

    vectors = client.models.embed_content(model="gemini-embedding-001", contents=["Paris", "Rome"])
    print(len(vectors.embeddings or []), "vectors")
