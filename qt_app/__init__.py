"""The desktop window. It talks to the engine through `s2edit_plugin.api` alone and never imports torch."""
