package org.fdistill.data;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import org.tensorflow.Session;

/** Says in a user's words why an example cannot be read. */
final class UnreadableReason {
  private static final int LONGEST = 160;

  private UnreadableReason() {}

  /** Reads and decodes one example again; empty where that works. */
  static String find(InputPipeline pipeline, Session session, long example) {
    try {
      return pipeline
          .source()
          .read(example)
          .map(bytes -> pipeline.decodeError(session, bytes))
          .orElse("");
    } catch (NoSuchFileException e) {
      return "no such file";
    } catch (IOException e) {
      return e.getMessage();
    }
  }

  /** From the decoder's message, without what it says about the graph. */
  static String of(byte[] bytes, RuntimeException e) {
    if (bytes.length == 0) {
      return "empty";
    }
    String message = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    int graph = message.indexOf("[[");
    String text = (graph < 0 ? message : message.substring(0, graph)).strip();
    return "cannot be decoded: "
        + (text.length() > LONGEST ? text.substring(0, LONGEST) + "..." : text);
  }
}
