"""The settings' page about Content Credentials: whether results are signed, and with whose certificate."""

from __future__ import annotations

from PyQt6.QtWidgets import QCheckBox, QFileDialog, QHBoxLayout, QLineEdit, QPushButton, QWidget

from qt_app.model.observable import bind, follow
from qt_app.model.settings import EngineSettings
from qt_app.ui.fields import dim_label, noted, page_form
from qt_app.ui.plain import set_tip

__all__ = ["CredentialsPage"]


class CredentialsPage(QWidget):
    """A switch, and two files for who has a certificate of their own."""

    def __init__(self, settings: EngineSettings) -> None:
        super().__init__()
        form = page_form(self)
        self.sign = QCheckBox(self.tr("Sign results with Content Credentials"))
        bind(settings, "content_credentials", self.sign, "checked")
        unknown = self.tr(
            "The file says, signed, that it was edited by AI, where, and of which photo; no name, no prompt, no small picture "
            "of the photo. Viewers show an unknown signer, since the certificate is made on this machine."
        )
        form.addRow("", noted(self.sign, unknown))
        self.certificate = _FileRow(settings, "certificate", self.tr("Own certificate"))
        self.key = _FileRow(settings, "certificate_key", self.tr("Its private key"))
        chain = self.tr(
            "A chain in PEM, the signer's certificate first. Your name, if it stands in it, is in every file."
        )
        form.addRow(self.tr("Own certificate"), noted(self.certificate, chain))
        form.addRow(
            self.tr("Its private key"), noted(self.key, self.tr("In PEM, without a password. It stays here."))
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
    """The path of a file, typed or chosen."""

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
        """Choose the file."""
        path, _ = QFileDialog.getOpenFileName(
            self, self._title, "", self.tr("Certificates and keys") + " (*.pem *.crt *.cer *.key);;* (*)"
        )
        if path:
            self.line.setText(path)
