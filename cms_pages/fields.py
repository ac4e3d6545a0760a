from typing import Any

from wagtail.fields import StreamField


class LeanStreamField(StreamField):
    """A StreamField whose blocks stay out of migrations: stored JSON does not depend on them."""

    def __init__(self, block_types: Any = None, **kwargs: Any) -> None:
        super().__init__(block_types or [], **kwargs)

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        name, path, _, kwargs = super().deconstruct()
        kwargs.pop("block_types", None)
        kwargs.pop("block_lookup", None)
        return name, path, [], kwargs
