"""Believable LLM traffic for a first look: a small company's services, sent as OTLP to a running Sonde.

Everything is a pure function of a seed and of the hour on the calendar, so the past that `backfill` sends and
the present that `live` sends are one curve, and an hour sent twice is the same bytes (which count once).
Nothing here imports the server: traffic goes through its front door, over HTTP.
"""
