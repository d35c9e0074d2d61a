"""What trials ask of persons: the questions, each once, as a worksheet to fill in, and filled ones back to answers."""
