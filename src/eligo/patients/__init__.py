"""Where patients come from: native JSON today, one `Patient` type always."""
