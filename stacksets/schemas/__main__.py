"""`python -m stacksets.schemas` renews the committed schemas, or writes them to another FOLDER."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from stacksets.schemas.documents import output_schema, plan_schema

_folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
for _name, _schema in (("output", output_schema()), ("plan", plan_schema())):
    _text = json.dumps(_schema, indent=2, ensure_ascii=False) + "\n"
    (_folder / f"{_name}.schema.json").write_text(_text, encoding="utf-8")
