"""Blocks turned into COPY text by as many processes as there are processors, in order and only a few ahead."""

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor

from apps.contacts.seeding.people import BlockWriter, Written
from apps.contacts.seeding.plan import Block, Plan, blocks_of

# Below this, starting processes takes longer than they save.
CONTACTS_WORTH_A_POOL = 100_000
MOST_PROCESSES = 4

_writer: BlockWriter | None = None  # of this worker process


def written_blocks(plan: Plan, *, processes: int | None = None) -> Iterator[Written]:
    """Every block in order; the same whatever the number of processes."""
    blocks = blocks_of(plan.count, plan.seed)
    if processes is None:
        available = os.cpu_count() or 1
        processes = min(available, MOST_PROCESSES) if plan.count >= CONTACTS_WORTH_A_POOL else 1
    if processes == 1:
        writer = BlockWriter(plan)
        for block in blocks:
            yield writer.write(block)
    else:
        yield from _written_by_pool(plan, blocks, processes)


def _written_by_pool(plan: Plan, blocks: list[Block], processes: int) -> Iterator[Written]:
    # Fresh processes: a forked one would share our database connection.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(processes, mp_context=context, initializer=_start_worker, initargs=(plan,))
    coming: deque[Future[Written]] = deque()
    try:
        for block in blocks:
            coming.append(pool.submit(_write, block))
            if len(coming) > 2 * processes:
                yield coming.popleft().result()
        while coming:
            yield coming.popleft().result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _start_worker(plan: Plan) -> None:
    global _writer
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent hears Ctrl-C and tells us
    _writer = BlockWriter(plan)


def _write(block: Block) -> Written:
    assert _writer is not None
    return _writer.write(block)
