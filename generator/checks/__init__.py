"""The checks of the rendered templates: cfn-lint, and cfn-guard with generator/rules."""
