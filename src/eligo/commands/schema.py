"""Print the JSON Schema of a patient's record, a site's profile, a rule set file, or of what a command writes."""

from __future__ import annotations

import argparse
import importlib
from operator import attrgetter

from eligo.commands.printing import say_json

EXAMPLES = """\
  eligo schema patient
  eligo schema screening > screening.schema.json
"""

# Each schema: the module and the name of its function; only the one that is asked for is imported.
SCHEMAS = {
    "patient": ("eligo.patients.native", "json_schema"),
    "answers": ("eligo.patients.schema", "answers_schema"),
    "site": ("eligo.site", "json_schema"),
    "ruleset": ("eligo.ruleset.nodes", "RuleSetNode.model_json_schema"),
    "screening": ("eligo.report.schema", "json_schema"),
    "next": ("eligo.report.next_schema", "json_schema"),
    "find": ("eligo.report.find_schema", "json_schema"),
    "warehouse": ("eligo.report.warehouse_schema", "json_schema"),
    "audit-record": ("eligo.report.record_schema", "json_schema"),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the options."""
    parser.add_argument("name", choices=SCHEMAS, help="which schema")
    parser.add_argument("--json", action="store_true", help="accepted for evenness: the schema is JSON in any case")


def run(args: argparse.Namespace) -> int:
    """Print the schema."""
    module, function = SCHEMAS[args.name]
    say_json(attrgetter(function)(importlib.import_module(module))(), indent=2)
    return 0
