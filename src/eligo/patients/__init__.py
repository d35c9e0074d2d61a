"""Where patients come from: every reader ends in the one `Patient` type."""
