"""`load`, `check`, `validate`: the public names."""

from __future__ import annotations

import pickle
import threading
from pathlib import Path

import polars as pl
import pytest

import peakguard
from tests.functional.policies import CONTRACT, ERRORS

GOOD = pl.DataFrame({"symbol": ["A", "B"], "high": [2.0, 3.0], "low": [1.0, 1.0]})
BAD = pl.DataFrame({"symbol": ["A", "B"], "high": [2.0, 0.5], "low": [1.0, 1.0]})


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, text in {"policies/errors.yaml": ERRORS, "contracts/bars.yaml": CONTRACT}.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return tmp_path


def test_the_public_names_are_those_of_the_design_that_exist() -> None:
    assert peakguard.__all__ == sorted(peakguard.__all__)
    assert set(peakguard.__all__) <= {
        "load", "check", "validate", "collect_violations", "guard", "attach", "run", "cached", "checkpoint",
        "set_testing", "PolicySet", "Diagnostic", "Violation", "PeakguardError", "PolicyError", "ContractViolation",
    }  # fmt: skip # the list of the design, as it stands there
    for name in peakguard.__all__:
        assert getattr(peakguard, name).__name__ == name
    with pytest.raises(AttributeError):
        peakguard.nothing  # noqa: B018 # asking is the point


def test_a_bad_frame_is_refused_with_code_rows_and_values(root: Path) -> None:
    contract = peakguard.load(root).contract("bars")
    with pytest.raises(peakguard.ContractViolation) as caught:
        contract.validate(BAD)
    assert caught.value.code == "PT-1001"
    (violation,) = caught.value.violations
    assert (violation.rule, violation.rows, violation.failed) == ("rules.ordered", (1,), 1)
    assert violation.examples[0].values == {"high": 0.5, "low": 1.0}
    assert "rules.ordered" in str(caught.value)


def test_a_demand_without_a_code_of_its_own_raises_ours(root: Path) -> None:
    (root / "contracts" / "bars.yaml").write_text(CONTRACT.replace(", error: PT-1001", ""))
    with pytest.raises(peakguard.ContractViolation) as caught:
        peakguard.load(root).contract("bars").validate(BAD)
    assert caught.value.code == "PG2001"


@pytest.mark.parametrize(("share", "passes"), [("0.5", True), ("0.49", False)])
def test_a_share_that_is_just_allowed_passes(root: Path, share: str, *, passes: bool) -> None:
    text = CONTRACT.replace(", error: PT-1001", f", error: PT-1001, max_fail_rate: {share}")
    (root / "contracts" / "bars.yaml").write_text(text)
    assert (peakguard.load(root).contract("bars").collect_violations(BAD) == ()) == passes


def test_a_good_frame_comes_back(root: Path) -> None:
    assert peakguard.load(root).contract("bars").validate(GOOD).equals(GOOD)


