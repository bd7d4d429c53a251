# SPDX-License-Identifier: GPL-3.0-or-later
"""How long something lasted that is seen from outside only: each of its ends lies between two looks at the
clock. What another counted is compared with the least and the most that it can have been, so that a busy
machine makes the comparison coarser and never wrong."""
import time


class Span:
    """It may begin from now on."""

    def __init__(self):
        self.first = self.begun = self.ending = self.last = time.monotonic()

    def began(self):
        self.begun = time.monotonic()

    def ends(self):
        """It has not ended yet."""
        self.ending = time.monotonic()

    def ended(self):
        self.last = time.monotonic()

    def least(self):
        return self.ending - self.begun

    def most(self):
        return self.last - self.first

    def holds(self, seconds):
        """Whether so many completed seconds can have been counted, by one who hears of its beginning a moment
        after us."""
        return self.least() - 1.5 < seconds <= self.most()

    def __repr__(self):
        return f"between {self.least():.2f} and {self.most():.2f} s"
