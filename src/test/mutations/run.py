#!/usr/bin/env python3
"""Puts deliberate faults into a copy of the code, one at a time, and shows which of them no quick test notices.

    python3 src/test/mutations/run.py [NAME ...]      all faults, or those of faults/NAME.fault
    python3 src/test/mutations/run.py --list

Needs Python 3.8, a JDK and Maven, which compiles the code and tells the class path. For each fault the one
changed file is compiled into a folder of its own in front of the class path, the repository stays as it is, and one
JVM runs the tests that the fault names and then, where those pass, the whole quick tier, up to the first failure.
A fault that all tests pass has survived: its seam is not guarded. Exit status 0 where none survived, 1 where one
did, 2 where a fault could not be tried. All of it takes some ten seconds a fault that is noticed and the time of
the quick tier for one that is not. Run it by hand, with the machine otherwise idle.

A fault is a text file:

    One or more lines that say what is wrong.

    file: path of a source file from the root of the repository
    tests: simple names of the test classes to run first
    <<<<<<<
    code that the file has exactly once, whatever its white space
    =======
    code that takes its place
    >>>>>>>

A second file: with its own replacements may follow. A constant that the compiler copies into other classes cannot
be changed so, for those are not compiled again.
"""

import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]
FAILED = 10
MINUTES = 15
JVM = ["-Xmx2g", "-XX:+UseSerialGC", "-Djava.awt.headless=true", "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0"]
HUNK = re.compile(r"<<<<<<<\n(.*?)\n?=======\n(.*?)\n?>>>>>>>\n", re.DOTALL)


class Fault:
    """One file of faults/."""

    def __init__(self, path):
        self.name = path.stem
        head, _, rest = path.read_text(encoding="utf-8").partition("\nfile: ")
        self.what = " ".join(head.split())
        self.tests, self.changes = [], []
        for part in ("\nfile: " + rest).split("\nfile: ")[1:]:
            source, _, body = part.partition("\n")
            for tests in re.findall(r"^tests: (.*)$", body, re.MULTILINE):
                self.tests += tests.split()
            hunks = HUNK.findall(body if body.endswith("\n") else body + "\n")
            self.changes.append((source.strip(), hunks))
        if not self.what or not all(hunks for _, hunks in self.changes):
            raise Untried(f"{path} is no fault: see the head of {__file__}")

    def apply(self, folder):
        """Writes the changed sources and returns their paths."""
        changed = []
        for source, hunks in self.changes:
            text = (ROOT / source).read_text(encoding="utf-8")
            for old, new in hunks:
                found = list(pattern(old).finditer(text))
                if len(found) != 1:
                    raise Untried(f"{self.name}: {source} has this {len(found)} times, expected once:\n{old}")
                text = text[:found[0].start()] + new + text[found[0].end():]
            target = folder / "src" / pathlib.Path(source).name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
            changed.append(target)
        return changed


def pattern(code):
    """The code with any white space between its words and signs, as a formatter may have put it."""
    return re.compile(r"\s*".join(re.escape(token) for token in re.findall(r"\w+|[^\w\s]", code)))


class Untried(Exception):
    """A fault, or the whole script, cannot go on."""


class Build:
    """The compiled code, and a class path with what starts the tests."""

    def __init__(self, classes, scratch):
        self.scratch = scratch
        self.path = classes or self.by_maven()
        self.add_launcher()
        self.tests = self.quick_tests()

    def by_maven(self):
        out = self.scratch / "class-path"
        maven("-Dmaven.compiler.failOnWarning=false", "test-compile", "dependency:build-classpath",
              "-Dmdep.includeScope=test", f"-Dmdep.outputFile={out}")
        return os.pathsep.join([str(ROOT / "target/test-classes"), str(ROOT / "target/classes"), out.read_text().strip()])

    def add_launcher(self):
        """JUnit's launcher of the version that is on the class path, and FailFast."""
        version = re.search(r"junit-platform-commons-([\w.-]+)\.jar", self.path).group(1)
        maven("dependency:copy", f"-Dartifact=org.junit.platform:junit-platform-launcher:{version}",
              f"-DoutputDirectory={self.scratch}")
        self.path += os.pathsep + str(self.scratch / f"junit-platform-launcher-{version}.jar")
        folder = self.scratch / "launcher"
        self.javac([HERE / "FailFast.java"], folder)
        self.path += os.pathsep + str(folder)

    def javac(self, sources, folder):
        folder.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(["javac", "-nowarn", "-proc:none", "-Xlint:none", "-d", str(folder), "-cp", self.path,
                               *map(str, sources)], capture_output=True, text=True, check=False)
        if done.returncode:
            raise Untried("it does not compile:\n" + done.stdout + done.stderr)

    def quick_tests(self):
        """Every test class by its simple name."""
        found = {}
        for path in sorted((ROOT / "src/test/java").rglob("*Test.java")):
            found[path.stem] = ".".join(path.relative_to(ROOT / "src/test/java").with_suffix("").parts)
        return found

    def ordered(self, first):
        """The classes to run: those of a fault first, then all others."""
        missing = [name for name in first if name not in self.tests]
        if missing:
            raise Untried("no test class " + ", ".join(missing))
        return [*(self.tests[n] for n in first), "--", *(c for n, c in self.tests.items() if n not in first)]

    def run(self, classes, overlay=None):
        """Exit status and last lines of a run of the tests; status None where it had to be stopped."""
        path = (str(overlay) + os.pathsep if overlay else "") + self.path
        environment = dict(os.environ, TF_CPP_MIN_LOG_LEVEL="2")
        try:
            done = subprocess.run(["java", *JVM, "-cp", path, "FailFast", *classes], cwd=ROOT, env=environment,
                                  capture_output=True, text=True, errors="replace", timeout=60 * MINUTES, check=False)
        except subprocess.TimeoutExpired:
            return None, ""
        return done.returncode, done.stdout + done.stderr


