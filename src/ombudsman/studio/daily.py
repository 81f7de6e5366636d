"""What is done again and again beside everything else, as long as the server runs."""

import datetime as dt
import logging
import threading
from collections.abc import Callable
from typing import Self

from ombudsman.model.errors import OmbudsmanError

logger = logging.getLogger(__name__)


class Daily:
    """Does something in a thread of its own, the first time after `every`, until it is left.

    What fails is told in the log and tried again at its next time.
    """

    def __init__(
        self, act: Callable[[], object], *, every: dt.timedelta = dt.timedelta(days=1)
    ) -> None:
        self._act = act
        self._every_s = every.total_seconds()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._again, name="daily", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _again(self) -> None:
        while not self._over.wait(self._every_s):
            try:
                self._act()
            except OmbudsmanError as error:
                logger.warning("what is done daily failed: %s", error.code)
            except Exception as error:  # noqa: BLE001 - one fault must not end all the days after it
                logger.error("what is done daily broke: %s", type(error).__name__)  # noqa: TRY400 - its words may hold values
