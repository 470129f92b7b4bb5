#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""terminal.py COLUMNS ROWS COMMAND... - runs a command on a terminal of its own, and does what lines
of standard input say:

  wait REGEX      until a line of the screen matches; fails after 10 s
  gone REGEX      until none does
  key TEXT        types it, with \\e, \\r, \\t, \\x.. as Python has them
  size COLUMNS ROWS
  signal NAME     to the command
  run COMMAND     beside it, by the shell
  screen          prints the screen, without blanks at the ends of lines
  looks REGEX     prints the attributes with which what matches was drawn first
  end             waits until the command has ended, and prints "ended N"
  restored        prints "restored" if the terminal is as it was, else what is not
  colours         prints "colours" if any was ever set, else "none"
  raw REGEX       prints "yes" if what was written has it, else "no"

It knows of a terminal what ncurses uses of xterm and vt100."""
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
import unicodedata

PATIENCE = 10


class Screen:
    def __init__(self, columns, rows):
        self.state = ""
        self.alternate = False
        self.cursor = True
        self.coloured = False
        self.raw = ""
        self.resize(columns, rows)
        self.attributes = ""
        self.last = " "
        self.graphics = False
        self.inserts = False
        self.saved = (0, 0)

    def resize(self, columns, rows):
        self.columns, self.rows = columns, rows
        self.clear()
        self.row = self.column = 0
        self.top, self.bottom = 0, rows - 1

    def clear(self):
        self.cells = [self.blank() for _ in range(self.rows)]

    def blank(self):
        return [(" ", "")] * self.columns

    def lines(self):
        return ["".join(c for c, _ in row).rstrip() for row in self.cells]

    def feed(self, text):
        self.raw += text
        self.state += text
        while self.state:
            used = self.step(self.state)
            if not used:
                break
            self.state = self.state[used:]

    def step(self, text):
        c = text[0]
        # Behind the last column the next character alone goes to another line.
        if c < " ":
            self.column = min(self.column, self.columns - 1)
        if c == "\x1b":
            return self.escape(text)
        if c == "\r":
            self.column = 0
        elif c == "\n":
            self.line_feed()
        elif c == "\b":
            self.column = max(self.column - 1, 0)
        elif c == "\t":
            self.column = min((self.column // 8 + 1) * 8, self.columns - 1)
        elif c == "\x0e":
            self.graphics = True
        elif c == "\x0f":
            self.graphics = False
        elif c >= " ":
            self.put(c)
        return 1

    def put(self, c):
        if unicodedata.combining(c):
            return
        if self.column >= self.columns:
            self.column = 0
            self.line_feed()
        if self.inserts:
            self.cells[self.row].insert(self.column, (" ", ""))
            self.cells[self.row].pop()
        self.cells[self.row][self.column] = (c, self.attributes)
        self.last = c
        self.column += 1
        if unicodedata.east_asian_width(c) in "WF" and self.column < self.columns:
            self.cells[self.row][self.column] = ("", self.attributes)
            self.column += 1

    def line_feed(self):
        if self.row == self.bottom:
            del self.cells[self.top]
            self.cells.insert(self.bottom, self.blank())
        else:
            self.row = min(self.row + 1, self.rows - 1)

    def reverse_feed(self):
        if self.row == self.top:
            del self.cells[self.bottom]
            self.cells.insert(self.top, self.blank())
        else:
            self.row = max(self.row - 1, 0)

    def escape(self, text):
        if len(text) < 2:
            return 0
        if text[1] == "[":
            found = re.match(r"\x1b\[([?>!]?)([0-9;]*)([@-~])", text)
            if not found:
                return 0 if len(text) < 40 else 1
            self.control(*found.groups())
            return found.end()
        if text[1] in "()":
            return 3 if len(text) > 2 else 0
        if text[1] == "]":
            end = text.find("\x07")
            return end + 1 if end > 0 else 0
        if text[1] == "M":
            self.reverse_feed()
        elif text[1] == "7":
            self.saved = (self.row, self.column)
        elif text[1] == "8":
            self.row, self.column = self.saved
        return 2

    def control(self, private, numbers, final):
        n = [int(x or 0) for x in numbers.split(";")] if numbers else []
        first = n[0] if n and n[0] else 1
        if private == "?":
            for mode in n:
                if mode == 1049:
                    self.alternate = final == "h"
                    self.clear()
                elif mode == 25:
                    self.cursor = final == "h"
            return
        row = self.cells[self.row]
        at = min(self.column, self.columns - 1)
        if final in "hl":
            self.inserts = final == "h" if 4 in n else self.inserts
        elif final in "Hf":
            self.row = min(first, self.rows) - 1
            self.column = min(n[1] if len(n) > 1 and n[1] else 1, self.columns) - 1
        elif final == "A":
            self.row = max(self.row - first, 0)
        elif final == "B":
            self.row = min(self.row + first, self.rows - 1)
        elif final == "C":
            self.column = min(self.column + first, self.columns - 1)
        elif final == "D":
            self.column = max(self.column - first, 0)
        elif final == "G":
            self.column = min(first, self.columns) - 1
        elif final == "d":
            self.row = min(first, self.rows) - 1
        elif final == "K":
            kind = n[0] if n else 0
            start = at if kind == 0 else 0
            end = at + 1 if kind == 1 else self.columns
            row[start:end] = [(" ", "")] * (end - start)
        elif final == "J":
            kind = n[0] if n else 0
            if kind == 2:
                self.clear()
            elif kind == 0:
                row[at:] = [(" ", "")] * (self.columns - at)
                for below in range(self.row + 1, self.rows):
                    self.cells[below] = self.blank()
        elif final == "X":
            row[at:at + first] = [(" ", "")] * min(first, self.columns - at)
        elif final == "P":
            del row[at:at + first]
            row += [(" ", "")] * (self.columns - len(row))
        elif final == "@":
            row[at:at] = [(" ", "")] * first
            del row[self.columns:]
        elif final == "L":
            for _ in range(first):
                del self.cells[self.bottom]
                self.cells.insert(self.row, self.blank())
        elif final == "M":
            for _ in range(first):
                del self.cells[self.row]
                self.cells.insert(self.bottom, self.blank())
        elif final == "S":
            for _ in range(first):
                del self.cells[self.top]
                self.cells.insert(self.bottom, self.blank())
        elif final == "T":
            for _ in range(first):
                del self.cells[self.bottom]
                self.cells.insert(self.top, self.blank())
        elif final == "b":
            for _ in range(first):
                self.put(self.last)
        elif final == "r":
            self.top = first - 1
            self.bottom = (n[1] if len(n) > 1 and n[1] else self.rows) - 1
            self.row = self.column = 0
        elif final == "m":
            self.attribute(n)

    def attribute(self, numbers):
        for number in numbers or [0]:
            if number in (0, 39, 49):
                self.attributes = "" if number == 0 else self.attributes
            else:
                self.attributes = (self.attributes + " " + str(number)).strip()
            if 30 <= number <= 38 or 40 <= number <= 48 or 90 <= number <= 107:
                self.coloured = True


class Terminal:
    def __init__(self, columns, rows, command):
        self.screen = Screen(columns, rows)
        self.status = None
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.before = termios.tcgetattr(slave)
        self.master, self.slave = master, slave
        self.pid = os.fork()
        if not self.pid:
            os.setsid()
            fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
            for fd in range(3):
                os.dup2(slave, fd)
            os.close(master)
            os.execvp(command[0], command)

    def read(self, seconds):
        ready, _, _ = select.select([self.master], [], [], seconds)
        if ready:
            try:
                data = os.read(self.master, 65536)
            except OSError:
                return False
            self.screen.feed(data.decode("utf-8", "replace"))
        return bool(ready)

    def until(self, what, is_so):
        end = time.monotonic() + PATIENCE
        while not is_so():
            if time.monotonic() > end:
                print("no " + what + " on:")
                print("\n".join("    " + line for line in self.screen.lines()))
                return False
            self.read(0.05)
        return True

    def has(self, pattern):
        return any(re.search(pattern, line) for line in self.screen.lines())

    def looks(self, pattern):
        for number, line in enumerate(self.screen.lines()):
            found = re.search(pattern, line)
            if found:
                return self.screen.cells[number][found.start()][1] or "plain"
        return "nowhere"

    def restored(self):
        wrong = []
        if termios.tcgetattr(self.slave) != self.before:
            wrong.append("modes")
        if self.screen.alternate:
            wrong.append("page")
        if not self.screen.cursor:
            wrong.append("cursor")
        return "not restored: " + " ".join(wrong) if wrong else "restored"

    def do(self, word, rest):
        if word == "wait":
            return self.until(rest, lambda: self.has(rest))
        if word == "gone":
            return self.until("end of " + rest, lambda: not self.has(rest))
        if word == "key":
            os.write(self.master, rest.replace("\\e", "\\x1b").encode().decode(
                "unicode_escape").encode("latin-1"))
        elif word == "size":
            columns, rows = map(int, rest.split())
            self.screen.resize(columns, rows)
            fcntl.ioctl(self.slave, termios.TIOCSWINSZ,
                        struct.pack("HHHH", rows, columns, 0, 0))
        elif word == "signal":
            os.kill(self.pid, getattr(signal, "SIG" + rest))
        elif word == "run":
            return not subprocess.call(rest, shell=True, stdout=subprocess.DEVNULL)
        elif word == "screen":
            while self.read(0.2):
                pass
            print("\n".join(self.screen.lines()))
        elif word == "looks":
            print(self.looks(rest))
        elif word == "end":
            end = time.monotonic() + PATIENCE
            while self.status is None and time.monotonic() < end:
                self.read(0.05)
                pid, status = os.waitpid(self.pid, os.WNOHANG)
                if pid:
                    self.status = os.waitstatus_to_exitcode(status)
            while self.read(0.1):
                pass
            print("ended", self.status)
        elif word == "restored":
            print(self.restored())
        elif word == "colours":
            print("colours" if self.screen.coloured else "none")
        elif word == "raw":
            print("yes" if re.search(rest, self.screen.raw) else "no")
        else:
            raise ValueError(word)
        return True


def main():
    terminal = Terminal(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
    good = True
    for line in sys.stdin:
        word, _, rest = line.strip("\n").partition(" ")
        if word and good:
            good = terminal.do(word, rest)
            sys.stdout.flush()
    if terminal.status is None:
        os.kill(terminal.pid, signal.SIGKILL)
        os.waitpid(terminal.pid, 0)
    return 0 if good else 1


sys.exit(main())
