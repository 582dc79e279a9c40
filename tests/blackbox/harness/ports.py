"""HeldPort, which the launcher of the brokers has too."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "kafka"))
from ports import HeldPort  # noqa: E402, F401: the path is set first
