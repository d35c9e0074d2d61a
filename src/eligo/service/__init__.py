"""eligo over HTTP: a thin layer on the commands, for browsers and other programs (`eligo serve`)."""
