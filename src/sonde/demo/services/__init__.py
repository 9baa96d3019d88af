"""What each service of the company does in an hour: one module per service, each with ``play(scene)``."""
