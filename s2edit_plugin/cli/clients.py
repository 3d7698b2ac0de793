"""Jobs from the command line: in the running engine if its settings match, else in this process."""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import io
import threading
import time
import warnings
from typing import TYPE_CHECKING, Any, TypeVar

from s2edit_plugin.api import ApplyEdit, Estimate, Event, JobInfo, LearnToken, OnProgress, Request
from s2edit_plugin.api.queries import EstimateJob
from s2edit_plugin.cli.files import NO_FILES, Files
from s2edit_plugin.cli.output import Output
from s2edit_plugin.errors import CancelledError, InputError, S2EditError, Sentence

if TYPE_CHECKING:
    from s2edit_plugin.engine.client.interface import Client, Job

__all__ = ["add_options", "open_client", "perform"]

R = TypeVar("R")
STOP_SECONDS = 120.0
PATIENCE = 2.0  # seconds until a message that a job waits
TELLING = 5.0  # seconds; a job that takes longer is announced


def add_options(parser: argparse.ArgumentParser, model: str = "the one in use") -> None:
    """The options for data folder, model and device. ``model``: description of the default."""
    parser.add_argument(
        "--model", metavar="NAME", help=f"an installed base model or its folder (default: {model})"
    )
    parser.add_argument(
        "--device", metavar="NAME", help="auto, cpu, cuda or cuda:1 (default: what the settings say)"
    )
    parser.add_argument("--no-engine", action="store_true", help="compute here although an engine is running")


def open_client(args: argparse.Namespace) -> Client:
    """A client for a command with `add_options`."""
    from s2edit_plugin.engine.server.local import connect_or_local

    return connect_or_local(model=args.model, device=args.device, use_engine=not args.no_engine)


def perform(args: argparse.Namespace, request: Request[R], output: Output, files: Files = NO_FILES) -> R:
    """Do a job with progress on the terminal. Ctrl-C stops it after the step that runs; a second one stops at once.

    Args:
        files: file names of the job's pictures.

    Raises:
        CancelledError: it was stopped. S2EditError: its error, with the files' names.
    """
    jobs: list[Job[R]] = []
    printed: set[str] = set()
    with open_client(args) as client, output.progress() as on_progress:
        _announce(client, request, output)

        def on_event(event: Event) -> None:
            if event.kind == "note":
                printed.add(event.text)
                output.warning(event.text)
            elif event.kind == "progress" and event.job is not None:
                _show(event.job, on_progress)

        waiting = threading.Timer(PATIENCE, lambda: _report_waiting(jobs, output))
        waiting.daemon = True
        waiting.start()
        try:
            result = client.run(request, on_event, on_job=jobs.append)
        except KeyboardInterrupt:
            if not jobs:
                raise
            raise _stopped(request, _wait_until_ended(jobs[0])) from None
        except InputError as error:
            raise files.named(error) from error
        finally:
            waiting.cancel()
    for warning in getattr(result, "warnings", ()):
        if warning not in printed:
            output.warning(warning)
    return result


def _report_waiting(jobs: list[Job[Any]], output: Output) -> None:
    """A message while the job waits: the engine runs one job after another, and those of other programs may take long."""
    with contextlib.suppress(S2EditError):
        if jobs and jobs[0].info().state == "queued":
            output.warning("The engine is busy with another job; this one waits for it.")


def _announce(client: Client, request: object, output: Output) -> None:
    """Print the estimate of a long job. Without an estimate the job still runs and reports its own errors."""
    if isinstance(request, LearnToken):
        bare = dataclasses.replace(request, photo=b"", subject_mask=None)
        asked = EstimateJob(learn=bare, pixels=_pixels(request.photo))
    elif isinstance(request, ApplyEdit):
        without = dataclasses.replace(request, photo=b"", subject_mask=None, region_mask=None)
        asked = EstimateJob(edit=without, pixels=_pixels(request.photo))
    else:
        return
    with contextlib.suppress(S2EditError):
        estimate = client.call(asked)
        if estimate.seconds >= TELLING or not estimate.fits:
            output.warning(_estimate_in_words(estimate))


def _pixels(photo: bytes) -> int:
    """Number of pixels in a photo's header, 0 if unknown; the photo is not decoded."""
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(photo)) as image:
                return image.width * image.height
    # Pillow's readers raise any exception for a damaged header; the job itself reports the error.
    except Exception:
        return 0


def _estimate_in_words(estimate: Estimate) -> str:
    minutes = estimate.seconds / 60
    time = (
        f"{estimate.seconds:.0f} s"
        if minutes < 2
        else f"{minutes:.0f} min"
        if minutes < 120
        else f"{minutes / 60:.1f} h"
    )
    free = f" of {estimate.free_bytes / 1e9:.1f} GB" if estimate.free_bytes else ""
    words = (
        f"About {time} and {estimate.memory_bytes / 1e9:.1f}{free or ' GB'} of memory on {estimate.device}."
    )
    return f"{words} {estimate.note}".rstrip()


def _show(job: JobInfo, on_progress: OnProgress) -> None:
    if job.progress is not None:
        on_progress(job.progress)


def _wait_until_ended(job: Job[Any]) -> JobInfo | None:
    """The ended job; its last state if it does not end, None if the engine does not answer."""
    info, end = None, time.monotonic() + STOP_SECONDS
    with contextlib.suppress(S2EditError):
        while (info := job.info()) and not info.is_over and time.monotonic() < end:
            time.sleep(0.02)
    return info


def _stopped(request: object, job: JobInfo | None) -> CancelledError:
    if isinstance(request, LearnToken) and job is not None and job.resumable and job.progress is not None:
        name = f"{request.person}/{request.token}"
        return CancelledError(
            Sentence("Learning {} stopped at step {} of {}.", name, job.progress.step, job.progress.total),
            Sentence(
                "`s2edit learn --resume --person {} --token {}` goes on.", request.person, request.token
            ),
        )
    return CancelledError()
