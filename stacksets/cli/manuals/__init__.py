"""The manual pages of the commands, a module for each title of `stacksets --help`."""
