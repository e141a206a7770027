"""How a test drives the peers of this folder: commands come as JSON lines on standard input, each naming its phone; events leave
as JSON lines on standard output. A command may carry "ref": its outcome is then an event "done" with that ref."""
import asyncio
import json
import sys
import time

START = time.monotonic()


def emit(phone, event, **fields):
    sys.stdout.write(json.dumps({"phone": phone, "event": event, "t": round(time.monotonic() - START, 4), **fields}) + "\n")
    sys.stdout.flush()


async def serve(run, in_order=True):
    """Runs the commands until there are no more; those of one phone one after the other unless they may wait for each other."""
    reader = asyncio.StreamReader(limit=64 * 1024 * 1024)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    queues, tasks = {}, set()
    emit(None, "started")
    while line := await reader.readline():
        command = json.loads(line)
        if not in_order:
            task = asyncio.ensure_future(_obey(run, command))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
            continue
        name = command["phone"]
        if name not in queues:
            queues[name] = asyncio.Queue()
            tasks.add(asyncio.ensure_future(_obey_all(run, queues[name])))
        queues[name].put_nowait(command)


async def _obey(run, command):
    """One command, and what came of it."""
    try:
        outcome = await run(command)
        emit(command.get("phone"), "done", ref=command.get("ref"), ok=True, **(outcome or {}))
    except Exception as fault:  # told to the test, which decides
        emit(command.get("phone"), "done", ref=command.get("ref"), ok=False, error=repr(fault))


async def _obey_all(run, queue):
    while True:
        await _obey(run, await queue.get())
