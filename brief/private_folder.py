"""Folders that only their owner can read, also where root uses that of somebody else."""

from __future__ import annotations

import contextlib
import os
import pwd
from collections.abc import Iterator
from pathlib import Path

from brief.errors import StoreError


def owner_of(folder: Path) -> int:
    """Return the user whose server a folder has: root is let into everybody's, and starts it as theirs.

    The verbs of an operator need that: the folder of a systemd service belongs to a user that only the service has.
    """
    if os.getuid() == 0:
        for path in (folder, folder.parent):
            with contextlib.suppress(OSError):
                return path.lstat().st_uid
    return os.getuid()


def group_of(owner: int) -> int:
    """Return the group of a user; one that systemd made up has the same number."""
    try:
        return pwd.getpwuid(owner).pw_gid
    except KeyError:
        return owner


@contextlib.contextmanager
def acting_as(owner: int) -> Iterator[None]:
    """Do to files what another user may do, who could have put links where root is to follow them."""
    if owner == os.geteuid():
        yield
        return
    os.seteuid(owner)
    try:
        yield
    finally:
        os.seteuid(0)


def opened_private(folder: Path, owner: int) -> int:
    """Return the folder, opened, made for and readable by its owner alone.

    Raises StoreError when it is somebody else's. Who is no root makes the folders above it, too.
    """
    try:
        if owner == os.getuid():
            folder.parent.mkdir(parents=True, exist_ok=True)
        above = os.open(folder.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            with acting_as(owner):
                with contextlib.suppress(FileExistsError):
                    os.mkdir(folder.name, 0o700, dir_fd=above)
                opened = os.open(folder.name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=above)
        finally:
            os.close(above)
        if os.fstat(opened).st_uid != owner:
            os.close(opened)
            raise StoreError(f"{folder} belongs to somebody else: be that user or root, or set PAPERBOY_DATA_DIR")
        with acting_as(owner):
            os.fchmod(opened, 0o700)
    except OSError as error:
        raise StoreError(
            f"cannot use {folder} ({error.strerror}): set PAPERBOY_DATA_DIR to a folder of yours"
        ) from error
    return opened
