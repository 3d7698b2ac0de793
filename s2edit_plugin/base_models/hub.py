"""The model hub: its address, the user's access token, files of a repository, and the meaning of HTTP errors.

huggingface_hub builds addresses and headers. Its ``hf_hub_download`` is not used: since 2.x it discards interrupted downloads,
and it does not work in a process with ``HF_HUB_OFFLINE`` set.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from s2edit_plugin import __version__
from s2edit_plugin.base_models.stream import Patience
from s2edit_plugin.base_models.transfer import Refusal, is_secure, open_answer, persist
from s2edit_plugin.errors import DownloadError, Sentence, UsageError
from s2edit_plugin.storage.paths import DataFolder
from s2edit_plugin.storage.settings import load_settings

if TYPE_CHECKING:
    import httpx2

__all__ = ["Hub", "HubFile", "Snapshot", "address_refusal"]

DEFAULT_ENDPOINT = "https://huggingface.co"
MIRROR_TOKEN = "S2EDIT_MIRROR_TOKEN"
_MAX_LISTING = 16 * 1024 * 1024
_MIRRORS = "Try again later, or set a mirror (`mirror` in the settings, or HF_ENDPOINT)."


@dataclass(frozen=True)
class HubFile:
    """A file of a repository. ``size``: bytes. ``digest``: ``sha256:...`` for large files, ``git:...`` for small ones."""

    size: int
    digest: str


@dataclass(frozen=True)
class Snapshot:
    """A repository at one commit, by path."""

    commit: str
    files: Mapping[str, HubFile]


class Hub:
    """A model hub, or a mirror of it.

    Args:
        endpoint: its address without a slash at the end. token: the user's access token, "" for none; never logged.
    """

    def __init__(self, endpoint: str, token: str = "") -> None:
        self.endpoint = endpoint
        self._token = token

    @staticmethod
    def of(folder: DataFolder) -> Hub:
        """The hub of the settings or of ``HF_ENDPOINT``.

        The hub gets the token of ``HF_TOKEN`` or ``hf auth login``, a mirror that of ``S2EDIT_MIRROR_TOKEN``.

        Raises:
            UsageError: the address is invalid or insecure.
        """
        from huggingface_hub import get_token

        endpoint = load_settings(folder).mirror or os.environ.get("HF_ENDPOINT") or DEFAULT_ENDPOINT
        endpoint = endpoint.strip().rstrip("/")
        parts = urlsplit(endpoint)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise UsageError(
                Sentence("'{}' is no address of a mirror.", endpoint[:200]), "Write it as https://HOST."
            )
        if not is_secure(endpoint):
            raise UsageError(
                Sentence(
                    "The mirror '{}' is not secure: whoever is on the way can change the models.",
                    endpoint[:200],
                ),
                "Write it as https://HOST, or bring the files: `s2edit models install NAME --from FOLDER`.",
            )
        # The hub's token gives access to the user's account and is never sent to a mirror.
        itself = endpoint == DEFAULT_ENDPOINT
        return Hub(endpoint, (get_token() if itself else os.environ.get(MIRROR_TOKEN)) or "")

    @property
    def _variable(self) -> str:
        """Environment variable of the access token."""
        return "HF_TOKEN" if self.endpoint == DEFAULT_ENDPOINT else MIRROR_TOKEN

    @property
    def headers(self) -> dict[str, str]:
        """Headers of every request: user agent and token."""
        from huggingface_hub.utils import build_hf_headers

        return dict(
            build_hf_headers(
                token=self._token or False, library_name="s2edit-studio", library_version=__version__
            )
        )

    def file_url(self, repository: str, commit: str, path: str) -> str:
        """The address of a file of a repository at a commit."""
        from huggingface_hub import hf_hub_url

        return str(hf_hub_url(repository, path, revision=commit, endpoint=self.endpoint))

    def snapshot(
        self,
        client: httpx2.Client,
        repository: str,
        revision: str,
        patience: Patience,
        tick: Callable[[], None],
    ) -> Snapshot:
        """Files of a repository at a revision, with sizes and hashes, by one request.

        Raises:
            DownloadError: the hub cannot be reached, refuses, or is not a hub.
        """
        url = f"{self.endpoint}/api/models/{repository}/revision/{quote(revision, safe='')}?blobs=true"
        body = b""

        def ask() -> None:
            nonlocal body
            with open_answer(client, url, self.headers, self.refusal(repository), patience, tick) as answer:
                body = answer.read(_MAX_LISTING)

        persist(patience, tick, ask, lambda: 0)
        try:
            return _snapshot(json.loads(body))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            host = urlsplit(self.endpoint).hostname
            raise DownloadError(
                Sentence("{} does not answer like a model hub.", host),
                "Check the mirror in the settings (or HF_ENDPOINT), and whether this network wants a login first.",
            ) from error

    def refusal(self, repository: str) -> Refusal:
        """The function that converts HTTP errors of a repository to `DownloadError`."""

        def explain(status: int, headers: Mapping[str, str], url: str) -> DownloadError:
            code = headers.get("x-error-code", "")
            page = f"{self.endpoint}/{repository}"
            if code == "GatedRepo" or (status == 403 and not code):
                return DownloadError(
                    Sentence("{} is given only to people who accepted its terms on the hub.", repository),
                    Sentence(
                        "Log in at {}, accept them, then set {} to an access token of yours.",
                        page,
                        self._variable,
                    ),
                )
            if status == 401 and self._token:
                return DownloadError(
                    "The hub did not accept the access token.",
                    Sentence("Renew it, or unset {}.", self._variable),
                )
            if status == 401:
                return DownloadError(
                    Sentence(
                        "The hub does not give out {} without an access token, or it is not there any more.",
                        repository,
                    ),
                    Sentence("See {}; set {} to an access token of yours.", page, self._variable),
                )
            if status == 404:
                what = (
                    "at this revision any more" if code == "RevisionNotFound" else "or a file of it any more"
                )
                return DownloadError(
                    Sentence("The hub does not have {} {}.", repository, what),
                    "Its owner may have moved it; update S2Edit Studio, or import the model from files of your own.",
                )
            return address_refusal(status, headers, url)

        return explain


def address_refusal(status: int, headers: Mapping[str, str], url: str) -> DownloadError:
    """The `DownloadError` for an HTTP error of a file's address."""
    host = urlsplit(url).hostname
    if status == 429:
        return DownloadError(
            Sentence("{} gets too many requests from here and wants a pause.", host), _MIRRORS
        )
    if status in (401, 403):
        return DownloadError(Sentence("{} does not give the file out (HTTP {}).", host, status), _MIRRORS)
    if status in (404, 410):
        return DownloadError(
            Sentence("{} does not have the file any more.", host),
            "Update S2Edit Studio, or import the model from files.",
        )
    if status >= 500:
        return DownloadError(Sentence("{} is out of order (HTTP {}).", host, status), _MIRRORS)
    return DownloadError(Sentence("{} refused with HTTP {}.", host, status), _MIRRORS)


def _snapshot(values: Any) -> Snapshot:
    files = {}
    for item in values["siblings"]:
        lfs = item.get("lfs")
        if lfs:
            files[item["rfilename"]] = HubFile(int(lfs["size"]), f"sha256:{lfs['sha256']}")
        elif item.get("blobId"):
            files[item["rfilename"]] = HubFile(int(item["size"]), f"git:{item['blobId']}")
    return Snapshot(str(values["sha"]), files)
