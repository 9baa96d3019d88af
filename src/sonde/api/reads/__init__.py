"""Questions to the store, one file per subject: parameters in, answers of `sonde.api.schemas` out.

Values always travel as bound parameters; the SQL is put together from constants of these files only.
"""
