"""What guarded errors name is named for good: a mark that is lost turns this red."""

from __future__ import annotations

import pytest

from tests.diagnosis.__main__ import diagnoses
from tests.diagnosis.fault import Fault
from tests.diagnosis.faults import FAULTS
from tests.diagnosis.known import MISSING
from tests.diagnosis.marks import Diagnosis

QUICK = ("settings-fee", "settings-misspelt", "books-fee_not_taken", "file-swapped", "policy-column")


def lost(found: Diagnosis) -> set[str]:
    missing = {name for name, there in found.guarded._asdict().items() if not there}
    return missing - MISSING.get(found.fault.id, (frozenset(), ""))[0]


def test_there_are_sixty_faults_with_ids_of_their_own() -> None:
    assert len({fault.id for fault in FAULTS}) == len(FAULTS) >= 60
    assert {fault.id for fault in FAULTS} >= {*MISSING, *QUICK}


def test_some_errors_name_everything() -> None:
    _judge([fault for fault in FAULTS if fault.id in QUICK])


@pytest.mark.slow
def test_every_error_names_everything_but_what_is_known() -> None:
    _judge(FAULTS)


def _judge(faults: list[Fault]) -> None:
    found = list(diagnoses(faults))
    assert {each.fault.id: lost(each) for each in found if lost(each)} == {}
    assert not any(each.bare.are_all for each in found)
