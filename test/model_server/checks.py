"""What is checked of a request before it is answered, in the API's words.

`check_access` looks at the headers, `read_json` at the bytes, `check_params` at the parameters of a
message.  Each raises Refusal.  An optional field that is null is refused too: a client that sends
null for what it does not want has forgotten something.
"""

import json

import models
from question import estimate_tokens
from refusal import Refusal, bad
from schema_checks import check_schema

OLD_VERSION = "2023-06-01"
NEW_VERSION = "2026-10-21"
MOST_BYTES = 32 * 1000 * 1000
MOST_MESSAGES = 100_000
MOST_BREAKPOINTS = 4

_EXTRA = "Extra inputs are not permitted"
_MISSING = "Field required"
_SAMPLERS = ("temperature", "top_p", "top_k")

# Field → kind of value.
_TOP = {
    "model": "string", "max_tokens": "integer", "messages": "list", "system": "text",
    "temperature": "number", "top_p": "number", "top_k": "integer", "stop_sequences": "strings",
    "stream": "boolean", "metadata": "dictionary", "service_tier": "string",
    "thinking": "dictionary", "tools": "list", "tool_choice": "dictionary",
    "output_config": "dictionary", "cache_control": "dictionary", "inference_geo": "string",
    "container": "string",
}
_METADATA = {"user_id": "string"}
_THINKING = {"type": "string", "budget_tokens": "integer", "display": "string"}
_OUTPUT_CONFIG = {"format": "dictionary", "effort": "string"}
_FORMAT = {"type": "string", "schema": "dictionary"}
_CACHE = {"type": "string", "ttl": "string"}
_TOOL = {
    "name": "string", "description": "string", "input_schema": "dictionary", "type": "string",
    "strict": "boolean", "cache_control": "dictionary",
}
_TOOL_CHOICE = {"type": "string", "name": "string", "disable_parallel_tool_use": "boolean"}
_MESSAGE = {"role": "string", "content": "text"}
_BLOCKS = {
    "text": {"text": "string", "citations": "list"},
    "image": {"source": "dictionary"},
    "document": {"source": "dictionary", "title": "string", "context": "string",
                 "citations": "dictionary"},
    "tool_use": {"id": "string", "name": "string", "input": "dictionary", "caller": "dictionary"},
    "tool_result": {"tool_use_id": "string", "content": "text", "is_error": "boolean"},
    "thinking": {"thinking": "string", "signature": "string"},
    "redacted_thinking": {"data": "string"},
}
_NO_CACHE = ("thinking", "redacted_thinking")
_ROLES = ("user", "assistant")

_KINDS = {
    "string": lambda v: isinstance(v, str),
    "integer": lambda v: isinstance(v, int) and not isinstance(v, bool),
    "number": lambda v: isinstance(v, (int, float)) and not isinstance(v, bool),
    "boolean": lambda v: isinstance(v, bool),
    "list": lambda v: isinstance(v, list),
    "dictionary": lambda v: isinstance(v, dict),
    "strings": lambda v: isinstance(v, list) and all(isinstance(s, str) for s in v),
    "text": lambda v: isinstance(v, (str, list)),
}
_KIND_NAMES = {"boolean": "boolean", "strings": "list of strings", "text": "string or list"}


def check_access(request, api_key):
    """Who asks, and in which version.  `api_key` None takes every key that looks like one."""
    key = request.header("x-api-key")
    if key is None:
        bearer = request.header("authorization") or ""
        key = bearer[7:] if bearer.lower().startswith("bearer ") else None
    if not key:
        raise Refusal(401, "x-api-key header is required")
    if key != api_key if api_key is not None else not key.startswith("sk-ant-"):
        raise Refusal(401, "invalid x-api-key")
    version = request.header("anthropic-version")
    if version is None:
        raise bad("anthropic-version: header is required")
    if version not in (OLD_VERSION, NEW_VERSION):
        raise bad(f'anthropic-version: "{version}" is not a valid version')
    return version


