"""The rules of the linter: each looks at a planned policy and yields where it is broken, and how."""
