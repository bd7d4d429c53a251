# SPDX-License-Identifier: GPL-3.0-or-later
"""What the terminal says: what is shown, what to do, and what happens, call by call."""
import gettext
import os
import time

_ = gettext.gettext


def speak_language_of(build):
    """The words come from the build's own catalogues, in the language of LANG."""
    global _
    _ = gettext.translation("centrale", os.path.join(build, "po"), fallback=True).gettext


def say(text=""):
    print(text, flush=True)


def tell(text):
    say(time.strftime("  %H:%M:%S  ") + text)


def begin():
    say(_("Centrale demo: a call centre that several companies share, on this machine only."))
    say()


def introduce(centre, folder):
    say(_("The server runs at {url}, with a certificate of the demo's own authority.").format(url=centre.url))
    say()
    say(_("  Zoë answers calls:      domain noordster.example, user zoe, password demo-demo"))
    say(_("  Piet owns the bakery:   domain noordster.example, user jansen, password demo-demo"))
    say(_("  Tom, without a window:  he lacks the bakery's badge, so no call of it reaches him"))
    say()
    if centre.mail_folder is not None:
        say(_("Messages to the companies arrive in {folder}").format(folder=centre.mail_folder))
    else:
        say(_("No mail server is here (python3-aiosmtpd): messages to the companies wait in the server."))
    say(_("Logs and data are in {folder}").format(folder=folder))
    say()


def say_what_to_do():
    say(_("What to do:"))
    say(_("  1. Type the password demo-demo in both windows: Zoë's desk and the bakery's dashboard."))
    say(_("  2. At the desk become available: Ctrl+Shift+A."))
    say(_("  3. A customer rings soon. Press F2 to answer, follow the script with Enter, F8 to hang up."))
    say(_("  4. Finish the wrap-up with Ctrl+Enter; look at the call in the dashboard."))
    say(_("Ctrl+C ends the demo and stops everything it started."))
    say()


class Teller:
    """Compares what the owners see with what they saw, and tells the difference."""

    def __init__(self, centre, owners, names):
        self.centre = centre
        self.owners = owners
        self.names = names  # of the callers, by number
        self.seen = {}
        self.told = set()
        self.mails = centre.mails()

    def find(self, caller):
        """The live call of this number, as its owner sees it."""
        return next((call for call in self.seen.values() if call.get("caller") == caller), None)

    def look(self):
        live = {}
        for owner in self.owners:
            board = self.centre.dashboard(owner)
            for call in board.get("live") or []:
                live[call["id"]] = call
                if call["state"] != self.seen.get(call["id"], {}).get("state"):
                    self._tell_state(call)
            for call in board.get("today") or []:
                if call["id"] in self.seen and call["id"] not in self.told:
                    self.told.add(call["id"])
                    self._tell_end(call, board)
        self.seen = live
        if self.centre.mails() > self.mails:
            self.mails = self.centre.mails()
            tell(_("The message has reached the company by mail."))

    def _caller(self, call):
        number = call.get("caller", "?")
        return self.names.get(number, number)

    def _tell_state(self, call):
        company = call["company_name"]
        texts = {
            "ivr": _("{caller} calls {company} and hears the greeting."),
            "queued": _("{caller} waits for an e-agent who may answer for {company}."),
            "offered": _("The phone of {agent} rings for {company}: press F2 to answer."),
            "talking": _("{agent} talks with {caller}; {company} pays {rate} {second}."),
            "held": _("{agent} has put {caller} on hold."),
            "onward": _("{caller} is connected through."),
        }
        text = texts.get(call["state"])
        if text is not None:
            tell(text.format(caller=self._caller(call), company=company,
                             agent=call.get("agent_name", "?"), rate=money(call.get("rate")),
                             second=_("a second")))

    def _tell_end(self, call, board):
        if call.get("answered"):
            tell(_("The call is over: {seconds} s, {cost}; {company} has {credit} left.").format(
                seconds=call.get("seconds", 0), cost=money(call.get("cost")),
                company=board["name"], credit=money(board["credit"])))
        else:
            tell(_("{caller} was not answered.").format(caller=self._caller(call)))


def money(micro):
    return f"€ {(micro or 0) / 1e6:.2f}"
