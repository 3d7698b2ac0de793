"""One file a request: what `Studio` does for learning, editing and word masks, step by step."""
