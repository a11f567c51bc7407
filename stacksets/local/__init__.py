"""The embedded local AWS: real stacks, a real handler, and a StackSets control plane."""
