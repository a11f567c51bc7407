"""The regional service: one stack of it stands in every region that the stack set names."""
