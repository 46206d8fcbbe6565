"""Measures a process from outside: wall time, CPU time, peak of private memory (RssAnon).

    measure.py statement 'SQL' psql …         the backend that runs the statement
    measure.py stage NAME USER_ID psql …      the worker of a full pass during this stage
    measure.py pass USER_ID psql …            the worker of a full pass, stage by stage
    measure.py server USER_ID psql …          all processes of the server during a full pass
    measure.py python FILE                    python3 json.load of the file, to compare with

Prints what the statement gave, if anything, and a line "seconds cpu_seconds megabytes"; of a pass for
each stage a line "stage seconds megabytes"; of a server "seconds cpu_seconds requests".
"""

import json
import os
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


class Samples:
    """What a process holds, look by look, with the time."""

    def __init__(self, pid):
        self.looks = []
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.run, args=(pid,))
        self.thread.start()

    def run(self, pid):
        while not self.ended.wait(INTERVAL):
            try:
                self.looks.append((time.time(), private_megabytes(pid)))
            except FileNotFoundError:
                return

    def stop(self):
        self.ended.set()
        self.thread.join()


def measure_pass(user_id, command):
    session = Session(command)
    row = f"FROM soulprint.full_passes WHERE id = {session.ask(f'SELECT soulprint_start_full_pass({user_id!r})')}"
    while not (pid := session.ask(f"SELECT pid {row} AND state = 'running'")):
        time.sleep(INTERVAL)
    samples = Samples(int(pid))
    while (state := session.ask(f"SELECT state {row}")) == "running":
        time.sleep(10 * INTERVAL)
    samples.stop()
    if state != "done":
        sys.exit(f"the pass is {state}: " + session.ask(f"SELECT error {row}"))
    # The stages follow each other without a gap.  ended_at is when the transaction that publishes began.
    now = time.time()
    seconds = json.loads(session.ask(f"SELECT stage_seconds {row}"))
    ended = float(session.ask(f"SELECT extract(epoch FROM ended_at) {row}"))
    began = ended - sum(seconds.values())
    seconds["publish"] = now - ended + seconds.get("publish", 0)
    for stage in ("chunks", "facts", "reduce", "memory", "sections", "publish"):
        took = seconds.get(stage, 0)
        looks = [held for at, held in samples.looks if began <= at < began + took]
        began += took
        print(f"{stage} {took:.1f} {max(looks, default=0):.1f}")


def server_cpu_seconds(postmaster):
    """Of the postmaster and its children, also those that have ended."""
    ticks = 0
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/stat") as stat:
                # After the name, which may contain anything: state, parent, …
                fields = stat.read().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(pid) == postmaster:
            ticks += sum(int(field) for field in fields[11:15])
        elif int(fields[1]) == postmaster:
            ticks += sum(int(field) for field in fields[11:13])
    return ticks / os.sysconf("SC_CLK_TCK")


def measure_server(user_id, command):
    session = Session(command)
    backend = session.ask("SELECT pg_backend_pid()")
    with open(f"/proc/{backend}/stat") as stat:
        postmaster = int(stat.read().rpartition(")")[2].split()[1])
    began = time.monotonic()
    cpu_before = server_cpu_seconds(postmaster)
    row = f"FROM soulprint.full_passes WHERE id = {session.ask(f'SELECT soulprint_start_full_pass({user_id!r})')}"
    while (state := session.ask(f"SELECT state {row}")) in ("queued", "running"):
        time.sleep(10 * INTERVAL)
    seconds = time.monotonic() - began
    cpu = server_cpu_seconds(postmaster) - cpu_before
    if state != "done":
        sys.exit(f"the pass is {state}: " + session.ask(f"SELECT error {row}"))
    print(f"{seconds:.3f} {cpu:.3f} " + session.ask(f"SELECT calls_made {row}"))


def measure_python(path):
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
elif sys.argv[1] == "pass":
    measure_pass(sys.argv[2], sys.argv[3:])
elif sys.argv[1] == "server":
    measure_server(sys.argv[2], sys.argv[3:])
else:
    measure_python(sys.argv[2])