def test_the_module_functions_use_the_project_of_the_current_folder(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from peakguard.api.policies import default_policies

    monkeypatch.chdir(root)
    default_policies.cache_clear()
    try:
        assert peakguard.validate(GOOD, "bars").equals(GOOD)
        assert [each.rule for each in peakguard.collect_violations(BAD, "bars")] == ["rules.ordered"]
    finally:
        default_policies.cache_clear()


def test_policies_with_errors_are_refused_with_every_finding(root: Path) -> None:
    (root / "contracts" / "bars.yaml").write_text(CONTRACT.replace("high >= low", "hgh >= lo"))
    found = peakguard.check(root)
    assert [each.code for each in found] == ["PG311", "PG311"]
    with pytest.raises(peakguard.PolicyError) as caught:
        peakguard.load(root)
    assert caught.value.code == "PG2002"
    assert caught.value.diagnostics == tuple(found)


def test_check_never_raises_for_a_bad_policy(root: Path) -> None:
    (root / "policies" / "errors.yaml").write_bytes(b"\xff\x00")
    assert "PG102" in [each.code for each in peakguard.check(root)]


def test_an_unknown_contract_is_named_with_the_nearest(root: Path) -> None:
    with pytest.raises(peakguard.PeakguardError) as caught:
        peakguard.load(root).contract("barz")
    assert caught.value.code == "PG2005"
    assert "`bars`" in str(caught.value)


def test_something_that_is_no_frame_is_refused(root: Path) -> None:
    with pytest.raises(peakguard.PeakguardError) as caught:
        peakguard.load(root).contract("bars").validate([1, 2])
    assert caught.value.code == "PG2006"


def test_a_policy_set_and_its_errors_travel_between_processes(root: Path) -> None:
    policies = pickle.loads(pickle.dumps(peakguard.load(root)))
    assert policies.digest == peakguard.load(root).digest
    with pytest.raises(peakguard.ContractViolation) as caught:
        policies.contract("bars").validate(BAD)
    copy = pickle.loads(pickle.dumps(caught.value))
    assert (str(copy), copy.code, copy.violations) == (str(caught.value), caught.value.code, caught.value.violations)


def test_the_digest_names_the_policies(root: Path) -> None:
    before = peakguard.load(root).digest
    (root / "policies" / "errors.yaml").write_text(ERRORS.replace("A bar is bad", "Bad bar"))
    assert peakguard.load(root).digest != before


def test_an_artefact_that_is_damaged_is_not_used(root: Path) -> None:
    digest = peakguard.load(root).digest
    path = root / ".peakguard" / "compiled" / digest
    for damage in (path.read_bytes()[:-10], b"", b"x", path.read_bytes().replace(b"high", b"hugh")):
        path.write_bytes(damage)
        with pytest.raises(peakguard.ContractViolation):
            peakguard.load(root).contract("bars").validate(BAD)
        assert path.read_bytes() != damage


def test_a_policy_set_is_shared_between_threads(root: Path) -> None:
    policies = peakguard.load(root)
    found: list[int] = []

    def work() -> None:
        found.append(id(policies.contract("bars")))

    threads = [threading.Thread(target=work) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 1


@pytest.mark.parametrize("header", ["mode: observe", "mode: 'off'", "on_violation: observe"])
def test_a_contract_that_only_observes_never_raises(root: Path, header: str) -> None:
    (root / "contracts" / "bars.yaml").write_text(CONTRACT.replace("version: 1.0.0\n", f"version: 1.0.0\n{header}\n"))
    contract = peakguard.load(root).contract("bars")
    assert contract.validate(BAD).equals(BAD)
    assert contract.collect_violations(BAD) == ()
    assert bool(contract.inspect(BAD).violations) is True


def test_extra_columns_are_kept_dropped_or_refused(root: Path) -> None:
    extra = GOOD.with_columns(note=pl.lit("x"))
    for setting, columns in (("allow", extra.columns), ("drop", GOOD.columns), ("forbid", None)):
        text = CONTRACT.replace("key: [symbol]", f"key: [symbol]\nextra_columns: {setting}")
        (root / "contracts" / "bars.yaml").write_text(text)
        contract = peakguard.load(root).contract("bars")
        if columns is None:
            assert [each.rule for each in contract.collect_violations(extra)] == ["extra_columns"]
        else:
            assert contract.validate(extra).columns == columns


def test_pandas_frames_come_back_as_pandas(root: Path) -> None:
    import pandas as pd

    frame = GOOD.to_pandas()
    assert isinstance(peakguard.load(root).contract("bars").validate(frame), pd.DataFrame)


def test_a_frame_that_has_the_declared_columns_goes_on_as_the_very_one(root: Path) -> None:
    import pandas as pd
    import pyarrow as pa

    contract = peakguard.load(root).contract("bars")
    frame = GOOD.to_pandas().set_axis(pd.Index([7, 9], name="when"))
    frame.attrs["from"] = "the exchange"
    assert contract.validate(frame) is frame
    table = pa.Table.from_pandas(GOOD.to_pandas(), preserve_index=False)
    assert contract.validate(table) is table
    shuffled = frame[["low", "symbol", "high"]]
    assert list(contract.validate(shuffled).columns) == ["symbol", "high", "low"]
    indexed = contract.validate(GOOD.to_pandas().set_index("symbol"))
    assert list(indexed.columns) == ["symbol", "high", "low"]


def test_columns_of_objects_and_dictionaries_are_made_what_is_declared(root: Path) -> None:
    import pandas as pd
    import pyarrow as pa

    (root / "contracts" / "bars.yaml").write_text(
        CONTRACT.partition("columns:")[0] + "columns: {x: {type: bool}, n: {type: int64}, s: {type: string}}\n"
    )
    contract = peakguard.load(root).contract("bars")
    frame = pd.DataFrame({"x": [True, False], "n": [1, 2], "s": ["a", None]})[["x", "n", "s"]].fillna({"s": "b"})
    assert contract.validate(frame) is frame
    texts = frame.astype({"s": "object"})
    assert contract.validate(texts) is texts
    objects = frame.astype({"x": "object"})
    assert (~contract.validate(objects)["x"]).tolist() == [False, True]
    assert str(contract.validate(frame.astype({"n": "category"}))["n"].dtype) == "int64"
    table = pa.table({"x": [True], "n": pa.array([1]).dictionary_encode(), "s": ["a"]})
    assert contract.validate(table).schema.field("n").type == pa.int64()


def test_rows_that_are_left_out_leave_the_others_as_they_are(root: Path) -> None:
    import pandas as pd
    import pyarrow as pa

    (root / "contracts" / "bars.yaml").write_text(CONTRACT + "on_violation: drop\n")
    contract = peakguard.load(root).contract("bars")
    frame = pl.concat([BAD, GOOD.with_columns(pl.lit("C").alias("symbol")).head(1)]).to_pandas()
    frame = frame.set_axis(pd.Index(["a", "b", "c"], name="when"))
    kept = contract.validate(frame)
    pd.testing.assert_frame_equal(kept, frame.loc[["a", "c"]])
    table = pa.Table.from_pandas(frame, preserve_index=False)
    assert contract.validate(table).equals(table.take([0, 2]))


def test_what_is_converted_comes_back_converted(root: Path) -> None:
    (root / "contracts" / "bars.yaml").write_text(CONTRACT + "coerce: true\n")
    frame = GOOD.with_columns(pl.col("low").cast(pl.Int64)).to_pandas()
    assert str(peakguard.load(root).contract("bars").validate(frame)["low"].dtype) == "float64"
