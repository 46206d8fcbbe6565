"""Which JSON schemas an answer may be bound to (output_config.format.schema)."""

import json

from refusal import bad

_WHERE = "output_config.format.schema: "
_TYPES = {"object", "array", "string", "integer", "number", "boolean", "null"}
_ANYWHERE = {"type", "enum", "const", "anyOf", "allOf", "$ref", "$defs", "definitions", "default",
             "title", "description"}
_BY_TYPE = {
    "object": {"properties", "required", "additionalProperties"},
    "array": {"items", "minItems"},
    "string": {"format", "pattern"},
}
_FORMATS = {"date-time", "time", "date", "duration", "email", "hostname", "uri", "ipv4", "ipv6",
            "uuid"}
_SHAPES = {"properties": dict, "$defs": dict, "definitions": dict, "anyOf": list, "allOf": list,
           "required": list, "enum": list}
_MOST_PASSED = 100
_passed = set()  # the API remembers compiled schemas too
_MOST_OPTIONAL = 24
_MOST_UNIONS = 16


def check_schema(schema):
    """Raises the API's refusal of a schema that it would not compile."""
    text = json.dumps(schema)
    if text in _passed:
        return
    _check_all(schema)
    if len(_passed) < _MOST_PASSED:
        _passed.add(text)


def _check_all(schema):
    waiting = [schema]
    optional = unions = 0
    while waiting:
        node = waiting.pop()
        if not isinstance(node, dict):
            raise bad(_WHERE + "Schema must be an object")
        _check_node(node)
        if isinstance(node.get("type"), list) or "anyOf" in node:
            unions += 1
        properties = node.get("properties", {})
        optional += len(set(properties) - set(node.get("required", ())))
        if "$ref" in node:
            _check_loop(node, schema)
        waiting.extend(_inside(node))
    if optional > _MOST_OPTIONAL:
        raise bad(f"Schemas contains too many optional parameters ({optional}), which would make "
                  "grammar compilation inefficient. Reduce the number of optional parameters in "
                  "your schemas.")
    if unions > _MOST_UNIONS:
        raise bad(f"Schemas contains too many parameters with union types ({unions}). Reduce "
                  "their number.")


def _inside(node):
    inner = list(node.get("properties", {}).values())
    for key in ("$defs", "definitions"):
        inner.extend(node.get(key, {}).values())
    for key in ("anyOf", "allOf"):
        inner.extend(node.get(key, []))
    if "items" in node:
        inner.append(node["items"])
    return inner


def _check_node(node):
    for key, shape in _SHAPES.items():
        if key in node and not isinstance(node[key], shape):
            raise bad(f"{_WHERE}'{key}' is malformed")
    if not all(isinstance(name, str) for name in node.get("required", ())):
        raise bad(_WHERE + "'required' is malformed")
    types = node.get("type", [])
    types = types if isinstance(types, list) else [types]
    for name in types:
        if not isinstance(name, str) or name not in _TYPES:
            raise bad(f"{_WHERE}Unknown type '{name}'")
    if not types and not node.keys() & {"enum", "const", "anyOf", "allOf", "$ref"}:
        raise bad(_WHERE + "Schema type is missing")
    allowed = _ANYWHERE.union(*(_BY_TYPE.get(name, ()) for name in types))
    refused = sorted(node.keys() - allowed)
    if refused:
        name = types[0] if types else "any"
        if len(refused) == 1:
            raise bad(f"{_WHERE}For '{name}' type, property '{refused[0]}' is not supported")
        raise bad(f"{_WHERE}For '{name}' type, properties {', '.join(refused)} are not "
                  "supported")
    if "object" in types and node.get("additionalProperties") is not False:
        raise bad(_WHERE + "For 'object' type, 'additionalProperties' must be explicitly set to "
                  "false")
    if node.get("minItems", 0) not in (0, 1):
        raise bad(_WHERE + "For 'array' type, 'minItems' values other than 0 or 1 are not "
                  "supported")
    if "format" in node and node["format"] not in _FORMATS:
        raise bad(f"{_WHERE}For 'string' type, format '{node['format']}' is not supported")


def _resolve(schema, reference):
    if not isinstance(reference, str) or not reference.startswith("#"):
        raise bad(_WHERE + "External $ref is not supported")
    node = schema
    for step in reference[1:].strip("/").split("/"):
        if step:
            node = node.get(step) if isinstance(node, dict) else None
    if not isinstance(node, dict):
        raise bad(f"{_WHERE}$ref '{reference}' cannot be resolved")
    return node


def _check_loop(node, schema):
    """A definition must not lead back to itself."""
    target = _resolve(schema, node["$ref"])
    seen = set()
    waiting = [target]
    while waiting:
        here = waiting.pop()
        if not isinstance(here, dict) or id(here) in seen:
            continue
        seen.add(id(here))
        if here is node:
            raise bad(_WHERE + "Recursive schemas are not supported")
        waiting.extend(_inside(here))
        if "$ref" in here:
            waiting.append(_resolve(schema, here["$ref"]))
