"""From a page to its items: the text of eligibility criteria becomes blocks, parts, groups, and items with their arms.

What an item says is not looked at here: that is `reading/`, and neither of the two needs the other.
"""
