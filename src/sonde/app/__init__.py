"""The composition root: settings, wiring, life cycle. Only this package knows every other one."""
