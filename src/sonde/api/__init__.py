"""REST v1 by noun, the SQL endpoint, exports and the rendering of errors."""
