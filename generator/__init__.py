"""Typed Python in, CloudFormation JSON out: `python -m generator` renders templates/."""
