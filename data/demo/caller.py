# SPDX-License-Identifier: GPL-3.0-or-later
"""Callers: a small phone that rings a line as a customer would, presses a key when the menu asks, and
speaks a few sentences once somebody listens."""
import array
import os
import subprocess
import sys
import tempfile
import wave

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tests", "tools"))
from stranger import FRAME, RATE, Stranger, alaw_encode  # noqa: E402

SILENCE = bytes([alaw_encode(0)])
PAUSE = SILENCE * (3 * RATE)
BAKERY, PLUMBER = "+31205550118", "+390655501118"


class Part:
    """Who rings, where, and what is said there."""

    def __init__(self, name, number, line, owner, language, key, *sentences):
        self.name, self.number, self.line, self.owner = name, number, line, owner
        self.language, self.key, self.sentences = language, key, sentences


PARTS = (
    Part("Anna de Vries", "+31612345678", BAKERY, "jansen", "nl", "2",
         "Goedemiddag, met Anna de Vries. Ik wil graag twaalf broden bestellen.",
         "Anna de Vries.",
         "Ik kom ze morgenochtend halen.",
         "Dank u wel."),
    Part("Sem Bakker", "+31687654321", BAKERY, "jansen", "nl", "3",
         "Dag, met Sem Bakker. Zijn jullie zaterdag open?",
         "Sem Bakker is de naam.",
         "Kunt u doorgeven dat ik een taart wil bespreken?",
         "Fijn, dank u wel."),
    Part("Giulia Conti", "+390698765432", PLUMBER, "fontana", "it", None,
         "Pronto? C'è acqua dappertutto in cucina!",
         "Sì, esce ancora.",
         "Giulia Conti, via Garibaldi dodici.",
         "Grazie, faccia presto."),
)


def to_alaw(path):
    """A sound file of any rate, as the telephone carries it: each sample the mean of those it stands for."""
    with wave.open(path) as sound:
        rate, samples = sound.getframerate(), array.array("h", sound.readframes(sound.getnframes()))
    step = rate / RATE
    out = bytearray()
    for i in range(int(len(samples) / step)):
        window = samples[int(i * step):max(int((i + 1) * step), int(i * step) + 1)]
        out.append(alaw_encode(sum(window) / len(window)))
    return bytes(out)


def speak(sentences, language):
    """The sentences with pauses to listen, A-law; a silence where no voice is installed."""
    said = b""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "said.wav")
        for sentence in sentences:
            try:
                subprocess.run(["espeak-ng", "-v", language, "-s", "140", "-w", path, sentence], check=True,
                               capture_output=True)
            except (OSError, subprocess.CalledProcessError):
                return PAUSE
            said += to_alaw(path) + PAUSE
    return said


class Caller(Stranger):
    def __init__(self, sip_port, part):
        self.part = part
        self.voice = speak(part.sentences, part.language)
        self.pressed = False
        self.place = None  # in the voice, or None before somebody listens
        super().__init__(sip_port, part.number)

    def ring(self):
        self.call(self.part.line)

    def press_menu_key(self):
        """Once; the menu listens as soon as the greeting speaks."""
        if not self.pressed and self.part.key is not None and len(self.heard) > 6 * RATE:
            self.pressed = True
            self.press(self.part.key)

    def begin_to_speak(self):
        if self.place is None:
            self.place = 0

    def next_frame(self):
        if self.place is None:
            return SILENCE * FRAME
        frame = self.voice[self.place:self.place + FRAME]
        self.place = (self.place + FRAME) % max(len(self.voice), FRAME)
        return frame.ljust(FRAME, SILENCE)

    def is_over(self):
        return self.state in ("ended", "refused", "ending")
