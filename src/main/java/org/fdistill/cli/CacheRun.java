package org.fdistill.cli;

import java.nio.file.Files;
import java.util.List;
import java.util.Locale;
import java.util.function.LongFunction;
import org.fdistill.cache.CacheSize;
import org.fdistill.cache.CacheWriting;
import org.fdistill.cache.FeatureCache;
import org.fdistill.config.UserError;
import org.fdistill.data.ExampleSource;
import org.fdistill.proto.RunConfig;
import org.fdistill.task.Task;
import org.fdistill.task.Tasks;
import org.fdistill.train.SessionSettings;
import org.fdistill.train.StopRequest;

/** Writes what is missing of a run's caches, for a person at a console. */
final class CacheRun {
  private static final double GIGABYTE = 1e9;

  private final RunConfig config;
  private final Console console;
  private final List<FeatureCache> caches;

  /** Of a run; opens its teachers where it keeps features. */
  CacheRun(RunConfig config, Console console) {
    this.config = config;
    this.console = console;
    SessionSettings.decide(config.getRuntime());
    Task task = Tasks.of(config);
    caches = task.caches();
    caches.forEach(
        cache -> OutputFolder.requireOutsideOfModels(cache.root(), "distill.cache.path"));
  }

  /** Whether the run keeps nothing. */
  boolean isEmpty() {
    return caches.isEmpty();
  }

  /** What each cache takes. */
  List<CacheSize> sizes() {
    return caches.stream().map(cache -> cache.size(cache.openExamples().size())).toList();
  }

  /** Sizes for people. */
  static Table table(List<CacheSize> sizes) {
    Table table = new Table("cache of features", "views", "images", "GB", "files");
    for (CacheSize size : sizes) {
      table.row(
          size.teacher() + ", " + size.split().folder(),
          size.views(),
          String.format(Locale.ROOT, "%,d", size.records()),
          String.format(Locale.ROOT, "%,.3f", size.bytes() / GIGABYTE),
          String.format(Locale.ROOT, "%,d", size.files()));
    }
    return table;
  }

  /**
   * Reads every file and forgets those that are not as they were written, so that they are missing.
   */
  void verify() {
    for (FeatureCache cache : caches) {
      List<String> damaged;
      try (CountProgress progress = new CountProgress(console, "files read")) {
        damaged = CacheWriting.verify(cache, cache.openExamples(), progress);
      }
      damaged.forEach(console::warn);
      if (damaged.isEmpty() && Files.exists(cache.folder())) {
        console.note(cache.folder() + ": every file is as it was written.");
      }
    }
  }

  /**
   * Writes what is missing, cache after cache.
   *
   * @param patient waits where another process writes to the same folder; else that is an error
   * @throws Stopped where a signal ended it first
   */
  void writeMissing(boolean patient) {
    StopRequest stop = new StopRequest();
    try (StopRequest.Signals signals =
        stop.onSignals(
            () -> console.note("Stopping after this batch; files that are whole stay."),
            ProcessEnd::now)) {
      for (FeatureCache cache : caches) {
        write(cache, stop, patient);
      }
    }
  }

  private void write(FeatureCache cache, StopRequest stop, boolean patient) {
    ExampleSource examples = cache.openExamples();
    long missing = CacheWriting.missing(cache, examples);
    if (missing == 0) {
      return;
    }
    console.note(
        String.format(
            Locale.ROOT, "writing the features of %,d images to %s ...", missing, cache.folder()));
    CacheWriting.Outcome outcome;
    try (CountProgress progress = new CountProgress(console, line(missing))) {
      CacheWriting writing =
          new CacheWriting(
              cache, SessionSettings.of(config.getRuntime()), stop::isRequested, progress);
      outcome = (patient ? writing.patiently() : writing).write(examples);
    }
    if (!outcome.complete()) {
      console.error(
          String.format(
              Locale.ROOT,
              "stopped: %,d of %,d images are done in %s. The same command goes on from there.",
              outcome.written(),
              missing,
              cache.folder()));
      throw new Stopped(stop.exitCode().orElse(UserError.Kind.RUN.exitCode()));
    }
    if (outcome.leftOut() > 0) {
      console.warn(
          String.format(
              Locale.ROOT,
              "%,d views of images that cannot be read are left out; see %s.",
              outcome.leftOut(),
              cache.unreadable()));
    }
  }

  /** How many are done, how fast, and when the others are. */
  private static LongFunction<String> line(long all) {
    long start = System.nanoTime();
    return done -> {
      double rate = done / ((System.nanoTime() - start) * 1e-9);
      return String.format(
          Locale.ROOT,
          "%,d of %,d images through the teacher  %s images/s  ETA %s",
          done,
          all,
          ConsoleProgress.figure(rate),
          ConsoleProgress.clock((all - done) / rate));
    };
  }
}
