"""What comes after yes and no: what to measure next, how far away a patient is, what a verdict hangs on, until when."""
