package org.fdistill.train;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import org.fdistill.data.tfrecord.TfRecordStream;
import org.tensorflow.proto.Event;
import org.tensorflow.proto.SessionLog;
import org.tensorflow.proto.Summary;
import org.tensorflow.proto.SummaryMetadata;

/**
 * One TensorBoard event file: {@code Event} messages in TFRecord framing. A scalar is a simple
 * value of the plug-in {@code scalars}, which TensorBoard and TensorFlow's own reader understand.
 */
final class EventFile implements AutoCloseable {
  private static final String VERSION = "brain.Event:2";
  private static final SummaryMetadata SCALARS =
      SummaryMetadata.newBuilder()
          .setPluginData(
              SummaryMetadata.PluginData.newBuilder()
                  .setPluginName("scalars")
                  .setContent(ByteString.EMPTY))
          .build();

  private final OutputStream out;

  /**
   * Starts a file beside those of earlier processes.
   *
   * @param folder made where it does not exist
   * @param step the last step before it; points of later steps in older files are void
   */
  EventFile(Path folder, long step) throws IOException {
    Files.createDirectories(folder);
    out = Files.newOutputStream(unused(folder), StandardOpenOption.CREATE_NEW);
    write(event(0).setFileVersion(VERSION));
    if (step > 0) {
      restart(step);
    }
  }

  private static Path unused(Path folder) {
    long seconds = System.currentTimeMillis() / 1000;
    Path file = folder.resolve("events.out.tfevents." + seconds + ".fdistill");
    while (Files.exists(file)) {
      file = folder.resolve("events.out.tfevents." + ++seconds + ".fdistill");
    }
    return file;
  }

  /** Makes points of later steps void. */
  void restart(long step) throws IOException {
    write(
        event(step + 1)
            .setSessionLog(SessionLog.newBuilder().setStatus(SessionLog.SessionStatus.START)));
  }

  /** Writes one point of each curve, by tag. */
  void scalars(long step, Map<String, Double> values) throws IOException {
    Summary.Builder summary = Summary.newBuilder();
    values.forEach(
        (tag, value) ->
            summary.addValue(
                Summary.Value.newBuilder()
                    .setTag(tag)
                    .setSimpleValue(value.floatValue())
                    .setMetadata(SCALARS)));
    write(event(step).setSummary(summary));
  }

  private static Event.Builder event(long step) {
    return Event.newBuilder().setWallTime(System.currentTimeMillis() / 1000.0).setStep(step);
  }

  private void write(Event.Builder event) throws IOException {
    TfRecordStream.write(out, event.build().toByteArray());
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
