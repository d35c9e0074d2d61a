"""Tiny patients with expected answers: read from files, run against rules, made at the limits of criteria."""
