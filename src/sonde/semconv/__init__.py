"""The conventions' names as data: one mapping table per convention, and the shared vocabularies.

To support a new library: add a module with a `Table`, list it in `registry.TABLES`, add a real payload to
tests/golden/captures. Code is needed only where a value has a structure no converter knows.
"""
