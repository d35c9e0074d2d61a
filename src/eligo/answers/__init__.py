"""Answers by persons: which tests of rules an answer decides, and which answers none can use any more, and why.

An answer decides only what a record leaves UNKNOWN; where it contradicts the record, or another answer, the test stays
UNKNOWN. It lapses where no rule asks it any more, or where the text of the criterion that it answers is another one.
"""
