"""Widgets. They show the state of `qt_app.model` and change it; they hold none and never speak to the engine."""
