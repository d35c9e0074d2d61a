"""How the dictionary is made from open terminologies; nothing here is part of the installed package."""
