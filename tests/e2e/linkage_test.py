"""Each library that the program loads gets its C functions from where it was meant to."""

import os
import re
import subprocess
import unittest

PROGRAM = os.environ["BINARY_UNDER_TEST"]
BINDING = re.compile(r"binding file (\S+) \[\d+\] to (\S+) \[\d+\]: normal symbol `(\w+)'")


def bindings():
    """(who asks, who answers, name) of every symbol, as the dynamic loader tells it."""
    done = subprocess.run([PROGRAM, "--version"], capture_output=True, text=True, check=True,
                          env=os.environ | {"LD_BIND_NOW": "1", "LD_DEBUG": "bindings"})
    return [(os.path.basename(asks), os.path.basename(answers), name)
            for asks, answers, name in BINDING.findall(done.stderr)]


class Linkage(unittest.TestCase):
    def test_arrow_answers_for_nobodys_c_library(self):
        """Its wheel carries copies, an OpenSSL among them, and shows their names to everybody."""
        found = bindings()
        self.assertTrue(any(name == "EVP_sha256" for _, _, name in found), "nothing was read")
        bundles = ("libarrow.so", "libparquet.so")
        taken = [(asks, name) for asks, answers, name in found
                 if answers.startswith(bundles) and not asks.startswith(bundles)
                 and not name.startswith("_Z")]
        self.assertEqual(taken, [])


if __name__ == "__main__":
    unittest.main()
