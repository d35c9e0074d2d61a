"""From text to predicates: a page becomes items, an item tokens, tokens a tree, the tree a predicate."""
