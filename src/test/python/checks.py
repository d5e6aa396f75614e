"""Runs named checks, all of them, and reports each."""

import traceback


class CheckFailed(Exception):
    """A check found what should not be; its message says what."""


def require(condition, message):
    if not condition:
        raise CheckFailed(message)


def run_checks(checks):
    """Runs every check; the exit status."""
    failed = 0
    for name, check in checks.items():
        print(name, flush=True)
        try:
            check()
        except (CheckFailed, AssertionError) as e:
            failed += 1
            print(f"  FAILED: {e}", flush=True)
        except Exception:  # a check that breaks is a failed check; the others still run
            failed += 1
            print("  FAILED:", traceback.format_exc(), flush=True)
    print(f"{len(checks) - failed} of {len(checks)} checks passed", flush=True)
    return 1 if failed or not checks else 0
