"""One module per command: its help is the docstring and `EXAMPLES`, its options `add_arguments`, its work `run`."""
