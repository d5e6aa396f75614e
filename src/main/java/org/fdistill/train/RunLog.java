package org.fdistill.train;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.fdistill.config.UserError;
import org.fdistill.files.FileTrouble;
import org.fdistill.files.WholeFile;

/** What a run writes while it trains: run.log, metrics.jsonl and TensorBoard's events. */
final class RunLog implements AutoCloseable {
  private final RunFolder folder;
  private final Path metrics;
  private final boolean curves;
  private EventFile events;

  /**
   * Opens run.log.
   *
   * @param curves whether metrics.jsonl and events are written too
   */
  RunLog(RunFolder folder, boolean curves) {
    this.folder = folder;
    this.curves = curves;
    metrics = folder.file("metrics.jsonl");
  }

  /**
   * Opens the other files, and takes out of metrics.jsonl what came after the step that a resumed
   * run starts from.
   *
   * @param step steps done
   * @param tensorboard whether to write events
   */
  void start(long step, boolean tensorboard) {
    try {
      forget(step);
      events = tensorboard && curves ? new EventFile(folder.file("events"), step) : null;
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /** Appends a line of text to run.log. */
  void message(String message) {
    String time =
        OffsetDateTime.now(ZoneId.systemDefault()).truncatedTo(ChronoUnit.SECONDS).toString();
    append(folder.file("run.log"), time + " " + message.replace("\n", "\n    "));
  }

  /** Writes a point of the training curves. */
  void training(long step, double epoch, Map<String, Double> values) {
    write("", "train/", step, epoch, values);
  }

  /** Writes a point of the validation curves. */
  void validation(long step, double epoch, Map<String, Double> values) {
    write("validation_", "validation/", step, epoch, new TreeMap<>(values));
  }

  private void write(
      String prefix, String scope, long step, double epoch, Map<String, Double> values) {
    if (!curves) {
      return;
    }
    Map<String, Number> line = new LinkedHashMap<>();
    line.put("step", step);
    line.put("epoch", epoch);
    Map<String, Double> tags = new LinkedHashMap<>();
    values.forEach(
        (name, value) -> {
          line.put(prefix + name, value);
          tags.put(scope + name, value);
        });
    append(metrics, Json.line(line));
    try {
      if (events != null) {
        events.scalars(step, tags);
      }
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /** Takes back what was written after a step, for a run that does these steps again. */
  void rewind(long step) {
    try {
      forget(step);
      if (events != null) {
        events.restart(step);
      }
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private void forget(long step) throws IOException {
    if (!Files.exists(metrics)) {
      return;
    }
    List<String> kept = new ArrayList<>();
    // A damaged byte costs its line: the decoder puts another in its place.
    String text = new String(Files.readAllBytes(metrics), StandardCharsets.UTF_8);
    for (String line : text.lines().toList()) {
      if (Json.step(line).orElse(Long.MAX_VALUE) <= step && !line.contains("\ufffd")) {
        kept.add(line + "\n");
      }
    }
    WholeFile.write(metrics, String.join("", kept));
  }

  private static void append(Path file, String line) {
    try {
      Files.writeString(file, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private static UserError failed(IOException cause) {
    return new UserError(
        UserError.Kind.RUN,
        "The run's log files cannot be written: "
            + FileTrouble.of(cause).sentence()
            + "\nThen start the same command again: it goes on from the newest checkpoint.",
        cause);
  }

  @Override
  public void close() {
    try {
      if (events != null) {
        events.close();
      }
    } catch (IOException e) {
      throw failed(e);
    }
  }
}
