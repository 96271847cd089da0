"""All faults that are planted."""

from __future__ import annotations

from tests.diagnosis.accounting_faults import ACCOUNTING
from tests.diagnosis.commands import FILES, POLICIES
from tests.diagnosis.example import EXCHANGE
from tests.diagnosis.fault import Fault
from tests.diagnosis.settings_faults import SETTINGS

FAULTS: list[Fault] = [*EXCHANGE, *SETTINGS, *ACCOUNTING, *FILES, *POLICIES]
