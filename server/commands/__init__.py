"""The subcommands of totebook, each read only when it is called."""
