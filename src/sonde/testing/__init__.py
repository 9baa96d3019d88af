"""Public test kit: fakes for the world outside (providers, clock, disk), never for Sonde's own code.

What is named here needs the light package only. docs/guide/testing.md shows its use.
"""

from sonde.testing.upstream import Answer, Failure, FakeUpstream, Received, ToolCall, Usage

__all__ = ["Answer", "Failure", "FakeUpstream", "Received", "ToolCall", "Usage"]
