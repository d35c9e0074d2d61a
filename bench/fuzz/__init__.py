"""Hostile inputs and random patients in, findings out: what no input may do to eligo, and what must stay the same.

`kinds` makes inputs by `mutate`, `together` joins those that one call takes, `run` runs a call and `judge` says what is
wrong with it; `findings` makes an input small and keeps it. `people` makes random patients and rules, and `laws` says
what may not change their answers. `workers` does all that on every core; `python -m bench.fuzz` prints the figures.
"""
