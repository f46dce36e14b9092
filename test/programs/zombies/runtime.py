"""runtime.py <seconds> <call>: Python, whose main thread blocks for a second at a time while another one ticks."""

import asyncio
import json
import os
import select
import sys
import threading
import time

seconds, call = float(sys.argv[1]), sys.argv[2]
errors = []
over = threading.Event()


def say(**line):
    os.write(1, (json.dumps(line) + "\n").encode())


def check(what, found, wanted):
    if found != wanted:
        errors.append(f"{what} is {found!r} instead of {wanted!r}")


def check_time(what, start, wanted):
    passed = time.monotonic() - start
    if not wanted <= passed < wanted + 1:
        errors.append(f"{what} took {passed:.3f} s instead of {wanted}")


def tick():
    start = time.monotonic()
    for number in range(1, round(seconds * 10) + 1):
        time.sleep(max(0, start + number / 10 - time.monotonic()))
        if time.monotonic() - start - number / 10 > 0.5:
            errors.append(f"tick {number} is late")
        say(tick=number)
    over.set()


def block_in_select(reader):
    check("select", select.select([reader], [], [], 1), ([], [], []))


def block_in_event():
    check("Event.wait", threading.Event().wait(1), False)


async def echo():
    """A round trip over a socket, with a timer that it must beat."""

    async def answer(reader, writer):
        writer.write(await reader.readexactly(6))
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    writer.write(b"sexton")
    check("the echo", await asyncio.wait_for(reader.readexactly(6), 2), b"sexton")
    writer.close()
    server.close()


async def run_loop():
    while not over.is_set():
        start = time.monotonic()
        await asyncio.gather(asyncio.sleep(1), *(echo() for _ in range(3)))
        check_time("the loop", start, 1)


def block():
    reader, _writer = os.pipe()
    calls = {
        "sleep": lambda: time.sleep(1),
        "select": lambda: block_in_select(reader),
        "event": block_in_event,
        "fork": lambda: time.sleep(1),
    }
    while not over.is_set():
        start = time.monotonic()
        calls[call]()
        check_time(call, start, 1)


def fork_zombies():
    pids = []
    for code in (7, 8, 9):
        pid = os.fork()
        if pid == 0:
            os._exit(code)
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        pids.append(pid)
    return {"zombies": pids, "ends": [{"exitCode": code} for code in (7, 8, 9)]}


zombies = fork_zombies() if call == "fork" else {}
ticker = threading.Thread(target=tick)
ticker.start()
say(ready=True, call=call, **zombies)
try:
    if call == "asyncio":
        asyncio.run(run_loop())
    else:
        block()
except Exception as error:
    errors.append(repr(error))
ticker.join()
say(end=True, ok=not errors, errors=errors)
sys.exit(1 if errors else 0)
