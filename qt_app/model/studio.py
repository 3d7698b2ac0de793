"""The window's state: one object that owns all models. `qt_app.app` makes it; tests make it with a fake engine."""

from __future__ import annotations

from pathlib import Path

from PyQt6.QtCore import QObject

from qt_app.engine import EngineLink
from qt_app.model.advice import AdviceState
from qt_app.model.background import Background
from qt_app.model.base_models import ModelsState
from qt_app.model.batch import BatchState
from qt_app.model.diagnostics import DiagnosticsState
from qt_app.model.document import Documents
from qt_app.model.editing import EditState
from qt_app.model.estimates import Estimates
from qt_app.model.file_information import FileInformationState
from qt_app.model.first_start import FirstStart
from qt_app.model.forgetting import Forgetting
from qt_app.model.gimp_transfer import GimpTransferState
from qt_app.model.history import HistoryState
from qt_app.model.import_export import ExportState, ImportState
from qt_app.model.jobs import Jobs
from qt_app.model.learning import LearnState
from qt_app.model.library import LibraryState
from qt_app.model.masking import MaskingState
from qt_app.model.messages import Messages
from qt_app.model.preferences import Preferences
from qt_app.model.saving import SaveState
from qt_app.model.session import SessionState
from qt_app.model.settings import EngineSettings
from qt_app.model.tools import ToolState
from s2edit_plugin.storage.paths import DataFolder

__all__ = ["StudioState"]


class StudioState(QObject):
    """All models that the widgets show.

    Args:
        link: to the engine. folder: the data folder, with preferences and unsaved work.
    """

    def __init__(self, link: EngineLink, folder: Path) -> None:
        super().__init__()
        self.link, self.folder = link, folder
        self.messages = Messages()
        self.preferences = Preferences(folder / "window.json")
        self.background = Background(self.messages.error)
        self.documents = Documents(self.background, self.messages, self.preferences)
        self.jobs = Jobs(link, self.messages)
        self.library = LibraryState(link, self.messages)
        self.tools = ToolState()
        self.masking = MaskingState(self.jobs, self.documents, self.background, self.messages, self.tools)
        self.editing = EditState(self.jobs, self.documents, self.library, self.background, self.messages)
        self.learning = LearnState(link, self.jobs, self.documents, self.background, self.messages)
        self.estimates = Estimates(link, self.jobs, self.documents, self.editing, self.learning)
        self.history = HistoryState(
            link, self.jobs, self.documents, self.editing, self.background, self.messages
        )
        self.gimp_transfer = GimpTransferState(link, self.documents, self.background, self.messages)
        self.saving = SaveState(
            DataFolder(folder), self.documents, self.preferences, self.background, self.messages
        )
        self.batch = BatchState(
            link, DataFolder(folder), self.documents, self.preferences, self.background, self.messages
        )
        self.file_information = FileInformationState(self.documents, self.background)
        self.settings = EngineSettings(link, self.messages)
        self.models = ModelsState(link, self.jobs, self.messages)
        self.advice = AdviceState(self.documents, self.models)
        self.exporting = ExportState(link, self.background, self.messages)
        self.importing = ImportState(link, self.background, self.messages)
        self.diagnostics = DiagnosticsState(link, self.background, self.messages, DataFolder(folder))
        self.first_start = FirstStart(self.models, self.preferences, self.messages)
        self.session = SessionState(
            DataFolder(folder), self.documents, self.editing, self.learning, self.history, self.background, self.messages
        )  # fmt: skip
        self.forgetting = Forgetting(
            DataFolder(folder), link, self.documents, self.editing, self.learning, self.history, self.jobs, self.preferences,
            self.session, self.background, self.messages,
        )  # fmt: skip
        link.failed.connect(self.messages.error)
        link.state_changed.connect(lambda state: self._engine_lost() if state == "lost" else None)
        link.replaced.connect(self._engine_replaced)

    def close(self) -> None:
        """Disconnect from the engine and write the preferences."""
        self.batch.close()
        self.link.close(self.gimp_transfer.closing_request())
        self.background.close()
        self.session.close()
        self.preferences.save()

    def _engine_lost(self) -> None:
        if self.forgetting.is_recent:  # the engine restarts itself after that
            return
        lost = set(self.jobs.lost)
        hint = self.tr("Nothing is lost.")
        if lost == {"LearnToken"}:
            hint = self.tr("Learning can go on where it was.")
        elif lost:
            hint = self.tr("What was running has to be started again; photo, masks and results are here.")
        self.messages.note(self.tr("The engine has stopped and is being started again."), hint)

    def _engine_replaced(self) -> None:
        self.messages.note(
            self.tr("The engine did not answer any more. It was ended, and another one runs now."),
            self.tr("Learning can go on where it was."),
        )
