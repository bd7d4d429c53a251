# SPDX-License-Identifier: GPL-3.0-or-later
"""A screen of its own for a window, and hands to drive it with. A test is a program with a main():

    if __name__ == "__main__":
        driver.run(main)

run() starts a virtual X server and a session bus of their own, with fresh configuration folders and the
accessibility bus, and then main() in them; it ends what it started, by process id. Widgets are found by
their accessible names, as a screen reader finds them."""
import os
import shutil
import subprocess
import sys
import tempfile
import time

SETTINGS = """[Settings]
gtk-font-name=Cantarell 11
gtk-enable-animations=0
gtk-cursor-blink=0
gtk-xft-antialias=1
gtk-xft-hinting=1
gtk-xft-hintstyle=hintslight
gtk-xft-rgba=none
gtk-decoration-layout=:minimize,maximize,close
"""
INSIDE = "CENTRALE_TEST_SCREEN"


def run(main, size="1280x800"):
    if os.environ.get(INSIDE):
        main()
        return
    folder = tempfile.mkdtemp(prefix="centrale-ui-")
    reading, writing = os.pipe()
    screen = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", size + "x24", "-nolisten", "tcp",
         "-noreset"], pass_fds=[writing], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(writing)
    try:
        with os.fdopen(reading) as pipe:
            display = ":" + pipe.readline().strip()
        sys.exit(subprocess.run(["dbus-run-session", "--", "/usr/bin/python3", *sys.argv], check=False,
                                env=make_environment(folder, display)).returncode)
    finally:
        screen.terminate()
        screen.wait()
        shutil.rmtree(folder, ignore_errors=True)


def make_environment(folder, display):
    environment = {**os.environ, INSIDE: folder, "DISPLAY": display, "GDK_BACKEND": "x11",
                   "GSK_RENDERER": "cairo", "GTK_A11Y": "atspi", "CENTRALE_AUDIO":
                   os.environ.get("CENTRALE_AUDIO", "fake"), "G_DEBUG": "fatal-criticals"}
    for name in ("CONFIG_HOME", "STATE_HOME", "DATA_HOME", "CACHE_HOME", "RUNTIME_DIR"):
        path = os.path.join(folder, name.lower())
        os.makedirs(path, mode=0o700)
        environment["XDG_" + name] = path
    os.makedirs(os.path.join(folder, "config_home", "gtk-4.0"))
    with open(os.path.join(folder, "config_home", "gtk-4.0", "settings.ini"), "w",
              encoding="utf-8") as out:
        out.write(SETTINGS)
    environment.pop("CENTRALE_SERVER", None)
    return environment


def wait_until(question, seconds=15, what="it"):
    """Polls, since the accessibility bus tells little; errors of a widget that just went count as no."""
    deadline = time.monotonic() + seconds
    last = None
    while True:
        try:
            answer = question()
            if answer:
                return answer
        except Exception as error:  # whatever the bus says of a widget that is gone
            last = error
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} did not come true in {seconds} s ({last})")
        time.sleep(0.05)


