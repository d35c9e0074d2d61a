"""What a record says to one question: comparisons, presence, windows, scores, and the evidence of each answer."""
