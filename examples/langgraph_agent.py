"""LangChain and LangGraph: an agent that calls a tool, and a graph of two nodes.

Needs: sonde, langchain, langgraph, langchain-openai, opentelemetry-instrumentation-genai-langchain,
opentelemetry-instrumentation-genai-openai.
Run: SONDE_URL=… OPENAI_API_KEY=… python examples/langgraph_agent.py
"""

from typing import TypedDict

from langchain.agents import create_agent
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from langgraph.graph import END, START, StateGraph

import sonde

sonde.init(service="example-langgraph", environment="example")

model = ChatOpenAI(model="gpt-5-mini")


@tool
def weather(city: str) -> str:
    """The weather in a city."""
    return f"It is sunny in {city}."


class State(TypedDict):
    """What the nodes of the graph hand on."""

    topic: str
    draft: str
    final: str


def draft(state: State) -> dict[str, str]:
    """Write a first version."""
    return {"draft": str(model.invoke(f"Write one sentence about {state['topic']}.").content)}


def shorten(state: State) -> dict[str, str]:
    """Make it shorter."""
    return {"final": str(model.invoke(f"Shorten: {state['draft']}").content)}


graph = StateGraph(State)
graph.add_node("draft", draft)
graph.add_node("shorten", shorten)
graph.add_edge(START, "draft")
graph.add_edge("draft", "shorten")
graph.add_edge("shorten", END)

with sonde.context(user="user-langgraph", session="session-langgraph"):
    agent = create_agent(model, [weather], system_prompt="You know the weather.")
    answered = agent.invoke({"messages": [{"role": "user", "content": "What is the weather in Paris?"}]})
    print(answered["messages"][-1].content)
    print(graph.compile().invoke({"topic": "Paris", "draft": "", "final": ""})["final"])
