"""Faults put into recorded runs on purpose, each with the tests that must turn red."""

from __future__ import annotations

from tests.mutation.mutant import Mutant

_KIND = "peakguard/kinds/reproducibility"
_VALUES = "tests/unit/reproducibility/test_plain_values.py"
_STREAMS = "tests/unit/reproducibility/test_streams.py"
_ARCHIVE = "tests/unit/reproducibility/test_archive.py"
_FRAMES = "tests/unit/engines/test_canonical.py"
_RUNS = "tests/functional/test_recorded_runs.py"

RUNS = [
    Mutant(
        "runs-streams-forget-the-worker",
        "workers draw the same numbers",
        "peakguard/runtime/seeding.py",
        "json.dumps([seed, library, name, *index])",
        "json.dumps([seed, library, name])",
        (_STREAMS,),
    ),
    Mutant(
        "runs-streams-of-libraries-are-one",
        "a stream of NumPy and one of the standard library follow from one number",
        "peakguard/runtime/seeding.py",
        "json.dumps([seed, library, name, *index])",
        "json.dumps([seed, name, *index])",
        (_STREAMS,),
    ),
    Mutant(
        "runs-level-believes-the-present-environment",
        "what the program sets itself passes for what it was started with",
        f"{_KIND}/pinned.py",
        "    here = started_with()",
        "    here = os.environ",
        (_RUNS, "-k", "sets_itself"),
    ),
    Mutant(
        "runs-level-needs-no-injection",
        "a run is strict though it reads the time of the system",
        f"{_KIND}/runtime.py",
        "if _INJECTED.get(name) != value]",
        "if name == value]",
        (_RUNS, "-k", "without_a_policy"),
    ),
    Mutant(
        "runs-zeros-are-one",
        "-0.0 counts as 0.0",
        f"{_KIND}/plain_values.py",
        "repr(float(value))}",
        "repr(float(value) + 0.0)}",
        (_VALUES,),
    ),
    Mutant(
        "runs-order-of-dicts-is-free",
        "the order of a dict does not count",
        f"{_KIND}/plain_values.py",
        "for key, each in value.items()]}",
        "for key, each in sorted(value.items(), key=str)]}",
        (_VALUES,),
    ),
    Mutant(
        "runs-texts-are-joined",
        "where one text of a column ends and the next begins does not count",
        "peakguard/engines/polars/canonical.py",
        "    _add_buffer(digest, column.str.len_bytes().cast(polars().UInt32))\n",
        "",
        (_FRAMES,),
    ),
    Mutant(
        "runs-nulls-are-their-fillers",
        "a missing value is the one that is put in its place",
        "peakguard/engines/polars/canonical.py",
        "    if column.null_count():\n",
        "    if column.null_count() < 0:\n",
        (_FRAMES,),
    ),
    Mutant(
        "runs-lists-lose-their-lengths",
        "where one list of a column ends does not count",
        "peakguard/engines/polars/canonical.py",
        "        _add_buffer(digest, lists.list.len().fill_null(0).cast(library.UInt32))\n",
        "",
        (_FRAMES,),
    ),
    Mutant(
        "runs-manifests-are-believed",
        "a manifest of another format is read as one of ours",
        f"{_KIND}/manifest.py",
        '    if manifest.get("manifest") != FORMAT:',
        '    if manifest.get("manifest") is None:',
        (_ARCHIVE,),
    ),
    Mutant(
        "runs-fingerprint-without-inputs",
        "what was read does not count",
        f"{_KIND}/manifest.py",
        'content["inputs"] = {each["path"]: each["digest"] for',
        'content["inputs"] = {each["path"]: 0 for',
        (_ARCHIVE,),
    ),
    Mutant(
        "runs-any-prefix-will-do",
        "of several runs that a prefix names the first is taken",
        f"{_KIND}/archive.py",
        "        if len(found) > 1:",
        "        if len(found) > 9:",
        (_ARCHIVE,),
    ),
    Mutant(
        "runs-contents-are-not-pinned",
        "the collector takes what a run needs",
        f"{_KIND}/archive.py",
        "        self._store.pin(run, digests)\n",
        "        self._store.pin(run, digests[:0])\n",
        (_ARCHIVE,),
    ),
    Mutant(
        "runs-replay-finds-what-the-run-wrote",
        "what was written since the run is there when it is repeated",
        f"{_KIND}/workspace.py",
        "is_older = os.stat(path).st_mtime_ns < began_ns",
        "is_older = os.stat(path).st_mtime_ns > 0 < began_ns",
        (_RUNS, "-k", "whatever_became or writes_beside"),
    ),
    Mutant(
        "runs-replay-trusts-what-is-in-place",
        "a file whose content was not kept may have changed",
        f"{_KIND}/workspace.py",
        '    return None if found == entry["digest"] else',
        "    return None if found else",
        (_RUNS, "-k", "too_large"),
    ),
    Mutant(
        "runs-inputs-are-read-at-the-end",
        "what a program reads and then writes is recorded as it left it",
        f"{_KIND}/opened.py",
        "if is_kept and whole not in self.written and os.path.isfile(whole):",
        "if is_kept and not is_written and whole not in self.written and os.path.isfile(whole):",
        (_RUNS, "-k", "writes_beside"),
    ),
]
