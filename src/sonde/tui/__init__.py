"""The dashboard of the terminal. Speaks HTTP only, like any client."""
