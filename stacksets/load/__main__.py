"""`python -m stacksets.load > stacksets/deployment.schema.json` renews the committed schema."""

from __future__ import annotations

import json
import sys

from stacksets.load.schema import deployment_schema

sys.stdout.write(json.dumps(deployment_schema(), indent=2) + "\n")
