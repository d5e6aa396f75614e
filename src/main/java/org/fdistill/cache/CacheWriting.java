package org.fdistill.cache;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import java.util.stream.LongStream;
import org.fdistill.config.UserError;
import org.fdistill.data.BadExamples;
import org.fdistill.data.ExampleSource;
import org.fdistill.files.FileTrouble;
import org.fdistill.files.FolderLock;
import org.tensorflow.exceptions.TFOutOfRangeException;
import org.tensorflow.proto.ConfigProto;

/**
 * Writes what is missing of a cache, file after file. A file that is whole stays; one that a stop
 * or a kill left unfinished is written from its start, to the same bytes. While it writes no other
 * process does.
 */
public final class CacheWriting {
  private static final double GIGABYTE = 1e9;
  private static final long PAUSE_MILLIS = 200;

  private final FeatureCache cache;
  private final ConfigProto settings;
  private final BooleanSupplier stop;
  private final LongConsumer progress;
  private boolean patient;

  /**
   * What came of it.
   *
   * @param complete whether nothing is missing now
   * @param written records that were written now
   * @param leftOut records of all files that were left out, since their images cannot be read
   */
  public record Outcome(boolean complete, long written, long leftOut) {}

  /**
   * Of one cache.
   *
   * @param settings of the session
   * @param stop asked after each batch; true ends the writing
   * @param progress is told how many records this call has done
   */
  public CacheWriting(
      FeatureCache cache, ConfigProto settings, BooleanSupplier stop, LongConsumer progress) {
    this.cache = cache;
    this.settings = settings;
    this.stop = stop;
    this.progress = progress;
  }

  /**
   * Waits for another process that writes to the folder, instead of refusing it: for processes that
   * train together and begin alike.
   */
  public CacheWriting patiently() {
    patient = true;
    return this;
  }

  /**
   * Records that are missing.
   *
   * @throws UserError where the folder holds other features
   */
  public static long missing(FeatureCache cache, ExampleSource source) {
    return CacheIdentity.isIn(cache.folder())
        ? cache.stored(source.identity()).missingRecords()
        : cache.size(source.size()).records();
  }

  /**
   * Reads every file of a cache, and takes those from its index that are not as they were written,
   * so that they are missing.
   *
   * @param progress is told how many files are read
   * @return what is wrong with each
   * @throws UserError where the folder holds other features, or another process writes there
   */
  public static List<String> verify(
      FeatureCache cache, ExampleSource source, LongConsumer progress) {
    if (!CacheIdentity.isIn(cache.folder())) {
      return List.of();
    }
    try (FolderLock lock = lock(cache.folder())) {
      StoredFeatures stored = cache.stored(source.identity());
      Map<Integer, ShardEntry> whole = new TreeMap<>(stored.entries());
      List<String> problems = new ArrayList<>();
      for (int shard : stored.entries().keySet()) {
        String problem = stored.damage(shard);
        if (!problem.isEmpty()) {
          problems.add(problem);
          whole.remove(shard);
        }
        progress.accept(shard + 1L);
      }
      if (!problems.isEmpty()) {
        ShardIndex.write(stored.folder(), whole.values());
      }
      return problems;
    } catch (IOException e) {
      throw failed(cache, e);
    }
  }

