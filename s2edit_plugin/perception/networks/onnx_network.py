"""A network in an ONNX file: opened, checked and run by ONNX Runtime, with one sentence for each error."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from s2edit_plugin.errors import ModelError, Sentence

__all__ = ["OnnxNetwork", "session_options"]

_ERRORS_ONLY = 3
_AGAIN = "Its file may be damaged or another network's; `s2edit models install {name}` fetches it anew."


def session_options() -> Any:
    """Session options with ``OMP_NUM_THREADS`` threads and errors as the only log messages."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = _ERRORS_ONLY
    threads = os.environ.get("OMP_NUM_THREADS", "")
    if threads.isdigit():
        options.intra_op_num_threads = int(threads)
        options.inter_op_num_threads = int(threads)
    return options


class OnnxNetwork:
    """An ONNX file, opened on the CPU.

    Args:
        path: the file. title: of the network in messages. name: in the catalogue.

    Raises:
        ModelError: the file is missing or not a network.
    """

    def __init__(self, path: Path, title: str, name: str) -> None:
        self.title, self._hint = title, _AGAIN.format(name=name)
        if not path.is_file():
            raise ModelError(Sentence("The file {} of {} is missing.", path.name, title), self._hint)
        import onnxruntime

        try:
            self._session = onnxruntime.InferenceSession(
                str(path), session_options(), providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # ONNX Runtime has no common base for what a damaged file raises
            raise self.error("cannot be opened") from error
        self.inputs = {node.name: tuple(node.shape) for node in self._session.get_inputs()}
        self.outputs = tuple(node.name for node in self._session.get_outputs())

    def require(self, inputs: Sequence[str], outputs: Sequence[str]) -> None:
        """Raise ModelError unless the network has exactly these inputs and at least these outputs."""
        if set(self.inputs) != set(inputs) or not set(outputs) <= set(self.outputs):
            raise self.error("has other inputs and outputs than expected")

    def run(self, outputs: Sequence[str], feeds: Mapping[str, np.ndarray]) -> list[np.ndarray]:
        """The named outputs for these inputs.

        Raises:
            ModelError: the network fails or its outputs are not finite.
        """
        try:
            answers = [np.asarray(a) for a in self._session.run(list(outputs), dict(feeds))]
        except Exception as error:
            raise self.error("cannot be run") from error
        if not all(np.isfinite(answer).all() for answer in answers):
            raise self.error("gave numbers that are not finite")
        return answers

    def error(self, what: str) -> ModelError:
        """An error about this network."""
        return ModelError(Sentence("{}{} {}.", self.title[:1].upper(), self.title[1:], what), self._hint)
