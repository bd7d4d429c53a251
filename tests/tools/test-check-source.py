#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gives tools/check-source small trees that break one rule each, and one that breaks none."""
import os
import subprocess
import sys
import tempfile

SPDX = "/* SPDX-License-Identifier: GPL-3.0-or-later */\n"
GOOD = {
    "meson.build": "# SPDX-License-Identifier: GPL-3.0-or-later\nlayers = [\n  ['common/base', []],  # ground\n"
                   "  ['server/store', ['common/base']],\n  ['server/billing', ['server/store']],\n"
                   "  ['server/app', ['server/billing']],\n]\n",
    "common/base/id.h": SPDX + "int id;\n",
    "server/store/store.h": SPDX + "#define CS_SQL(x) x\n",
    "server/billing/ledger-store.c": SPDX + '#include "server/store/store.h"\nint x = CS_SQL (1);\n',
    "server/billing/ledger.c": SPDX + '#include "common/base/id.h"\n/* sqlite3_open (here) is only told of */\n',
    "server/main.c": SPDX + '#include "server/billing/ledger.h"\n',
    "server/billing/ledger.h": SPDX,
    "tests/server/billing/test-ledger.c": SPDX + '#include "rig.h"\n#include "common/base/id.h"\n',
    "tests/server/billing/rig.h": SPDX,
    "tools/exceptions.txt": "# none\n",
}
# What is added to the good tree, and the line that must be printed ("": nothing).
CASES = [
    ({}, ""),
    ({"a.c": "int a;\n"}, "a.c:1: spdx"),
    ({"tools/run": "#!/bin/sh\necho\n"}, "tools/run:1: spdx"),
    ({"server/billing/ledger.c": SPDX + "\nint x = CS_SQL (1);\n"}, "server/billing/ledger.c:3: sql"),
    ({"server/billing/ledger.c": SPDX + "int x = sqlite3_open (1);\n"}, "server/billing/ledger.c:2: sql"),
    ({"server/billing/migrations.c": SPDX + "int x = CS_SQL (1);\n"}, ""),
    ({"tests/server/billing/test-x.c": SPDX + "int x = sqlite3_open (1);\n"}, ""),
    ({"server/billing/x.c": SPDX + "int x = g_get_real_time ();\n"}, "server/billing/x.c:2: clock"),
    ({"server/billing/x.c": SPDX + "int x = time (NULL);\n"}, "server/billing/x.c:2: clock"),
    ({"server/billing/x.c": SPDX + "int x = g_get_monotonic_time ();\n"}, "server/billing/x.c:2: clock"),
    ({"server/billing/x.c": SPDX + "int x = ct_time (NULL) + g_cond_wait_until (g_get_monotonic_time ());\n"}, ""),
    ({"server/billing/x.c": SPDX + "int x = g_get_real_time ();\n",
      "tools/exceptions.txt": "clock server/billing/x.c it must\n"}, ""),
    ({"tools/exceptions.txt": "clock server/billing/ledger.c it need not\n"}, "tools/exceptions.txt:1: exceptions"),
    ({"tools/exceptions.txt": "clock server/billing/ledger.c\n"}, "tools/exceptions.txt:1: exceptions"),
    ({"server/store/x.c": SPDX + '#include "server/billing/ledger.h"\n'}, "server/store/x.c:2: layer"),
    ({"common/base/x.c": SPDX + '#include "server/store/store.h"\n'}, "common/base/x.c:2: layer"),
    ({"tests/common/base/x.c": SPDX + '#include "server/store/store.h"\n'}, "tests/common/base/x.c:2: layer"),
    ({"tests/server/x.c": SPDX + '#include "../common/rig.h"\n'}, "tests/server/x.c:2: layer"),
    ({"tests/server/store/x.c": SPDX + '#include "../billing/rig.h"\n'}, ""),
    ({"server/billing/x.c": SPDX + '#include "ledger.h"\n'}, "server/billing/x.c:2: layer"),
    ({"server/billing/x.c": SPDX + '#include "elsewhere/ledger.h"\n'}, "server/billing/x.c:2: layer"),
    ({"docs/a.md": "see ../" + "shared/a.md\n"}, "docs/a.md:1: machine"),
    ({"docs/a.md": "\nin /" + "work/a.md\n"}, "docs/a.md:2: machine"),
    ({"docs/a.md": "/network/work and https://example.org/work\n"}, ""),
    ({"server/billing/x.c": SPDX + "int x;\n" * 600}, "server/billing/x.c:601: length"),
    ({"server/billing/x.c": SPDX + "int x;\n" * 599}, ""),
    ({"server/billing/x.c": SPDX + "/* TO" + "DO */\n"}, "server/billing/x.c:2: later"),
    ({"server/billing/x.c": SPDX + "int x = _ (\"Hello\");\n"}, ""),
    ({"server/billing/x.c": SPDX + "int x = _ (\"Hello\");\n", "po/POTFILES": ""}, "server/billing/x.c:2: potfiles"),
    ({"server/billing/x.c": SPDX + "int x = ct_text (language,\n \"Hello\");\n", "po/POTFILES": ""},
     "server/billing/x.c:2: potfiles"),
    ({"server/billing/x.c": SPDX + "/* _ (\"Hello\") */\n", "po/POTFILES": ""}, ""),
    ({"client/a.ui": SPDX + "<property translatable=\"yes\">", "po/POTFILES": ""}, "client/a.ui:2: potfiles"),
    ({"data/a.py": "# " + SPDX + "say(_(\"Hello\"))\n", "po/POTFILES": ""}, "data/a.py:2: potfiles"),
    ({"client/a.ui": SPDX + "<property translatable=\"yes\">", "po/POTFILES": "client/a.ui\n"}, ""),
    ({"server/billing/x.c": SPDX + "x (cs_scope_system ());\n"}, "server/billing/x.c:2: scope"),
    ({"server/billing/x.c": SPDX + "x (cs_scope_system ());\n",
      "server/base/scope.h": SPDX + "/*\n *   system server/billing/x.c  a job\n */\n"}, ""),
    ({"server/base/scope.h": SPDX + "/*\n *   system server/billing/x.c  a job\n */\n"},
     "server/base/scope.h:3: scope"),
    ({"server/billing/x-store.h": SPDX + "int\ncs_x_get (CsDb *db, int id,\n int more);\n"},
     "server/billing/x-store.h:3: scope"),
    ({"server/billing/x-store.h": SPDX + "int cs_x_get (CsDb *db, CsScope scope,\n int id);\n"}, ""),
    ({"server/billing/x-store.h": SPDX + "int cs_x_get (CsDb *db, int id);\n",
      "server/base/scope.h": SPDX + "/*\n *   bare cs_x_*  of a call\n */\n"}, ""),
    ({"server/billing/x.c": SPDX + "g_info (\"call %s: over\", x);\n"}, "server/billing/x.c:2: log"),
    ({"server/billing/x.c": SPDX + "cs_info (about, \"over\");\ng_info (\"%u calls\", x);\n"}, ""),
    ({"po/POTFILES": "# list\nclient/none.c\n"}, "po/POTFILES:2: potfiles"),
]


def run(check, files):
    with tempfile.TemporaryDirectory() as root:
        for path, text in files.items():
            os.makedirs(os.path.join(root, os.path.dirname(path)), exist_ok=True)
            with open(os.path.join(root, path), "w", encoding="utf-8") as file:
                file.write(text)
        done = subprocess.run([check, root], capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr


def main():
    failed = 0
    for number, (files, expected) in enumerate(CASES):
        code, output = run(sys.argv[1], {**GOOD, **files})
        lines = output.splitlines()
        good = (code, lines) == (0, []) if not expected else (
            code == 1 and len(lines) == 1 and lines[0].startswith(expected + ":"))
        if not good:
            failed += 1
            print(f"case {number}: expected {expected!r}, got {code} {output!r}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
