"""A cache on a network file system is refused, unless its policy takes the risk."""

from __future__ import annotations

from pathlib import Path

import pytest

from peakguard.kinds.cache import folder
from peakguard.kinds.cache.folder import check_folder, file_system_of
from peakguard.runtime.errors import PeakguardError
from tests.unit.cache.made import project

MOUNTS = r"""
22 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw
30 22 0:26 / /srv rw - nfs4 host:/srv rw
31 30 0:27 / /srv/local\040disk rw - xfs /dev/vdb rw
32 22 0:28 / /home rw - fuse.sshfs host: rw
broken line
"""


@pytest.mark.parametrize(
    ("path", "system"),
    [("/srv/a", "nfs4"), ("/srv", "nfs4"), ("/srvx", "ext4"), ("/srv/local disk/c", "xfs"), ("/home/me", "fuse.sshfs")],
)
def test_the_longest_mount_point_tells(tmp_path: Path, path: str, system: str) -> None:
    (tmp_path / "mounts").write_text(MOUNTS)
    assert file_system_of(path, str(tmp_path / "mounts")) == system
    assert file_system_of(path, str(tmp_path / "missing")) is None


def test_a_network_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mounts").write_text(MOUNTS)
    with pytest.raises(PeakguardError) as caught:
        check_folder("bars", "/srv/cache", str(tmp_path / "mounts"))
    assert (caught.value.code, caught.value.context["system"]) == ("PG2048", "nfs4")
    monkeypatch.setattr(folder, "_NETWORK", {file_system_of(str(tmp_path))})
    with pytest.raises(PeakguardError):
        project(tmp_path, "ttl: 1h").cache("bars")
    project(tmp_path, "ttl: 1h, network: true").cache("bars")
