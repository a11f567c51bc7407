"""The query protocol, generic: both directions come from botocore's own service model."""
