"""``python -m sonde.demo``: what the server starts in a process of its own."""

import sys

from sonde.demo.run import main

sys.exit(main())
