"""Distributed data parallel training (DDP): one process, or as many as torchrun starts, on one machine or several."""

import os

import torch
from torch import distributed
from torch.nn.parallel import DistributedDataParallel


class DDP:
    """Process group of one training; joined on entry, left on exit."""

    def __init__(self):
        # set by torchrun
        self.size, self.rank, self.local = (
            int(os.environ.get(name, default)) for name, default in (("WORLD_SIZE", 1), ("RANK", 0), ("LOCAL_RANK", 0))
        )
        self.device = f"cuda:{self.local}" if torch.cuda.is_available() else "cpu"

    def __enter__(self) -> "DDP":
        cuda = torch.cuda.is_available()
        if cuda:
            torch.cuda.set_device(self.device)
        if self.size > 1:
            distributed.init_process_group("nccl" if cuda else "gloo")
        return self

    def __exit__(self, *_):
        if self.size > 1:
            distributed.destroy_process_group()

    @property
    def leads(self) -> bool:
        """Whether this is rank 0, which writes the files."""
        return self.rank == 0

    @property
    def number(self) -> tuple[int, ...]:
        """Suffix of the random seed: the rank, or nothing for rank 0, so that one process alone draws the same."""
        return (self.rank,) if self.rank else ()

    def share(self, network: torch.nn.Module) -> torch.nn.Module:
        """``network`` with its gradients averaged over all processes at every step backward."""
        return DistributedDataParallel(network) if self.size > 1 else network
