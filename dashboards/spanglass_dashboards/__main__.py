"""`python -m spanglass_dashboards build|check`."""

import sys

from spanglass_dashboards.command import main

sys.exit(main(sys.argv[1:]))
