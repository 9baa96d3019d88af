"""pydantic-ai: an agent with a tool. The library instruments itself; `sonde.init` switches that on.

Needs: sonde, pydantic-ai-slim[openai]. Run: SONDE_URL=… OPENAI_API_KEY=… python examples/pydantic_ai_agent.py
"""

from pydantic_ai import Agent

import sonde

sonde.init(service="example-pydantic-ai", environment="example")

agent = Agent("openai:gpt-5-mini", instructions="You know the weather.", name="weather-agent")


@agent.tool_plain
def weather(city: str) -> str:
    """The weather in a city."""
    return f"It is sunny in {city}."


with sonde.context(user="user-pydantic-ai", session="session-pydantic-ai"):
    print(agent.run_sync("What is the weather in Paris?").output)
