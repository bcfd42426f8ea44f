#!/usr/bin/env python3
"""Run a command on a pseudo-terminal of its own and act on what it prints.

    tty.py [ACTION…] -- COMMAND…

Actions are done in order: expect=REGEX waits for it in the output, send=TEXT
types it (with C escapes), size=ROWSxCOLUMNS sets the window's size,
signal=NAME signals the command. The terminal begins as 24x80. Prints all of
the output and exits with the command's status (128 + n for signal n); 97
when an expectation is not met in time, 98 when the command does not end, 99
when it leaves the terminal in other modes than it found.
"""
import fcntl
import os
import re
import select
import signal
import struct
import sys
import termios
import time

PATIENCE = 20.0


class Terminal:
    def __init__(self, command):
        self.master, self.slave = os.openpty()
        self.output, self.seen = b"", 0
        self.resize(24, 80)
        self.modes = termios.tcgetattr(self.slave)
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self.master)
            self.become_session()
            os.execvp(command[0], command)

    def become_session(self):
        os.setsid()
        fcntl.ioctl(self.slave, termios.TIOCSCTTY, 0)
        for fd in range(3):
            os.dup2(self.slave, fd)
        os.close(self.slave)

    def resize(self, rows, columns):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ,
                    struct.pack("HHHH", rows, columns, 0, 0))

    def read(self, seconds):
        """Take what comes within seconds; false when nothing did."""
        if not select.select([self.master], [], [], seconds)[0]:
            return False
        self.output += os.read(self.master, 65536)
        return True

    def expect(self, pattern):
        end = time.monotonic() + PATIENCE
        while not (found := re.compile(pattern.encode()).search(
                self.output, self.seen)):
            if time.monotonic() > end:
                self.give_up(97, f"never saw {pattern!r}")
            self.read(0.05)
        self.seen = found.end()

    def send(self, text):
        typed = text.encode().decode("unicode_escape").encode("latin-1")
        os.write(self.master, typed)

    def wait(self):
        end = time.monotonic() + PATIENCE
        while True:
            self.read(0.02)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                break
            if time.monotonic() > end:
                self.give_up(98, "the command does not end")
        while self.read(0.02):
            pass
        return os.waitstatus_to_exitcode(status)

    def give_up(self, status, why):
        os.kill(self.pid, signal.SIGKILL)
        self.show()
        print(f"tty.py: {why}")
        sys.exit(status)

    def show(self):
        sys.stdout.write(self.output.decode(errors="replace")
                         .replace("\r\n", "\n"))
        sys.stdout.flush()


def main():
    split = sys.argv.index("--")
    terminal = Terminal(sys.argv[split + 1:])
    for action in sys.argv[1:split]:
        verb, _, value = action.partition("=")
        if verb == "expect":
            terminal.expect(value)
        elif verb == "send":
            terminal.send(value)
        elif verb == "size":
            terminal.resize(*map(int, value.split("x")))
        elif verb == "signal":
            os.kill(terminal.pid, signal.Signals["SIG" + value])
        else:
            sys.exit(f"tty.py: no such action: {action}")
    status = terminal.wait()
    terminal.show()
    if termios.tcgetattr(terminal.slave) != terminal.modes:
        print("tty.py: the terminal was left in other modes")
        sys.exit(99)
    sys.exit(status if status >= 0 else 128 - status)


main()
