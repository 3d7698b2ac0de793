"""The engine: one process with one GPU thread, and its clients."""

import logging

# Programs that want log output add a handler; by default nothing goes to standard error.
logging.getLogger(__name__).addHandler(logging.NullHandler())
