"""The edit panel: prompt with tokens, source prompt, presets, strengths, variants, and the button."""

from __future__ import annotations

from PyQt6.QtWidgets import (
    QCheckBox,
    QFormLayout,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from qt_app.model.editing import MAX_VARIANTS, EditState
from qt_app.model.estimates import Estimates
from qt_app.model.library import LibraryState
from qt_app.observable import bind, follow
from qt_app.ui.fields import ChoiceBox, SliderField, require_focus_for_wheel
from qt_app.ui.formatting import estimate_in_words
from qt_app.ui.plain_text import Form, plain_label, set_tip
from qt_app.ui.prompt_edit import PromptEdit
from qt_app.ui.weights_field import WeightsField
from qt_app.ui.widgets import FoldButton, SidePanel, align_labels, clear_layout, dim_label, heading, primary
from s2edit_plugin.api import Estimate
from s2edit_plugin.api.limits import EDIT_RANGES
from s2edit_plugin.api.presets import EDIT_PRESETS
from s2edit_plugin.api.queries import TokenInfo

__all__ = ["EditPanel"]


class EditPanel(SidePanel):
    """Shows an `EditState`."""

    def __init__(
        self, state: EditState, estimates: Estimates, library: LibraryState, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._state, self._library = state, library
        self._kinds: dict[str, str] = {}  # token -> ``identity`` or ``attribute``
        inner = QWidget()
        column = QVBoxLayout(inner)
        self.setWidget(inner)

        self.prompt, self.source = PromptEdit(4), PromptEdit(3)
        for field, name, prop in (
            (self.prompt, self.tr("What the photo should show"), "prompt"),
            (self.source, self.tr("What it shows now"), "source_prompt"),
        ):
            field.setAccessibleName(name)
            field.bind(state, prop)
            field.submitted.connect(state.start)
        self.prompt.setPlaceholderText(self.tr("a photo of a <person/token> woman smiling"))
        self.source.setPlaceholderText(self.tr("Left empty, it is found by itself."))
        self.suggest = QPushButton(self.tr("Suggest"))
        set_tip(self.suggest, self.tr("Let the engine say what the photo shows"))
        self.suggest.clicked.connect(state.suggest)
        follow(state, "suggesting", lambda busy: self.suggest.setEnabled(not busy))

        self.chips = QHBoxLayout()
        self.chips.setSpacing(4)
        column.addWidget(heading(self.tr("What the photo should show")))
        column.addWidget(self.prompt)
        column.addLayout(self.chips)
        column.addLayout(self._make_presets())
        source_row = QHBoxLayout()
        source_row.addWidget(heading(self.tr("What it shows now")), 1)
        source_row.addWidget(self.suggest)
        column.addLayout(source_row)
        column.addWidget(self.source)
        column.addLayout(self._make_form())
        column.addWidget(self._make_advanced())
        column.addStretch(1)
        self.estimate, self.problem, self.region_hint = dim_label(), dim_label(), dim_label()
        self.main_button, self.stop = primary(QPushButton(self.tr("Edit"))), QPushButton(self.tr("Cancel"))
        set_tip(self.main_button, self.tr("Start the edit (Ctrl+Return)"))
        self.main_button.clicked.connect(state.start)
        self.stop.clicked.connect(state.cancel)
        buttons = QHBoxLayout()
        buttons.addWidget(self.stop)
        buttons.addWidget(self.main_button, 1)
        for widget in (self.region_hint, self.estimate, self.problem):
            self.foot.addWidget(widget)
        self.foot.addLayout(buttons)

        follow(library, "all", self._set_known_tokens)
        follow(state, "tokens", self._show_tokens)
        follow(estimates, "edit", self._show_estimate)
        follow(state.region_correction, "hint", self._show_hint)
        follow(state, "running", lambda jobs: self.stop.setVisible(bool(jobs)))
        follow(state, ("prompt", "tokens"), self._show_problem, now=False)
        follow(state.documents, ("document",), self._show_document)

    def _show_document(self) -> None:
        self._form.setRowVisible(self.in_colour, self._state.is_grey)
        self._show_problem()

    def _make_presets(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setSpacing(4)
        names = {
            "smile": self.tr("Smile"), "surprise": self.tr("Surprised"), "older": self.tr("Older"),
            "younger": self.tr("Younger"), "hair-black": self.tr("Black hair"), "hair-brown": self.tr("Brown hair"),
            "hair-blonde": self.tr("Blonde hair"), "hair-red": self.tr("Red hair"), "lipstick": self.tr("Lipstick"),
            "glasses": self.tr("Glasses"), "sunglasses": self.tr("Sunglasses"), "makeup": self.tr("Makeup token"),
        }  # fmt: skip
        self.presets: dict[str, QToolButton] = {}
        for index, preset in enumerate(EDIT_PRESETS):
            button = QToolButton()
            button.setText(names[preset.id])
            button.setProperty("chip", "words")
            button.setAccessibleName(self.tr("Ready-made edit: {0}").format(names[preset.id]))
            button.setSizePolicy(button.sizePolicy().Policy.Expanding, button.sizePolicy().Policy.Fixed)
            button.clicked.connect(lambda _, one=preset: self._state.use_preset(one))
            self.presets[preset.id] = button
            grid.addWidget(button, index // 3, index % 3)
        return grid

    def _make_form(self) -> QFormLayout:
        state, form = self._state, Form()
        self._form = form
        self.region = ChoiceBox(
            state,
            "region",
            (
                ("auto", self.tr("found by itself")),
                ("mask", self.tr("the painted mask")),
                ("subject", self.tr("the whole subject")),
                ("face", self.tr("face")),
                ("hair", self.tr("hair")),
                ("lips", self.tr("lips")),
                ("none", self.tr("everywhere")),
            ),
            self.tr("What may change"),
            editable=True,
        )
        set_tip(self.region, self.tr("Which pixels may change. word:NAME looks for a word of the prompt."))
        self.strength = SliderField(state, "strength", *EDIT_RANGES["strength"], self.tr("Strength"))
        self.variants, self.seed = QSpinBox(), QSpinBox()
        self.variants.setRange(1, MAX_VARIANTS)
        self.seed.setRange(0, 2**31 - 1)
        for box, prop, name in (
            (self.variants, "variants", self.tr("Variants")),
            (self.seed, "seed", self.tr("Seed")),
        ):
            box.setAccessibleName(name)
            require_focus_for_wheel(box)
            bind(state, prop, box, "value")
        form.addRow(self.tr("May change"), self.region)
        self.in_colour = QCheckBox(self.tr("In colour"))
        set_tip(self.in_colour, self.tr("Give this grey photo colours; else its result stays grey"))
        bind(state, "in_colour", self.in_colour, "checked")
        form.addRow(self.in_colour)
        form.addRow(self.tr("Strength"), self.strength)
        form.addRow(self.tr("Variants"), self.variants)
        form.addRow(self.tr("Seed"), self.seed)
        return form

    def _make_advanced(self) -> QWidget:
        inner = QWidget()
        form = Form(inner)
        form.setContentsMargins(0, 0, 0, 0)
        for prop, low, high, name, tip in (
            (
                "guidance",
                *EDIT_RANGES["guidance"],
                self.tr("Guidance"),
                self.tr("How strictly the prompt is followed"),
            ),
            ("steps", 5, 100, self.tr("Steps"), self.tr("More steps take longer and are more exact")),
            ("cross_steps", 0.0, 1.0, self.tr("Keep layout"), self.tr("How long words keep their places")),
            ("self_steps", 0.0, 1.0, self.tr("Keep shapes"), self.tr("How long shapes are kept")),
        ):
            form.addRow(name, SliderField(self._state, prop, low, high, name, tip=tip))
        self.weights = WeightsField(self._state)
        form.addRow(plain_label(self.tr("Word weights")))
        form.addRow(self.weights)
        align_labels(self._form, form)
        self.more = FoldButton(self.tr("More"), inner)
        box = QWidget()
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.more)
        column.addWidget(inner)
        return box

    def _set_known_tokens(self, tokens: dict[str, TokenInfo]) -> None:
        self._kinds = {token.name: token.kind for token in tokens.values()}
        for field in (self.prompt, self.source):
            field.set_tokens(self._kinds)
        self._show_tokens(self._state.tokens)

    def _show_tokens(self, tokens: tuple[str, ...]) -> None:
        clear_layout(self.chips)
        for name in tokens:
            chip = QToolButton()
            chip.setText(f"{name}  ✕")
            chip.setProperty("chip", "attribute" if self._kinds.get(name) == "attribute" else "token")
            set_tip(chip, self.tr("Take {0} out of the edit").format(name))
            chip.setAccessibleName(chip.toolTip())
            chip.clicked.connect(lambda _, one=name: self._state.remove_token(one))
            self.chips.addWidget(chip)
        self.chips.addStretch(1)

    def _show_estimate(self, estimate: Estimate | None) -> None:
        words = estimate_in_words(estimate)
        self.estimate.setText(words)
        self.estimate.setVisible(bool(words))

    def _show_hint(self, words: str) -> None:
        self.region_hint.setText(words)
        self.region_hint.setVisible(bool(words))

    def _show_problem(self) -> None:
        words = self._state.problem or self._state.hint
        self.problem.setText(words)
        self.problem.setVisible(bool(words))
        self.main_button.setEnabled(not self._state.problem)
