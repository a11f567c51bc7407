"""The Lambda code; `index.py` is rendered whole into templates/service.json."""
