"""LlamaIndex: documents are embedded, the nearest are found, a model answers from them.

Needs: sonde, llama-index-core, llama-index-llms-openai, llama-index-embeddings-openai,
openinference-instrumentation-llama-index. Run: SONDE_URL=… OPENAI_API_KEY=… python examples/llamaindex_rag.py
"""

from llama_index.core import Document, Settings, VectorStoreIndex
from llama_index.embeddings.openai import OpenAIEmbedding
from llama_index.llms.openai import OpenAI

import sonde

sonde.init(service="example-llamaindex", environment="example")

Settings.llm = OpenAI(model="gpt-5-mini")
Settings.embed_model = OpenAIEmbedding(model="text-embedding-3-small")

FACTS = ["Paris is the capital of France.", "Rome is the capital of Italy.", "Bread is made of flour."]

with sonde.context(user="user-llamaindex", session="session-llamaindex", endpoint="facts"):
    index = VectorStoreIndex.from_documents([Document(text=fact) for fact in FACTS])
    print(index.as_query_engine(similarity_top_k=2).query("What is the capital of France?"))
