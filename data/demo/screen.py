# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the windows go: the user's own screen, or a virtual one with a session bus of its own, keys that
a program presses and pictures of what is seen."""
import os
import shutil
import subprocess
import time

SIZE = (1280, 800)
LOOKS = """[Settings]
gtk-font-name=Cantarell 11
gtk-enable-animations=0
gtk-cursor-blink=0
gtk-xft-antialias=1
gtk-xft-hinting=1
gtk-xft-hintstyle=hintslight
gtk-xft-rgba=none
"""
# What of the user's own settings a window still reads; the rest stays untouched by the demo.
KEPT = {"XDG_CONFIG_HOME": ("~/.config", ("dconf", "gtk-4.0", "fontconfig", "pulse", "ibus")),
        "XDG_DATA_HOME": ("~/.local/share", ("fonts", "icons", "themes"))}


def has_display():
    return bool(os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY"))


class UserScreen:
    """The desk remembers its server in folders of the demo's, not among the user's own."""

    def __init__(self, folder, processes):
        self.processes = processes
        self.env = {}
        for variable, (otherwise, names) in KEPT.items():
            own = os.environ.get(variable) or os.path.expanduser(otherwise)
            self.env[variable] = os.path.join(folder, variable.lower())
            os.makedirs(self.env[variable], exist_ok=True)
            for name in names:
                link = os.path.join(self.env[variable], name)
                if os.path.exists(os.path.join(own, name)) and not os.path.lexists(link):
                    os.symlink(os.path.join(own, name), link)

    def open(self, name, *command, env=None):
        return self.processes.start(name, *command, env={**self.env, **(env or {})})


class VirtualScreen:
    def __init__(self, name, folder, pictures, processes):
        self.processes = processes
        self.pictures = pictures
        os.makedirs(pictures, exist_ok=True)
        runtime = os.path.join(folder, name)
        os.makedirs(os.path.join(runtime, "config", "gtk-4.0"), exist_ok=True)
        os.makedirs(os.path.join(runtime, "run"), mode=0o700, exist_ok=True)
        with open(os.path.join(runtime, "config", "gtk-4.0", "settings.ini"), "w",
                  encoding="utf-8") as out:
            out.write(LOOKS)
        self.env = {"GDK_BACKEND": "x11", "GSK_RENDERER": "cairo", "WAYLAND_DISPLAY": "",
                    "XDG_CONFIG_HOME": os.path.join(runtime, "config"),
                    "XDG_DATA_HOME": os.path.join(runtime, "data"),
                    "XDG_CACHE_HOME": os.path.join(runtime, "cache"),
                    "XDG_RUNTIME_DIR": os.path.join(runtime, "run"),
                    "GSETTINGS_BACKEND": "memory", "CENTRALE_AUDIO": "test", "CENTRALE_AUDIO_TONE": "330"}
        self.env["DISPLAY"] = self._start_x(name)
        self.env["DBUS_SESSION_BUS_ADDRESS"] = self._start_bus(name)

    def _start_x(self, name):
        read, write = os.pipe()
        self.processes.start("screen-" + name, "Xvfb", "-displayfd", str(write), "-screen", "0",
                             "%dx%dx24" % SIZE, "-nolisten", "tcp", "-noreset", pass_fds=(write,))
        os.close(write)
        with os.fdopen(read) as pipe:
            return ":" + pipe.readline().strip()

    def _start_bus(self, name):
        bus = self.processes.start("bus-" + name, "dbus-daemon", "--session", "--nofork", "--print-address",
                                   env=self.env, stdout=subprocess.PIPE, text=True)
        return bus.stdout.readline().strip()

    def _tool(self, *command):
        return subprocess.run(command, env={**os.environ, **self.env}, capture_output=True, text=True,
                              check=False).stdout

    def open(self, name, *command, env=None):
        return self.processes.start(name, *command, env={**self.env, **(env or {})})

    def windows(self):
        return self._tool("xdotool", "search", "--onlyvisible", "--name", ".").split()

    def wait_for_window(self, seconds=20):
        """Its first, or another than the first, made as large as the screen. FALSE: none came."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            windows = self.windows()
            if windows:
                self._tool("xdotool", "windowmove", windows[-1], "0", "0", "windowsize", windows[-1],
                           str(SIZE[0]), str(SIZE[1]), "mousemove", str(SIZE[0] // 2), str(SIZE[1] - 4),
                           "windowfocus", windows[-1])
                return True
            time.sleep(0.1)
        return False

    def press(self, *keys):
        self._tool("xdotool", "key", "--clearmodifiers", "--delay", "60", *keys)

    def type(self, text):
        self._tool("xdotool", "type", "--delay", "30", text)

    def take_picture(self, name):
        """Once nothing moves any more; its path, or None without imagemagick."""
        if shutil.which("import") is None:
            return None
        path = os.path.join(self.pictures, name + ".png")
        self._tool("import", "-window", "root", path)
        return path
