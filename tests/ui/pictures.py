# SPDX-License-Identifier: GPL-3.0-or-later
"""Stages of a test: numbered pictures of the screen when somebody wants to look, and at each the check that
all on it that can be pressed or typed into has a name for a screen reader."""
import os


class Pictures:
    def __init__(self, desk, folder):
        """@folder: a list with at most one folder in it."""
        self.desk = desk
        self.folder = folder[0] if folder else None
        self.n = 0
        if self.folder:
            os.makedirs(self.folder, exist_ok=True)

    def take(self, name):
        self.n += 1
        nameless = self.desk.nameless()
        if nameless:  # while it changed, perhaps
            nameless = self.desk.nameless()
        assert not nameless, f"{name}: nothing is said of {nameless}"
        if self.folder:
            self.desk.picture(os.path.join(self.folder, f"{self.n:02}-{name}.png"))
