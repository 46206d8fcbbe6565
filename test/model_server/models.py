"""The models that the server knows, and what each of them takes."""

from dataclasses import dataclass, field

NEVER = frozenset()
BUDGET = frozenset({"enabled", "disabled"})
ADAPTIVE = frozenset({"adaptive", "enabled", "disabled"})


@dataclass(frozen=True)
class Model:
    id: str
    context: int
    output: int
    sampling: bool = True  # temperature 0..1; False = only absent or 1
    thinking: frozenset = BUDGET  # the types that it takes
    thinks: bool = False  # thinks unless told not to
    prefill: bool = False
    forced_tool: bool = True
    effort: bool = True
    tokens_per_word: float = 1.0  # its tokenizer, beside that of Haiku 4.5
    cache_minimum: int = 1024  # tokens; less is not cached, without a word
    aliases: tuple = field(default=())


_K = 1000
MODELS = (
    Model("claude-haiku-4-5-20251001", 200 * _K, 64 * _K, prefill=True, effort=False,
          cache_minimum=4096,
          aliases=("claude-haiku-4-5",)),
    Model("claude-haiku-5-5", 1000 * _K, 128 * _K, sampling=False, thinking=ADAPTIVE, thinks=True,
          tokens_per_word=1.3, cache_minimum=4096),
    Model("claude-sonnet-4-5-20250929", 200 * _K, 64 * _K, prefill=True,
          aliases=("claude-sonnet-4-5",)),
    Model("claude-opus-4-5-20251101", 200 * _K, 64 * _K, prefill=True, cache_minimum=4096,
          aliases=("claude-opus-4-5",)),
    Model("claude-opus-4-6", 200 * _K, 64 * _K, thinking=ADAPTIVE, cache_minimum=4096),
    Model("claude-sonnet-4-6", 200 * _K, 64 * _K, thinking=ADAPTIVE),
    Model("claude-opus-4-7", 1000 * _K, 128 * _K, sampling=False, thinking=ADAPTIVE,
          cache_minimum=2048),
    Model("claude-opus-5", 1000 * _K, 128 * _K, sampling=False, thinking=ADAPTIVE),
    Model("claude-sonnet-5", 1000 * _K, 128 * _K, sampling=False, thinking=ADAPTIVE, thinks=True),
    Model("claude-sonnet-5-5", 1000 * _K, 128 * _K, sampling=False, forced_tool=False, thinks=True,
          thinking=frozenset({"adaptive", "between_tools"})),
    Model("claude-opus-5-5", 1000 * _K, 128 * _K, sampling=False, forced_tool=False,
          thinking=frozenset({"adaptive"})),
    Model("claude-fable-5-1", 1000 * _K, 128 * _K, sampling=False, forced_tool=False,
          thinking=frozenset({"adaptive"})),
)

_BY_NAME = {name: model for model in MODELS for name in (model.id, *model.aliases)}


def find(name, more=()):
    """The model of this name, None if there is none.  `more`: names that a test made up."""
    if name in _BY_NAME:
        return _BY_NAME[name]
    if name in more:
        return Model(name, 200 * _K, 64 * _K, thinking=NEVER)
    return None


def describe(model):
    """The answer of GET /v1/models/{id}."""
    return {
        "type": "model",
        "id": model.id,
        "display_name": model.id.replace("-", " ").title(),
        "created_at": "2025-10-01T00:00:00Z",
        "lifecycle": "active",
        "deprecated_at": None,
        "retires_at": None,
        "max_input_tokens": model.context,
        "max_tokens": model.output,
        "capabilities": {"batch": {"supported": True}, "structured_outputs": {"supported": True}},
    }
