"""Runs inside GIMP before a test's own lines: short names for what the tests do again and again. Not imported by tests."""

import json
import os
import subprocess
import time
import traceback

from gi.repository import Babl, Gegl, Gimp, Gio

QUIET = Gimp.RunMode.NONINTERACTIVE
FOLDER = os.environ["S2EDIT_TEST_FOLDER"]
FACTS = {}


def load(path):
    return Gimp.file_load(QUIET, Gio.File.new_for_path(path))


def save(image, path):
    assert Gimp.file_save(QUIET, image, Gio.File.new_for_path(path), None)


def call(procedure_name, image, layers, /, **values):
    """Call a procedure: its status, sentence and results."""
    procedure = Gimp.get_pdb().lookup_procedure("plug-in-s2edit-" + procedure_name)
    config = procedure.create_config()
    config.set_property("image", image)
    config.set_core_object_array("drawables", list(layers))
    for key, value in values.items():
        config.set_property(key.replace("_", "-"), value)
    started = time.monotonic()
    result = procedure.run(config)
    status = result.index(0)
    good = status == Gimp.PDBStatusType.SUCCESS
    return {
        "status": status.value_nick,
        "message": "" if good else (Gimp.get_pdb().get_last_error() or ""),
        "results": [result.index(place) for place in range(1, result.length())] if good else [],
        "seconds": time.monotonic() - started,
    }


def said(answer):
    """What of an answer can be written down."""
    return {key: answer[key] for key in ("status", "message", "seconds")}


def read(drawable, form, box=None):
    x, y, width, height = box or (0, 0, drawable.get_width(), drawable.get_height())
    return bytes(
        drawable.get_buffer().get(Gegl.Rectangle.new(x, y, width, height), 1.0, form, Gegl.AbyssPolicy.NONE)
    )


def write(drawable, form, data, box=None):
    x, y, width, height = box or (0, 0, drawable.get_width(), drawable.get_height())
    buffer = drawable.get_buffer()
    buffer.set(Gegl.Rectangle.new(x, y, width, height), form, data)
    buffer.flush()
    drawable.update(x, y, width, height)


def native(drawable):
    """The drawable's own bytes."""
    return read(drawable, Babl.get_name(drawable.get_format()))


def shown(image):
    """The image as it is shown: bytes of all layers together, in the image's own format."""
    layer = Gimp.Layer.new_from_visible(image, image, "shown")
    return native(layer)


def keep(name, data):
    """Give bytes to the test."""
    with open(os.path.join(FOLDER, name), "wb") as file:
        file.write(data)


def select(image, box, feather=0.0):
    image.select_rectangle(Gimp.ChannelOps.REPLACE, *box)
    if feather:
        Gimp.Selection.feather(image, feather)


def describe(layer):
    mask = layer.get_mask()
    _, x, y = layer.get_offsets()
    parasite = layer.get_parasite("s2edit-settings")
    parent = layer.get_parent()
    return {
        "name": layer.get_name(),
        "offsets": [x, y],
        "size": [layer.get_width(), layer.get_height()],
        "mask": mask is not None and layer.get_apply_mask(),
        "group": layer.is_group(),
        "alpha": layer.has_alpha(),
        "parent": parent.get_name() if parent else "",
        "settings": bytes(parasite.get_data()).decode() if parasite else "",
        "children": [child.get_name() for child in layer.get_children()] if layer.is_group() else [],
    }


def wait_for(path, seconds=120):
    end = time.monotonic() + seconds
    while not os.path.exists(path):
        assert time.monotonic() < end, path
        time.sleep(0.02)


# ---------------------------------------------------------------------- with a screen


def xdo(*words):
    """Pointer, keys and windows."""
    done = subprocess.run(["xdotool", *map(str, words)], capture_output=True, text=True, check=False)
    return done.stdout.strip()


def window_named(name, seconds=60):
    """The window whose title holds a text, once it is there."""
    end = time.monotonic() + seconds
    while True:
        found = xdo("search", "--onlyvisible", "--name", name).split()
        if found:
            return found[-1]
        assert time.monotonic() < end, name
        time.sleep(0.1)


def visible(name):
    return bool(xdo("search", "--onlyvisible", "--name", name))


def prepared_window(name):
    """GIMP's main window, in a size that screenshots have room for, with no greeting over it."""
    Gimp.displays_flush()
    xdo("windowunmap", window_named("Welcome to GIMP"))
    main = window_named(name)
    xdo("windowsize", "--sync", main, 1400, 900)
    time.sleep(1)
    return main


def from_menu(main, letter):
    # S²Edit stands last in the menu of filters.
    press(main, "alt+r", "Up", "Right", letter)


def press(window, *keys):
    """Keys for a window, one after the other."""
    xdo("windowfocus", "--sync", window)
    for key in keys:
        xdo("key", key)
        time.sleep(0.3)


def type_into(window, mnemonic, text):
    """Fill the field of a dialog that a mnemonic belongs to."""
    press(window, mnemonic, "ctrl+a")
    xdo("type", "--delay", "5", text)


def screenshot(name):
    subprocess.run(["import", "-window", "root", os.path.join(FOLDER, name)], check=False)


def until(condition, seconds=120):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.1)


def write_facts():
    with open(os.path.join(FOLDER, "answer.part"), "w") as file:
        json.dump(FACTS, file)
    os.replace(os.path.join(FOLDER, "answer.part"), os.path.join(FOLDER, "answer.json"))


def guarded(code):
    try:
        exec(code, globals())
    except BaseException:
        FACTS["error"] = traceback.format_exc()
    for image in Gimp.get_images():
        image.clean_all()  # GIMP's window would ask whether to save
    write_facts()
