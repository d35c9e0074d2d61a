"""Many trials as arrays in one file, in which equal tests and equal parts of predicates are shared over all of them.

What the arrays cannot say exactly the plain evaluator says, once for each distinct test. numpy is needed here alone.
"""
