package org.fdistill.report;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The curves of a run, from its {@code metrics.jsonl}.
 *
 * @param series by name, such as loss or validation_top1, over the step
 * @param lastStep the last that is logged; 0 where none is
 * @param stepsPerEpoch NaN where nothing tells
 * @param damaged lines that are no whole JSON, such as the last one of a run that was killed
 */
record Metrics(Map<String, Series> series, long lastStep, double stepsPerEpoch, long damaged) {
  /** The file in a run's folder. */
  static final String FILE = "metrics.jsonl";

  /** What precedes the names of validation's values. */
  static final String VALIDATION = "validation_";

  private static final String STEP = "step";
  private static final String EPOCH = "epoch";

  /** Reads a file, whatever state it is in; one that is not there holds nothing. */
  static Metrics read(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      return new Metrics(Map.of(), 0, Double.NaN, 0);
    }
    Reader reader = new Reader();
    new String(Files.readAllBytes(file), StandardCharsets.UTF_8)
        .lines()
        .filter(line -> !line.isBlank())
        .forEach(reader::line);
    return reader.metrics();
  }

  /** The last value of a curve; NaN where it has none. */
  double last(String name) {
    Series of = series.get(name);
    return of == null || of.size() == 0 ? Double.NaN : of.ys()[of.size() - 1];
  }

  private static final class Reader {
    private final Map<String, Points> points = new LinkedHashMap<>();
    private long lastStep;
    private double stepsPerEpoch = Double.NaN;
    private long damaged;

    void line(String text) {
      try {
        JsonObject object = JsonParser.parseString(text).getAsJsonObject();
        long step = object.get(STEP).getAsLong();
        object.asMap().forEach((name, value) -> add(step, name, value));
        lastStep = Math.max(lastStep, step);
      } catch (RuntimeException e) { // The parser has one for each way in which it can be wrong.
        damaged++;
      }
    }

    private void add(long step, String name, JsonElement value) {
      if (name.equals(EPOCH) && value.getAsDouble() > 0) {
        stepsPerEpoch = step / value.getAsDouble();
      } else if (!name.equals(EPOCH) && !name.equals(STEP)) {
        double number = value.isJsonNull() ? Double.NaN : value.getAsDouble();
        points.computeIfAbsent(name, n -> new Points()).add((double) step, number);
      }
    }

    Metrics metrics() {
      Map<String, Series> series = new LinkedHashMap<>();
      points.forEach((name, of) -> series.put(name, of.series()));
      return new Metrics(series, lastStep, stepsPerEpoch, damaged);
    }
  }

  /** Points that are being collected. */
  private static final class Points {
    private double[] xs = new double[64];
    private double[] ys = new double[64];
    private int size;

    /** A step that comes again, or too late, is left out: curves go to the right. */
    void add(double x, double y) {
      if (size > 0 && x <= xs[size - 1]) {
        return;
      }
      if (size == xs.length) {
        xs = Arrays.copyOf(xs, 2 * size);
        ys = Arrays.copyOf(ys, 2 * size);
      }
      xs[size] = x;
      ys[size++] = y;
    }

    Series series() {
      return new Series(Arrays.copyOf(xs, size), Arrays.copyOf(ys, size));
    }
  }
}