class Window:
    """A program with a window, and what its accessible tree says."""

    def __init__(self, *command, environment=None):
        import tree
        self.roles, self.states = tree.Role, tree.State
        self.process = subprocess.Popen(command, env={**os.environ, **(environment or {})},
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.tree = tree.Tree(self.pid())
        wait_until(self._is_there, 60, "the window")

    def pid(self):
        return self.process.pid

    def _is_there(self):
        if self.process.poll() is not None:
            raise SystemExit(f"the program ended:\n{self.process.stdout.read()}")
        return self.tree.find()

    def names_of(self, node):
        """Its name; an older GTK says it twice, or only its label has it."""
        name = node.name
        yield name
        half = len(name) // 2
        if name and name[:half] == name[half + 1:]:
            yield name[:half]
        if node.role in self.buttons():
            for child in node.walk():
                if child.role == self.roles.LABEL:
                    yield child.name

    def buttons(self):
        return (self.roles.PUSH_BUTTON, self.roles.TOGGLE_BUTTON, self.roles.CHECK_BOX, self.roles.RADIO_BUTTON)

    def entries(self):
        return (self.roles.TEXT, self.roles.ENTRY, self.roles.PASSWORD_TEXT)

    def nameless(self):
        """What can be pressed or typed into and says nothing to who cannot see it: a list of where it is."""
        roles = self.buttons() + self.entries() + (self.roles.COMBO_BOX, self.roles.SLIDER)
        places = [self.place_of(node) for node in self.tree.read().walk() if node.role in roles
                  and not any(name and not name.startswith("Gtk") for name in self.names_of(node))
                  and node.is_showing()]
        return [place for place in places if "GtkFileChooser" not in place]  # GTK's own

    def place_of(self, node):
        """For messages: "frame Sounds > list > push-button"."""
        words = []
        while node.parent is not None:
            words.append(f"{self.roles(node.role).value_nick} {node.name}".strip())
            node = node.parent
        return " > ".join(reversed(words))

    def look_for_all(self, roles, name):
        return (node for node in self.tree.read().walk()
                if node.role in roles and name in self.names_of(node) and node.is_showing())

    def look(self, roles, name):
        return next(self.look_for_all(roles, name), None)

    def find(self, roles, name, seconds=15):
        return wait_until(lambda: self.look(roles, name), seconds, f"“{name}”")

    def texts(self):
        """What is only read, as it stands on the screen."""
        roles = (self.roles.LABEL, self.roles.ALERT, self.roles.NOTIFICATION)
        return self.tree.choose_showing([node for node in self.tree.read().walk()
                                         if node.role in roles and node.name])

    def labels(self):
        """All text on the screen, for tests and for their messages."""
        return [node.name for node in self.texts()]

    def wait_for_label(self, part, seconds=15):
        try:
            return wait_until(lambda: next((text for text in self.labels() if part in text), None),
                              seconds, f"the text “{part}”")
        except AssertionError as error:
            raise AssertionError(f"{error}; there is {self.labels()}") from None

    def has_label(self, part):
        return any(part in text for text in self.labels())

    def click(self, name, seconds=15):
        """A button that is sensitive. One that goes while it is pressed was not pressed: it may come again."""
        def press():
            node = self.look(self.buttons(), name)
            if node is None or not node.is_in(self.states.SENSITIVE):
                return False
            node.press()
            return True
        wait_until(press, seconds, f"the button “{name}”")

    def type(self, name, text, seconds=15):
        def put():
            self.look(self.entries(), name).set_text(text)
            return True
        wait_until(put, seconds, f"“{name}”")

    def text_of(self, name):
        return self.find(self.entries(), name).text()

    def press(self, *keys):
        """Real key presses, such as "F2", "space", "ctrl+Return"."""
        subprocess.run(["xdotool", "mousemove", "400", "20", "key", *keys], check=True)

    def tab_to(self, name, most=40):
        """By the tabulator, to what is called so and can be pressed."""
        for _ in range(most):
            node = self.look(self.buttons(), name)
            if node and node.is_in(self.states.FOCUSED):
                return
            self.press("Tab")
        raise AssertionError(f"{most} times Tab, and never at “{name}”")

    def has_focus(self, name):
        return any(name in self.names_of(node) for node in self.tree.read().walk()
                   if node.is_in(self.states.FOCUSED))

    def act(self, action):
        """An action of the application, over D-Bus."""
        subprocess.run(["gapplication", "action", "org.centrale.Centrale", action], check=True)

    def picture(self, path):
        subprocess.run(["import", "-window", "root", path], check=True)

    def close(self):
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        self.close()
        if kind is not None:
            sys.stderr.write("--- what the program said\n" + self.process.stdout.read()[-4000:])
