"""The engine: one process with one GPU thread, and the clients that talk to it."""

import logging

# Who wants to see what happens adds a handler; without one nothing goes to standard error.
logging.getLogger(__name__).addHandler(logging.NullHandler())
