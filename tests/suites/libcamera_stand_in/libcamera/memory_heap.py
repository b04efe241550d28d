"""Stands in for `picamera2.dma_heap` on a kernel without DMA heaps: buffers are anonymous files in memory."""

import ctypes
import os

DMA_BUF_SYNC_READ, DMA_BUF_SYNC_WRITE, DMA_BUF_SYNC_RW = 1, 2, 3
DMA_BUF_SYNC_START, DMA_BUF_SYNC_END = 0, 4
DMA_BUF_IOCTL_SYNC = 0x5451
"""FIOCLEX, which every file takes: memory of a file needs no syncing."""


class dma_buf_sync(ctypes.Structure):  # noqa: N801 - picamera2's name
    _fields_ = [("flags", ctypes.c_uint64)]


class UniqueFD:
    def __init__(self, fd: int = -1) -> None:
        self._fd = fd

    def get(self) -> int:
        return self._fd

    def isValid(self) -> bool:  # noqa: N802 - picamera2's name
        return self._fd >= 0


class DmaHeap:
    def alloc(self, name: str, size: int) -> UniqueFD:
        fd = os.memfd_create(name)
        os.ftruncate(fd, size)
        return UniqueFD(fd)

    def close(self) -> None:
        """Nothing is open."""
