"""Views of a screening: the data of `eligo.explain` as text for a terminal, as JSON and as one page of HTML."""
