# SPDX-License-Identifier: GPL-3.0-or-later
"""Numbered pictures of the screen, when somebody wants to look."""
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
        if self.folder:
            self.desk.picture(os.path.join(self.folder, f"{self.n:02}-{name}.png"))