  /**
   * Writes.
   *
   * @throws UserError where the folder holds other features, another process writes there, there is
   *     no room, or images or features are bad
   */
  public Outcome write(ExampleSource source) {
    try {
      Files.createDirectories(cache.folder());
      Optional<FolderLock> free = FolderLock.take(cache.folder());
      while (free.isEmpty() && patient && !stop.getAsBoolean()) {
        pause();
        free = FolderLock.take(cache.folder());
      }
      try (FolderLock lock = free.orElseThrow(() -> taken(cache.folder()))) {
        ShardFile.deleteUnfinished(cache.folder());
        return write(source, cache.begin(source));
      }
    } catch (IOException e) {
      throw failed(cache, e);
    }
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while another process writes a cache", e);
    }
  }

  private static UserError failed(FeatureCache cache, IOException e) {
    String room = "";
    try {
      room = CacheIdentity.isIn(cache.folder()) ? room(StoredFeatures.read(cache.folder())) : "";
    } catch (IOException | UserError unreadable) {
      e.addSuppressed(unreadable);
    }
    return new UserError(
        UserError.Kind.RUN,
        cache.folder()
            + ": the cache cannot be written: "
            + FileTrouble.of(e).sentence()
            + (room.isEmpty() ? "" : " " + room)
            + "\nFiles that are whole stay; the same command goes on from there.",
        e);
  }

  private static FolderLock lock(Path folder) throws IOException {
    return FolderLock.take(folder).orElseThrow(() -> taken(folder));
  }

  private static UserError taken(Path folder) {
    return UserError.usage(
        folder + ": another process writes features to this folder.\nWait for it.");
  }

  private Outcome write(ExampleSource source, StoredFeatures stored) throws IOException {
    List<Integer> missing = stored.missing();
    Map<Integer, ShardEntry> entries = new TreeMap<>(stored.entries());
    entries.keySet().removeAll(missing);
    ShardIndex.write(stored.folder(), entries.values());
    requireRoom(stored);
    long before = stored.missingRecords();
    if (!missing.isEmpty()) {
      int batch = stored.identity().getLayout().getBatchSize();
      long key = CacheIdentity.key(stored.identity());
      try (FeatureProgram program = new FeatureProgram(cache, source, key, batch, settings)) {
        new Pass(program, stored, entries).write(missing);
      } catch (RuntimeException e) {
        throw e instanceof UserError ? e : UserError.explaining(cache.teacher().explain(e), e);
      }
    }
    StoredFeatures now = StoredFeatures.read(stored.folder());
    if (now.missing().isEmpty()) {
      ShardIndex.write(now.folder(), now.entries().values());
    }
    return new Outcome(
        now.missing().isEmpty(), before - now.missingRecords(), now.leftOut().length);
  }

  private static void requireRoom(StoredFeatures stored) throws IOException {
    if (needed(stored) > free(stored)) {
      throw UserError.run(
          stored.folder()
              + ": "
              + room(stored)
              + "\nMake room, name a folder on another disk in distill.cache.path, or store less:"
              + " fewer views, or precision INT8.");
    }
  }

  private static long needed(StoredFeatures stored) {
    return stored.missingRecords() * stored.layout().recordBytes();
  }

  private static long free(StoredFeatures stored) throws IOException {
    return Files.getFileStore(stored.folder()).getUsableSpace();
  }

  private static String room(StoredFeatures stored) throws IOException {
    return String.format(
        Locale.ROOT,
        "%.3f GB of features are missing, and %.3f GB are free.",
        needed(stored) / GIGABYTE,
        free(stored) / GIGABYTE);
  }

  /** One pass over the files that are missing. */
  private final class Pass {
    private final FeatureProgram program;
    private final StoredFeatures stored;
    private final Map<Integer, ShardEntry> entries;
    private BadExamples bad;
    private long next = -1;
    private long done;

    Pass(FeatureProgram program, StoredFeatures stored, Map<Integer, ShardEntry> entries) {
      this.program = program;
      this.stored = stored;
      this.entries = entries;
    }

    void write(List<Integer> shards) throws IOException {
      program.pipeline().checkReadable(program.session(), stored.layout().first(shards.get(0)));
      for (int shard : shards) {
        if (!write(shard)) {
          return;
        }
      }
    }

    /** Whether the file is whole; it is not where a stop was asked for. */
    private boolean write(int shard) throws IOException {
      long first = stored.layout().first(shard);
      long end = stored.layout().end(shard);
      if (first != next) {
        bad = badExamples(first);
      }
      next = end;
      start(first, end);
      try (ShardFile file = new ShardFile(stored.file(shard))) {
        List<Long> leftOut = new ArrayList<>();
        if (!fill(file, first, end, leftOut)) {
          return false;
        }
        ShardEntry entry = file.publish(shard, leftOut);
        entries.put(shard, entry);
        ShardIndex.append(stored.folder(), entry);
        return true;
      }
    }

    private BadExamples badExamples(long first) {
      return new BadExamples(
          program.pipeline(),
          first,
          stored.folder().resolve(StoredFeatures.UNREADABLE),
          cache.data().getMaxBadShare());
    }

    /**
     * Where batches are full the last one of a file is filled with images of the next; where few
     * images can be read that takes as many epochs as a batch has images, or none of them can be.
     */
    private void start(long first, long end) {
      long batch = stored.identity().getLayout().getBatchSize();
      long beyond =
          cache.hasFullBatches() ? Math.multiplyExact(batch, stored.layout().examples()) : 0;
      program.pipeline().start(program.session(), first, end + beyond);
    }

    private boolean fill(ShardFile file, long first, long end, List<Long> leftOut)
        throws IOException {
      long expected = first;
      while (expected < end) {
        if (stop.getAsBoolean()) {
          return false;
        }
        FeatureProgram.Records batch = next();
        requireFinite(batch);
        long[] own = LongStream.of(batch.positions()).filter(p -> p < end).toArray();
        bad.observe(program.session(), own);
        for (int i = 0; i < own.length; i++) {
          expected = leaveOut(leftOut, expected, own[i]) + 1;
          file.write(batch.records().get(i));
        }
        if (own.length < batch.positions().length || own.length == 0) {
          bad.finish(program.session(), end);
          expected = leaveOut(leftOut, expected, end);
        }
        done += own.length;
        progress.accept(done);
      }
      return true;
    }

    /** No records where there are no more images. */
    private FeatureProgram.Records next() {
      try {
        return program.next();
      } catch (TFOutOfRangeException noMore) {
        return new FeatureProgram.Records(new long[0], List.of(), true, true);
      }
    }

    /** Notes the records from one to before another. */
    private static long leaveOut(List<Long> leftOut, long from, long to) {
      for (long record = from; record < to; record++) {
        leftOut.add(record);
      }
      return to;
    }

    private void requireFinite(FeatureProgram.Records batch) {
      if (!batch.teacherFinite()) {
        throw cache.teacher().nonFiniteTokens("this data set");
      }
      if (!batch.storedFinite()) {
        throw UserError.input(
            "teacher %s gives features beyond what distill.cache.precision %s can hold.\nTake BFLOAT16, INT8 or FLOAT32, and delete %s."
                .formatted(cache.teacher().name(), cache.fields().encoding(), stored.folder()));
      }
    }
  }
}
