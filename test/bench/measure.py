"""Measures a process from outside: wall time, CPU time, peak of private memory (RssAnon).

    measure.py statement 'SQL' psql …         the backend that runs the statement
    measure.py stage NAME USER_ID psql …      the worker of a full pass during this stage
    measure.py python FILE                    python3 json.load of the file, to compare with

Prints what the statement gave, if anything, and a line "seconds cpu_seconds megabytes".
"""

import subprocess
import sys
import threading
import time

INTERVAL = 0.01


def cpu_seconds(pid):
    """Of the main thread, which does the work."""
    with open(f"/proc/{pid}/schedstat") as schedstat:
        return int(schedstat.read().split()[0]) / 1e9


def private_megabytes(pid):
    with open(f"/proc/{pid}/status") as status:
        for line in status:
            if line.startswith("RssAnon:"):
                return int(line.split()[1]) / 1024
    return 0.0


class Watch:
    """What a process uses from now on."""

    def __init__(self, pid):
        self.pid = pid
        self.began = time.monotonic()
        self.cpu_before = cpu_seconds(pid)
        self.peak = private_megabytes(pid)
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        while not self.ended.wait(INTERVAL):
            try:
                self.peak = max(self.peak, private_megabytes(self.pid))
            except FileNotFoundError:
                return

    def stop(self):
        seconds = time.monotonic() - self.began
        cpu = cpu_seconds(self.pid) - self.cpu_before
        self.ended.set()
        self.thread.join()
        print(f"{seconds:.3f} {cpu:.3f} {self.peak:.1f}")


class Session:
    """One psql, asked again and again."""

    def __init__(self, command):
        self.psql = subprocess.Popen(
            command + ["-A", "-t"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def ask(self, statement):
        self.psql.stdin.write(f"{statement};\n\\echo .\n")
        self.psql.stdin.flush()
        answer = []
        for line in self.psql.stdout:
            if line == ".\n":
                return "".join(answer).strip()
            answer.append(line)
        sys.exit(f"psql ended: {statement}")


def measure_statement(statement, command):
    session = Session(command)
    watch = Watch(int(session.ask("SELECT pg_backend_pid()")))
    answer = session.ask(statement)
    watch.stop()
    print(answer)


def measure_stage(name, user_id, command):
    session = Session(command)
    look = f"SELECT pid, stage FROM soulprint_progress WHERE state = 'running' AND user_id = '{user_id}'"
    session.ask(f"SELECT soulprint_start_full_pass('{user_id}')")
    watch = None
    while True:
        pid, _, stage = session.ask(look).partition("|")
        if stage == name and watch is None:
            watch = Watch(int(pid))
        elif watch and stage != name:
            watch.stop()
            session.ask(f"SELECT soulprint_cancel_full_pass('{user_id}')")
            return
        time.sleep(INTERVAL)


def measure_python(path):
    import json
    import resource

    began = time.monotonic()
    with open(path, encoding="utf-8") as export:
        json.load(export)
    usage = resource.getrusage(resource.RUSAGE_SELF)
    seconds = time.monotonic() - began
    print(f"{seconds:.3f} {usage.ru_utime + usage.ru_stime:.3f} {usage.ru_maxrss / 1024:.1f}")


if sys.argv[1] == "statement":
    measure_statement(sys.argv[2], sys.argv[3:])
elif sys.argv[1] == "stage":
    measure_stage(sys.argv[2], sys.argv[3], sys.argv[4:])
else:
    measure_python(sys.argv[2])
