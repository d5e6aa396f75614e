package org.fdistill.data;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.Optional;
import org.fdistill.files.FileTrouble;
import org.tensorflow.Session;

/** Says in a user's words why an example cannot be read. */
final class UnreadableReason {
  private static final int LONGEST = 160;

  private UnreadableReason() {}

  /**
   * Reads and decodes one example again, and looks at its label where that is taken; empty where
   * all that works.
   */
  static String find(InputPipeline pipeline, Session session, long example) {
    try {
      Optional<byte[]> image = pipeline.source().read(example);
      String problem = image.map(bytes -> pipeline.decodeError(session, bytes)).orElse("");
      if (problem.isEmpty() && pipeline.batch().fields().containsKey(Field.LABEL)) {
        problem = pipeline.source().labelProblem(example);
      }
      if (problem.isEmpty() && pipeline.batch().fields().containsKey(Field.MASK)) {
        problem = pipeline.source().maskProblem(example);
      }
      return problem;
    } catch (IOException e) {
      return of(e);
    }
  }

  /** Why a file cannot be read, without its path. */
  static String of(IOException e) {
    if (e instanceof NoSuchFileException) {
      return "no such file";
    }
    return FileTrouble.of(e).reason();
  }

  /** From the decoder's message, without what it says about the graph. */
  static String of(byte[] bytes, RuntimeException e) {
    if (bytes.length == 0) {
      return "empty";
    }
    // Where several ops failed, their number comes first, then each with a number and its kind.
    String message =
        String.valueOf(e.getMessage())
            .lines()
            .map(line -> line.strip().replaceFirst("^\\(\\d+\\) [A-Z_]+: ", ""))
            .filter(line -> !line.matches("\\d+ root error\\(s\\) found\\."))
            .findFirst()
            .orElse("");
    int graph = message.indexOf("[[");
    String text =
        (graph < 0 ? message : message.substring(0, graph))
            .replace("assertion failed: ", "")
            .strip();
    return "cannot be decoded: "
        + (text.length() > LONGEST ? text.substring(0, LONGEST) + "..." : text);
  }
}