def _no_constant(name):
    raise ValueError(f"unexpected character: {name}")


def read_json(request):
    """The body as an object."""
    if len(request.body) > MOST_BYTES:
        raise Refusal(413, "Request exceeds the maximum size")
    if (request.header("content-type") or "").partition(";")[0].strip() != "application/json":
        raise bad("content-type: application/json is required")
    if request.header("content-encoding") is not None:
        raise bad("content-encoding: only the identity encoding is played here")
    try:
        text = request.body.decode()
        value = json.loads(text, parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        raise _not_json(f"str is not valid UTF-8: line 1 column {error.start + 1} "
                        f"(char {error.start})") from None
    except RecursionError:
        raise _not_json("recursion limit exceeded") from None
    except ValueError as error:
        raise _not_json(str(error)) from None
    if "\\ud" in text or "\\uD" in text:
        _check_surrogates(text, value)
    if not isinstance(value, dict):
        raise bad("Input should be a valid dictionary")
    return value


def _not_json(reason):
    return bad(f"The request body is not valid JSON: {reason}")


def _check_surrogates(text, value):
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        at = min(at for at in (text.find("\\ud"), text.find("\\uD")) if at >= 0)
        raise _not_json(f"no low surrogate in string: line 1 column {at + 1} "
                        f"(char {at})") from None


def _check_fields(value, fields, path, required=()):
    prefix = f"{path}." if path else ""
    for name in required:
        if name not in value:
            raise bad(f"{prefix}{name}: {_MISSING}")
    for name, given in value.items():
        kind = fields.get(name)
        if kind is None:
            raise bad(f"{prefix}{name}: {_EXTRA}")
        if not _KINDS[kind](given):
            raise bad(f"{prefix}{name}: Input should be a valid {_KIND_NAMES.get(kind, kind)}")


def check_params(params, version, config, counting=False):
    """The parameters of a message (or, `counting`, of count_tokens).  Returns the model and the
    estimated number of input tokens."""
    if version == NEW_VERSION:
        for name in _SAMPLERS:
            if name in params:
                raise bad(f"{name}: {_EXTRA}")
    if counting and "max_tokens" in params:
        raise bad(f"max_tokens: {_EXTRA}")
    required = ("model", "messages") if counting else ("model", "max_tokens", "messages")
    _check_fields(params, _TOP, "", required)
    model = models.find(params["model"], config.models)
    if model is None:
        raise Refusal(404, f"model: {params['model']}")
    if not config.blocks and isinstance(params.get("system"), list):
        raise bad("system: Input should be a valid string")
    breakpoints = _check_system(params) + _check_messages(params, version)
    breakpoints += _check_options(params, model)
    if breakpoints and not config.cache_control:
        raise bad(f"system.0.cache_control: {_EXTRA}")
    if breakpoints > MOST_BREAKPOINTS:
        raise bad(f"A maximum of {MOST_BREAKPOINTS} blocks with cache_control may be provided. "
                  f"Found {breakpoints}.")
    _check_sampling(params, model)
    if not counting:
        _check_max_tokens(params, model)
    _check_last_message(params, model)
    tokens = estimate_tokens(params, model)
    context = config.context or model.context
    if tokens > context:
        raise bad(f"prompt is too long: {tokens} tokens > {context} maximum")
    return model, tokens


def _check_range(params, name, low, high):
    value = params.get(name)
    if value is None:
        return
    if value < low:
        raise bad(f"{name}: Input should be greater than or equal to {low}")
    if high is not None and value > high:
        raise bad(f"{name}: Input should be less than or equal to {high}")


def _check_sampling(params, model):
    _check_range(params, "temperature", 0, 1)
    _check_range(params, "top_p", 0, 1)
    _check_range(params, "top_k", 0, None)
    if not model.sampling:
        for name in _SAMPLERS:
            if name in params and not (name == "temperature" and params[name] == 1):
                raise bad(f"`{name}` is deprecated for this model.")
    elif "temperature" in params and "top_p" in params:
        raise bad("`temperature` and `top_p` cannot both be specified for this model. "
                  "Please use only one.")


def _check_max_tokens(params, model):
    wanted = params["max_tokens"]
    _check_range(params, "max_tokens", 0, None)
    if wanted > model.output:
        raise bad(f"max_tokens: {wanted} > {model.output}, which is the maximum allowed number "
                  f"of output tokens for {model.id}")
    if wanted == 0:
        forced = params.get("tool_choice", {}).get("type") in ("any", "tool")
        thinks = params.get("thinking", {"type": "disabled"}).get("type") != "disabled"
        if params.get("stream") or thinks or forced or "format" in params.get("output_config", {}):
            raise bad("max_tokens: 0 cannot be combined with stream, thinking, an output format "
                      "or a forced tool")


def _check_options(params, model):
    """Everything but system, messages and sampling.  Returns the number of cache breakpoints."""
    if params.get("stream"):
        raise bad("stream: streaming is not played by this server")
    if "metadata" in params:
        _check_fields(params["metadata"], _METADATA, "metadata")
    if params.get("service_tier", "auto") not in ("auto", "standard_only"):
        raise bad("service_tier: Input should be 'auto' or 'standard_only'")
    if "thinking" in params:
        _check_thinking(params, model)
    if "output_config" in params:
        _check_output_config(params["output_config"], model)
    breakpoints = 0
    for i, tool in enumerate(params.get("tools", ())):
        if not isinstance(tool, dict):
            raise bad(f"tools.{i}: Input should be a valid dictionary")
        _check_fields(tool, _TOOL, f"tools.{i}", ("name", "input_schema"))
        breakpoints += _check_cache(tool, f"tools.{i}")
    if "tool_choice" in params:
        _check_tool_choice(params, model)
    return breakpoints + _check_cache(params, "")


def _check_thinking(params, model):
    thinking = params["thinking"]
    _check_fields(thinking, _THINKING, "thinking", ("type",))
    if thinking["type"] not in model.thinking:
        raise bad(f"thinking.type: \"{thinking['type']}\" is not supported for this model.")
    if thinking["type"] != "enabled":
        return
    budget = thinking.get("budget_tokens")
    if budget is None:
        raise bad(f"thinking.enabled.budget_tokens: {_MISSING}")
    if budget < 1024:
        raise bad("thinking.enabled.budget_tokens: Input should be greater than or equal to 1024")
    if isinstance(params.get("max_tokens"), int) and budget >= params["max_tokens"]:
        raise bad("`max_tokens` must be greater than `thinking.budget_tokens`.")
    if params.get("temperature", 1) != 1:
        raise bad("`temperature` may only be set to 1 when thinking is enabled.")


def _check_output_config(output, model):
    _check_fields(output, _OUTPUT_CONFIG, "output_config")
    if "effort" in output and not model.effort:
        raise bad("output_config.effort: This model does not support the effort parameter.")
    if "format" not in output:
        return
    _check_fields(output["format"], _FORMAT, "output_config.format", ("type", "schema"))
    if output["format"]["type"] != "json_schema":
        raise bad("output_config.format.type: Input should be 'json_schema'")
    check_schema(output["format"]["schema"])


def _check_tool_choice(params, model):
    choice = params["tool_choice"]
    _check_fields(choice, _TOOL_CHOICE, "tool_choice", ("type",))
    if choice["type"] not in ("auto", "any", "tool", "none"):
        raise bad("tool_choice.type: Input should be 'auto', 'any', 'tool' or 'none'")
    if choice["type"] in ("any", "tool"):
        if not model.forced_tool:
            raise bad('tool_choice: type "tool" and "any" are not supported for this model.')
        if not params.get("tools"):
            raise bad("tool_choice: tools must be provided when tool_choice is specified")


def _check_cache(value, path):
    if "cache_control" not in value:
        return 0
    prefix = f"{path}.cache_control" if path else "cache_control"
    control = value["cache_control"]
    if not isinstance(control, dict):
        raise bad(f"{prefix}: Input should be a valid dictionary")
    _check_fields(control, _CACHE, prefix, ("type",))
    if control["type"] != "ephemeral" or control.get("ttl", "5m") not in ("5m", "1h"):
        raise bad(f"{prefix}: Input should be ephemeral, with a ttl of '5m' or '1h'")
    return 1


def _check_system(params):
    system = params.get("system", "")
    if isinstance(system, str):
        return 0
    breakpoints = 0
    for i, block in enumerate(system):
        breakpoints += _check_block(block, f"system.{i}", ("text",), "system")
    return breakpoints


def _check_messages(params, version):
    messages = params["messages"]
    if not messages:
        raise bad("messages: at least one message is required")
    if len(messages) > MOST_MESSAGES:
        raise bad(f"messages: at most {MOST_MESSAGES} messages are allowed")
    breakpoints = 0
    for i, message in enumerate(messages):
        path = f"messages.{i}"
        if not isinstance(message, dict):
            raise bad(f"{path}: Input should be a valid dictionary")
        _check_fields(message, _MESSAGE, path, ("role", "content"))
        if message["role"] not in _ROLES:
            raise bad(f"{path}.role: Input should be 'user' or 'assistant'")
        content = message["content"]
        if not content:
            raise bad("messages: text content blocks must be non-empty" if content == ""
                      else f"{path}: all messages must have non-empty content")
        if isinstance(content, str):
            continue
        for j, block in enumerate(content):
            breakpoints += _check_block(block, f"{path}.content.{j}", _BLOCKS, "messages")
            if version == NEW_VERSION:
                _check_new_block(block, message["role"], f"{path}.content.{j}")
    return breakpoints


def _check_block(block, path, kinds, where):
    if not isinstance(block, dict):
        raise bad(f"{path}: Input should be a valid dictionary")
    kind = block.get("type")
    if kind is None:
        raise bad(f"{path}.type: {_MISSING}")
    if not isinstance(kind, str) or kind not in kinds:
        raise bad(f"{path}: Input tag '{kind}' found using 'type' does not match any of the "
                  f"expected tags: {', '.join(repr(known) for known in kinds)}")
    fields = {"type": "string", **_BLOCKS[kind]}
    if kind not in _NO_CACHE:
        fields["cache_control"] = "dictionary"
    optional = {"cache_control", "citations", "is_error", "caller", "title", "context"}
    if kind == "tool_result":
        optional.add("content")
    required = [name for name in fields if name not in optional]
    _check_fields(block, fields, f"{path}.{kind}", required)
    if kind == "text" and block["text"] == "":
        raise bad(f"{where}: text content blocks must be non-empty")
    if kind == "tool_result" and isinstance(block.get("content"), list):
        for i, inner in enumerate(block["content"]):
            _check_block(inner, f"{path}.tool_result.content.{i}", ("text", "image", "document"),
                         where)
    return _check_cache(block, path)


def _check_new_block(block, role, path):
    if role == "user" and block["type"] == "text" and block.get("citations"):
        raise bad(f"{path}.text.citations: {_EXTRA}")
    if role == "assistant" and block["type"] == "document":
        raise bad(f"{path}: document blocks are not allowed in assistant messages")


def _check_last_message(params, model):
    last = params["messages"][-1]
    if last["role"] != "assistant":
        return
    if not model.prefill or "format" in params.get("output_config", {}):
        raise bad("This model does not support assistant message prefill. "
                  "The conversation must end with a user message.")
    content = last["content"]
    text = content if isinstance(content, str) else content[-1].get("text", "")
    if text != text.rstrip():
        raise bad("messages: final assistant content cannot end with trailing whitespace")
