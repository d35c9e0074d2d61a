"""Where trials come from: pasted pages and registry records."""
