# SPDX-License-Identifier: GPL-3.0-or-later
"""What a program's windows say to a screen reader, over the accessibility bus. Asked node by node, each
question waiting for its answer, a window takes half a second, and many on a busy machine. Here many are
asked at once, and GTK's list of all it has told of (org.a11y.atspi.Cache) says most in one answer."""
import gi
gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, Gio, GLib  # noqa: E402

ACCESSIBLE, ACTION, COMPONENT, EDITABLE, TEXT = (
    "org.a11y.atspi." + name for name in ("Accessible", "Action", "Component", "EditableText", "Text"))
ROOT = "/org/a11y/atspi/accessible/root"
Role, State = Atspi.Role, Atspi.StateType
CHILDLESS = (Role.LABEL, Role.IMAGE)
WAIT_MS = 60000
IN_WINDOW = 1  # coordinates


class Node:
    """As it was when the tree was read. Methods ask, and do, now."""

    def __init__(self, tree, item):
        """@item: of the list; not all of it is unpacked, which takes more than the rest together."""
        self.tree = tree
        self.path = item.get_child_value(0).get_child_value(1).get_string()
        self.name = item.get_child_value(6).get_string()
        self.role = item.get_child_value(7).get_uint32()
        states = item.get_child_value(9)
        self.states = states.get_child_value(0).get_uint32() | states.get_child_value(1).get_uint32() << 32
        self.parent, self.children = None, []

    def is_in(self, state):
        return bool(self.states >> int(state) & 1)

    def is_showing(self):
        return self in self.tree.choose_showing([self])

    def ask(self, interface, method, kinds=None, *values):
        return self.tree.call(self.path, interface, method, GLib.Variant(kinds, values) if kinds else None)

    def property(self, interface, name):
        return self.ask("org.freedesktop.DBus.Properties", "Get", "(ss)", interface, name)[0]

    def read(self):
        """Its name, now."""
        return self.property(ACCESSIBLE, "Name")

    def press(self):
        names = [action[0] for action in self.ask(ACTION, "GetActions")[0]]
        self.ask(ACTION, "DoAction", "(i)", names.index("click") if "click" in names else 0)

    def text(self):
        return self.ask(TEXT, "GetText", "(ii)", 0, self.property(TEXT, "CharacterCount"))[0]

    def set_text(self, text):
        self.ask(EDITABLE, "SetTextContents", "(s)", text)

    def walk(self):
        """It and all below it, but for hidden parts."""
        yield self
        for child in self.children:
            if child.is_in(State.VISIBLE):
                yield from child.walk()


class Tree:
    """Of the program with process number @pid, or of the only one with a window."""

    def __init__(self, pid=None):
        session = Gio.bus_get_sync(Gio.BusType.SESSION)
        address = session.call_sync("org.a11y.Bus", "/org/a11y/bus", "org.a11y.Bus", "GetAddress", None, None,
                                    0, WAIT_MS).unpack()[0]
        self.bus = Gio.DBusConnection.new_for_address_sync(
            address, Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT
            | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION, None, None)
        self.pid, self.name = pid, "org.a11y.atspi.Registry"
        self.parents, self.childless = [], set()  # paths, as of the last time

    def ask(self, path, interface, method, values=None, name=None):
        return self.bus.call_sync(name or self.name, path, interface, method, values, None, 0, WAIT_MS)

    def call(self, *what):
        return self.ask(*what).unpack()

    def call_all(self, paths, interface, method, values=None):
        """By path, all that answer."""
        answers, left = {}, len(paths)

        def on_answer(bus, answer, path):
            nonlocal left
            left -= 1
            try:
                answers[path] = bus.call_finish(answer).unpack()[0]
            except GLib.Error:
                pass  # it went
        for path in paths:
            self.bus.call(self.name, path, interface, method, values, None, 0, WAIT_MS, None, on_answer, path)
        while left:
            GLib.MainContext.default().iteration(True)
        return answers

    def find(self):
        """Whether it is there, with a window."""
        for name, path in self.call(ROOT, ACCESSIBLE, "GetChildren")[0]:
            if (self.pid in (None, self._pid_of(name))
                    and self.call(path, ACCESSIBLE, "GetChildren", None, name)[0]):
                self.name = name
                return True
        return False

    def _pid_of(self, name):
        return self.call("/", "org.freedesktop.DBus", "GetConnectionUnixProcessID",
                         GLib.Variant("(s)", (name,)), "org.freedesktop.DBus")[0]

    def read(self):
        """The root of it all."""
        below = self._read_structure()
        told = self.ask("/org/a11y/atspi/cache", "org.a11y.atspi.Cache", "GetItems").get_child_value(0)
        nodes = {node.path: node for node in (Node(self, told.get_child_value(i))
                                              for i in range(told.n_children()))}
        for path, children in below.items():
            for child in children:
                if path in nodes and child in nodes:  # or it came or went meanwhile
                    nodes[path].children.append(nodes[child])
                    nodes[child].parent = nodes[path]
        there = [node for node in nodes.values() if node.parent is not None]
        self.childless = {node.path for node in there if node.role in CHILDLESS}
        self.parents = [node.path for node in there if node.role not in CHILDLESS]
        return nodes[ROOT]

    def _read_structure(self):
        """The children of each, by path: at once of all that were there the last time, and then of who came. The
        list alone keeps what is hidden, and lacks whom nobody asked for."""
        below, asked = {}, {ROOT, *self.parents}
        while asked:
            told = self.call_all(asked, ACCESSIBLE, "GetChildren")
            below.update({path: [child for _, child in told.get(path, [])] for path in asked})
            asked = {child for path in asked for child in below[path]} - below.keys() - self.childless
        return below

    def choose_showing(self, nodes):
        """GTK 4.8 never says STATE_SHOWING; what has no size was never shown."""
        leaves = [node.path for node in nodes if not node.children]
        places = self.call_all(leaves, COMPONENT, "GetExtents", GLib.Variant("(u)", (IN_WINDOW,)))
        unseen = {path for path in leaves if not all(size > 0 for size in places.get(path, (0, 0, 0, 0))[2:])}
        return [node for node in nodes if node.path not in unseen]
