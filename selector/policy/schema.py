"""The JSON Schema by which an editor completes and checks a policy while it is written."""

import json

from selector.policy.policy import Policy


def text() -> str:
    """Return the schema as the text of `policies/policy.schema.json`."""
    schema = Policy.model_json_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "A policy of selector"
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"
