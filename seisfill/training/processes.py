"""Processes that share a training: who draws which chunks of a batch, sums over all, and one voice."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, distributed, nn

from seisfill.errors import InvalidParameterError


@dataclass(frozen=True, slots=True, kw_only=True)
class Processes:
    """
    One process among those of a training.

    Parameters
    ----------
    rank, count : int
        Its number, and how many there are.
    device : str
        Where it computes.
    """

    rank: int = 0
    count: int = 1
    device: str = "cpu"

    @property
    def leads(self) -> bool:
        """Whether this is the one that writes."""
        return self.rank == 0

    def share(self, n_chunks: int) -> range:
        """
        Chunks of a batch that this process draws.

        Examples
        --------
        >>> [Processes(rank=rank, count=3).share(8) for rank in range(3)]
        [range(0, 2), range(2, 5), range(5, 8)]
        """
        if n_chunks < self.count:
            raise InvalidParameterError(
                f"Invalid number of processes {self.count}: must be at most {n_chunks}, the chunks of a batch. "
                "Raise batch, or lower --nproc-per-node."
            )
        return range(self.rank * n_chunks // self.count, (self.rank + 1) * n_chunks // self.count)

    def total(self, number: Tensor) -> Tensor:
        """Sum over all processes, without a gradient."""
        if self.count == 1:
            return number
        number = number.detach().clone()
        distributed.all_reduce(number)
        return number

    def agree(self, word: bool) -> bool:
        """What the leading process says."""
        if self.count == 1:
            return word
        told = torch.tensor(float(word), device=self.device)
        distributed.broadcast(told, 0)
        return bool(told)

    def wait(self) -> None:
        """Go on when all are here."""
        if self.count > 1:
            distributed.barrier()

    def wrap(self, network: nn.Module) -> nn.Module:
        """Network whose gradients are means over the processes."""
        if self.count == 1:
            return network
        return nn.parallel.DistributedDataParallel(network, broadcast_buffers=False)


@contextmanager
def join_processes(device: str) -> Iterator[Processes]:
    """
    Meet the other processes that ``torchrun`` started; alone where it did not.

    Parameters
    ----------
    device : str
        ``cpu`` (they talk by gloo) or ``cuda`` (by nccl, each on the GPU of its local rank).
    """
    count = int(os.environ.get("WORLD_SIZE", "1"))
    if count == 1:
        yield Processes(device=device)
        return
    if device == "cuda":
        device = f"cuda:{os.environ['LOCAL_RANK']}"
        torch.cuda.set_device(device)
    distributed.init_process_group("gloo" if device == "cpu" else "nccl")
    try:
        yield Processes(rank=distributed.get_rank(), count=count, device=device)
    finally:
        distributed.destroy_process_group()
