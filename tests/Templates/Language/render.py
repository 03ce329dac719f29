"""Fills in what Jinja2 makes of each template under cases/, set up as Hugging Face's chat templates expect it.

To add a case, add {"template": "..."} to a file there and run: python3 render.py   (needs jinja2)
"""
import datetime
import json
import pathlib

import jinja2
import jinja2.ext
from jinja2 import nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

HERE = pathlib.Path(__file__).parent
NOW = datetime.datetime(2026, 3, 14, 15, 9, 26)


class Generation(jinja2.ext.Extension):
    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        return nodes.CallBlock(self.call_method("_render"), [], [], body).set_lineno(line)

    def _render(self, caller):
        return caller()


def raise_exception(message):
    raise jinja2.exceptions.TemplateError(message)


def tojson(value, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
    return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


def render(template, context):
    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[Generation, jinja2.ext.loopcontrols])
    environment.filters.update(tojson=tojson, from_json=json.loads)
    environment.globals.update(raise_exception=raise_exception, strftime_now=NOW.strftime)
    try:
        return {"template": template, "text": environment.from_string(template).render(**context)}
    except Exception as error:
        return {"template": template, "error": f"{type(error).__name__}: {error}"}


if __name__ == "__main__":
    shared = json.loads((HERE / "context.json").read_text(encoding="utf-8"))
    for path in sorted((HERE / "cases").glob("*.json")):
        cases = [render(case["template"], shared) for case in json.loads(path.read_text(encoding="utf-8"))]
        path.write_text(json.dumps(cases, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
