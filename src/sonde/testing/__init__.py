"""Public test kit: fakes for the world outside (clock, disk), never for Sonde's own code."""
