"""Answers to queries, a file a family; `api.operations` names each. They never wait for the gpu thread."""
