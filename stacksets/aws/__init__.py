"""The only door to AWS: a typed method per API call, boto3 dicts and errors end here."""