def maven(*arguments):
    done = subprocess.run(["mvn", "-q", "-B", "-ntp", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Untried("mvn " + " ".join(arguments) + " failed:\n" + done.stdout + done.stderr)


def outcome(status, output):
    """Whether a fault was noticed, and how."""
    if status == 0:
        return False, "SURVIVED"
    if status is None:
        return True, f"noticed: no end within {MINUTES} minutes"
    failed = re.search(r"^FAILED (.*)$", output, re.MULTILINE)
    if failed:
        return True, "noticed: " + failed.group(1)[:150]
    if status in (134, 139, -6, -11) or "fatal error" in output:
        return True, "noticed: the JVM crashed"
    raise Untried(f"the tests could not be run (status {status}):\n{output[-2000:]}")


def try_fault(build, fault, only_named):
    """Whether it was noticed."""
    folder = build.scratch / fault.name
    start = time.monotonic()
    try:
        overlay = folder / "classes"
        build.javac(fault.apply(folder), overlay)
        classes = build.ordered(fault.tests)
        status, output = build.run(classes[:len(fault.tests)] if only_named else classes, overlay)
        noticed, how = outcome(status, output)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"{fault.name:42} {time.monotonic() - start:5.0f} s  {how}", flush=True)
    return noticed


def require_green(build, faults):
    """A test that is red without a fault would notice everything."""
    named = [name for fault in faults for name in fault.tests]
    classes = build.ordered(dict.fromkeys(named))[:len(set(named))]
    status, output = build.run(classes)
    if status != 0:
        raise Untried("without any fault the tests fail:\n" + output[-3000:])
    print(f"{len(classes)} test classes pass without a fault", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--list", action="store_true", help="names and what they do; an error where one does not fit the sources")
    parser.add_argument("--only-named", action="store_true", help="run only the tests that a fault names")
    parser.add_argument("--classes", help="a class path of compiled code and libraries, in place of Maven's")
    options = parser.parse_args()
    faults = [Fault(path) for path in sorted((HERE / "faults").glob("*.fault"))]
    unknown = set(options.names) - {fault.name for fault in faults}
    if unknown:
        raise Untried("no fault " + ", ".join(sorted(unknown)) + "; --list shows all")
    faults = [fault for fault in faults if not options.names or fault.name in options.names]
    if options.list:
        with tempfile.TemporaryDirectory(prefix="fdistill-mutations.") as scratch:
            for fault in faults:
                fault.apply(pathlib.Path(scratch))
                print(f"{fault.name:42} {fault.what}")
        return 0
    with tempfile.TemporaryDirectory(prefix="fdistill-mutations.") as scratch:
        build = Build(options.classes, pathlib.Path(scratch))
        require_green(build, faults)
        survived, untried = [], []
        for fault in faults:
            try:
                if not try_fault(build, fault, options.only_named):
                    survived.append(fault.name)
            except Untried as problem:
                untried.append(fault.name)
                print(f"{fault.name}: NOT TRIED: {problem}", file=sys.stderr, flush=True)
    print(f"\n{len(faults)} faults, {len(survived)} survived: {', '.join(survived) or 'none'}")
    if untried:
        print(f"{len(untried)} could not be tried: {', '.join(untried)}")
    return 2 if untried else 1 if survived else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Untried as stop:
        print(stop, file=sys.stderr)
        sys.exit(2)
