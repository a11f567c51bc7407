"""Brings a CloudFormation stack set to the state that a deployment file describes."""
