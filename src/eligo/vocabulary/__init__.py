"""What eligo knows of words: variables with their units, concepts with their parents, and scores of variables."""
