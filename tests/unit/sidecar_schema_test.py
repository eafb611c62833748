"""The records that sidecar_test.cpp wrote obey docs/sidecar.schema.json, and the schema is strict.

usage: sidecar_schema_test.py SCHEMA FOLDER
"""
import copy
import json
import pathlib
import sys

SKIPPED = 77  # CTest shows this as skipped, not as passed

try:
    import jsonschema
except ImportError:
    print("skipped: python3-jsonschema is not installed")
    sys.exit(SKIPPED)


def without(record, name):
    return {key: value for key, value in record.items() if key != name}


def changed(record, path, value):
    record = copy.deepcopy(record)
    place = record
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return record


def spoiled(full, failure):
    """Records that the schema must refuse: a schema that accepts everything proves nothing."""
    yield from ((f"without {name}", without(full, name))
                for name in ("id", "audio", "sampling", "model", "created_at", "effective", "tool"))
    yield "unknown member", changed(full, ["surprise"], 1)
    yield "unknown request field", changed(full, ["request", "tempoo"], 1)
    yield "old version", changed(full, ["schema_version"], 99)
    yield "seed as float", changed(full, ["sampling", "seed"], 1.5)
    yield "tempo as word", changed(full, ["request", "tempo"], "brisk")
    yield "local time", changed(full, ["created_at"], "2026-01-02T03:04:05+01:00")
    yield "loudness as another word", changed(full, ["output", "loudness"], "loud")
    yield "short hash", changed(full, ["audio", 0, "sha256"], "abc")
    yield "bits of mp3", changed(full, ["audio", 1, "bits"], 16)
    yield "not marked as generated", changed(full, ["ai_generated"], False)
    yield "completed with an error", changed(full, ["error"], {"kind": "io", "message": "x"})
    yield "failed without an error", without(failure, "error")
    yield "unknown kind of error", changed(failure, ["error", "kind"], "oops")


def main():
    schema = json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
    validator_class = jsonschema.validators.validator_for(schema)
    validator_class.check_schema(schema)
    validator = validator_class(schema)
    records = {name: json.loads((pathlib.Path(sys.argv[2]) / f"{name}.json").read_text("utf-8"))
               for name in ("full", "minimal", "failure")}
    faults = [f"{name}: {'/'.join(map(str, error.path))}: {error.message}"
              for name, record in records.items() for error in validator.iter_errors(record)]
    faults += [f"accepted: {name}" for name, record in spoiled(records["full"], records["failure"])
               if validator.is_valid(record)]
    print("\n".join(faults) or "3 records valid, every spoiled one refused")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
