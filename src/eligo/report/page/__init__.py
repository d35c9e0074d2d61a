"""The parts of the page that `eligo.report.html` puts together."""
