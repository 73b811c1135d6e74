"""Fillers that take their time, die or remember where they ran: importable by processes that are started afresh."""

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from tests.workflows.surveys import Constant


@dataclass(frozen=True)
class Slow(Constant):
    """Takes some seconds for each gather."""

    seconds: float = 0.05

    def fill(self, gather, *, context=()):
        time.sleep(self.seconds)
        return super().fill(gather)


@dataclass(frozen=True)
class Deadly(Constant):
    """Kills its own process at the first gathers that it is given, until a folder holds so many notes of it."""

    folder: str = ""
    times: int = 1
    seconds: float = 0.0

    def fill(self, gather, *, context=()):
        notes = Path(self.folder)
        died = len(list(notes.iterdir()))
        if died < self.times:
            (notes / f"{died}-{os.getpid()}").touch()
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(self.seconds)
        return super().fill(gather)


@dataclass(frozen=True)
class Notes(Constant):
    """Leaves a note of the process and of the GPU that it sees."""

    folder: str = ""

    def fill(self, gather, *, context=()):
        (Path(self.folder) / f"{os.getpid()}-{os.environ.get('CUDA_VISIBLE_DEVICES')}").touch()
        time.sleep(0.02)
        return super().fill(gather)
