"""What changes something: settings, keys, sessions, deletions, scores. One file per noun."""
