"""Where the data folders `grammar` and `rules` are: inside the installed package, or in a checkout."""

from __future__ import annotations

import functools
from pathlib import Path


@functools.cache
def data_dir(kind: str) -> Path:
    """The folder `grammar` or `rules`, from the wheel or from the checkout that this file lies in.

    >>> (data_dir("grammar") / "variables.yaml").is_file()
    True
    """
    here = Path(__file__).resolve()
    installed = here.parent / "_data" / kind
    if installed.is_dir():
        return installed
    checkout = here.parents[2]
    if (checkout / "pyproject.toml").is_file() and (checkout / kind).is_dir():
        return checkout / kind
    raise FileNotFoundError(kind)
