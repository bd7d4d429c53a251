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
    # Translators: {url} is an address such as https://127.0.0.1:8443
    say(_("The server runs at {url}, with a certificate of the demo's own authority.").format(url=centre.url))
    say(_("Three people work with it; domain noordster.example, password demo-demo:"))
    say("  zoe     " + _("Zoë Dekker answers calls at the desk"))
    say("  jansen  " + _("Piet Jansen owns the bakery and watches its dashboard"))
    say("  tom     " + _("Tom Visser is there without a window; he lacks the badge, so no call reaches him"))
    if centre.mail_folder is not None:
        # Translators: {folder} is a path
        say(_("Messages to the companies arrive in {folder}").format(folder=centre.mail_folder))
    else:
        say(_("No mail server is here (python3-aiosmtpd): messages to the companies wait in the server."))
    # Translators: {folder} is a path
    say(_("Data and logs are in {folder}").format(folder=folder))
    say()


def say_what_to_do():
    say(_("What to do:"))
    say("  1. " + _("Type the password in both windows: Zoë's desk and the bakery's dashboard."))
    say("  2. " + _("At the desk become available: Ctrl+Shift+A."))
    say("  3. " + _("A customer rings soon. Press F2 to answer, Enter for the next step, F8 to hang up."))
    say("  4. " + _("Finish the wrap-up with Ctrl+Enter, and look at the call in the dashboard."))
    say(_("Ctrl+C ends the demo and stops everything it started."))
    say()


def say_virtual():
    say(_("No display is used: the windows are on a virtual one, and Zoë answers one call by herself."))
    say()


def say_windows_closed():
    say(_("Both windows are closed: the demo ends."))


def say_stopped(logs):
    say(_("Everything is stopped."))
    if logs is not None:
        say(_("Data and logs are in {folder}").format(folder=logs))


def tell_picture(path):
    # Translators: {path} is a file
    tell(_("Picture: {path}").format(path=path))


def no_window(user, log):
    # Translators: {user} is a user name, {log} a file
    return _("The window of {user} did not open; see {log}").format(user=user, log=log)


def in_vain(state):
    # Translators: {state} is a word of the program, not translated, as "talking"
    return _("Zoë did not come to this state in time: {state}").format(state=state)


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
        # Translators: {caller} and {agent} are names of people, {company} is one of a company, {rate} an amount
        texts = {
            "ivr": _("{caller} calls {company} and hears the greeting."),
            "queued": _("{caller} waits for an e-agent who may answer for {company}."),
            "offered": _("The phone of {agent} rings for {company}: F2 answers."),
            "talking": _("{agent} talks with {caller}; {company} pays {rate} a second."),
            "held": _("{agent} has put {caller} on hold."),
            "onward": _("{caller} is connected through."),
        }
        text = texts.get(call["state"])
        if text is not None:
            tell(text.format(caller=self._caller(call), company=call["company_name"],
                             agent=call.get("agent_name", "?"), rate=money(call.get("rate"))))

    def _tell_end(self, call, board):
        if call.get("answered"):
            # Translators: {seconds} is a number, {cost} and {credit} are amounts, {company} is a name
            tell(_("The call is over: {seconds} s, {cost}; {company} has {credit} left.").format(
                seconds=call.get("seconds", 0), cost=money(call.get("cost")),
                company=board["name"], credit=money(board["credit"])))
        else:
            tell(_("{caller} was not answered.").format(caller=self._caller(call)))


def money(micro):
    return f"€ {(micro or 0) / 1e6:.2f}"
