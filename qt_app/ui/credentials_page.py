"""The settings page for Content Credentials: signing of results, and an own certificate."""

from __future__ import annotations

from PyQt6.QtWidgets import QCheckBox, QFileDialog, QHBoxLayout, QLineEdit, QPushButton, QWidget

from qt_app.model.settings import EngineSettings
from qt_app.observable import bind, follow
from qt_app.ui.plain_text import set_tip
from qt_app.ui.widgets import dim_label, page_form, with_note

__all__ = ["CredentialsPage"]


class CredentialsPage(QWidget):
    """A switch, and the files of an own certificate."""

    def __init__(self, settings: EngineSettings) -> None:
        super().__init__()
        form = page_form(self)
        self.sign = QCheckBox(self.tr("Sign results with Content Credentials"))
        bind(settings, "content_credentials", self.sign, "checked")
        unknown = self.tr(
            "The file says, signed, that it was edited by AI, where, and of which photo; no name, no prompt, no small picture "
            "of the photo. Viewers show an unknown signer, since the certificate is made on this machine."
        )
        form.addRow("", with_note(self.sign, unknown))
        self.certificate = _FileRow(settings, "certificate", self.tr("Own certificate"))
        self.key = _FileRow(settings, "certificate_key", self.tr("Its private key"))
        chain = self.tr(
            "A chain in PEM, the signer's certificate first. Your name, if it stands in it, is in every file."
        )
        form.addRow(self.tr("Own certificate"), with_note(self.certificate, chain))
        form.addRow(
            self.tr("Its private key"),
            with_note(self.key, self.tr("In PEM, without a password. It stays here.")),
        )
        traces = dim_label(
            self.tr(
                "All that is signed on this machine bears the same certificate. Who deletes the folder 'credentials' in the "
                "data folder gets another one."
            )
        )
        traces.setWordWrap(True)
        form.addRow("", traces)
        follow(settings, "content_credentials", self._show)
        follow(settings, "known", self.setEnabled)

    def _show(self, signs: bool) -> None:
        self.certificate.setEnabled(signs)
        self.key.setEnabled(signs)


class _FileRow(QWidget):
    """A field for a file path with a button that opens a file dialog."""

    def __init__(self, settings: EngineSettings, name: str, title: str) -> None:
        super().__init__()
        self._title = title
        self.line = QLineEdit()
        self.line.setAccessibleName(title)
        self.line.setPlaceholderText(self.tr("left empty: made on this machine"))
        bind(settings, name, self.line, "text")
        button = QPushButton(self.tr("Choose …"))
        button.setAccessibleName(self.tr("Choose: {0}").format(title))
        set_tip(button, self.tr("Choose the file"))
        button.clicked.connect(self.ask)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.line, 1)
        row.addWidget(button)

    def ask(self) -> None:
        """Show the file dialog."""
        path, _ = QFileDialog.getOpenFileName(
            self, self._title, "", self.tr("Certificates and keys") + " (*.pem *.crt *.cer *.key);;* (*)"
        )
        if path:
            self.line.setText(path)
