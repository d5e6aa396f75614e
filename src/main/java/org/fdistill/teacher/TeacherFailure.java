package org.fdistill.teacher;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.fdistill.config.UserError;

/** What an error of TensorFlow's says of a teacher, where it comes from one of its nodes. */
final class TeacherFailure {
  /** {@code [[{{node a/b}}]]}, or in a function {@code {{function_node f}} {{node a/b}}}. */
  private static final Pattern NODE = Pattern.compile("\\{\\{(?:function_)?node ([^}\\s]+)\\}\\}");

  private static final Pattern LOCATIONS =
      Pattern.compile("\\s*(\\[\\[)?\\{\\{(?:function_)?node [^}]*\\}\\}(\\]\\])?\\s*");

  private final String who;
  private final Pattern own;

  /**
   * Knows a teacher's nodes.
   *
   * @param who the teacher's name in messages
   * @param scope of its nodes in the graph
   */
  TeacherFailure(String who, String scope) {
    this.who = who;
    String functions = scope.replaceAll("[^A-Za-z0-9_]", "_") + "__";
    this.own =
        Pattern.compile(
            "(?:.*/)?(?:%s/|(?:__inference_)?%s).*"
                .formatted(Pattern.quote(scope), Pattern.quote(functions)));
  }

  /**
   * The user's error for one of TensorFlow's; nothing where the teacher has no part in it.
   *
   * @param failure what a session or a graph threw
   * @param task what the teacher was doing, such as {@code a batch of the run}
   */
  Optional<UserError> explain(RuntimeException failure, String task) {
    String message = String.valueOf(failure.getMessage());
    Matcher nodes = NODE.matcher(message);
    while (nodes.find()) {
      if (own.matcher(nodes.group(1)).matches()) {
        return Optional.of(error(failure, task, nodes.group(1)));
      }
    }
    return Optional.empty();
  }

  /** The user's error for a failure that can only be the teacher's. */
  UserError error(RuntimeException failure, String task, String node) {
    String message = String.valueOf(failure.getMessage());
    String where = node.isEmpty() ? "" : " at its node " + node;
    return new UserError(
        UserError.Kind.INPUT,
        who + ": it failed on " + task + where + ": " + words(message) + "\n" + advice(message),
        failure);
  }

  /** TensorFlow's words without where it was, which may be as long as the graph is deep. */
  private static String words(String message) {
    String first = LOCATIONS.matcher(message.split("\n", 2)[0]).replaceAll(" ").strip();
    return first.length() > 400 ? first.substring(0, 400) + " ..." : first;
  }

  private static String advice(String message) {
    if (message.contains("assertion failed")) {
      return "The model asserts this of what it is given: check teacher.input_range,"
          + " teacher.normalization and teacher.image_size.";
    }
    if (message.contains("Table not initialized") || message.contains("not found in container")) {
      return "The model needs a table or variable that neither its saver nor its initialisation"
          + " fills. Export it again, with what it needs inside.";
    }
    return "If the sizes differ in the first place, a batch size may be built into the model:"
        + " export it with a batch dimension of unknown size. Else check teacher.image_size,"
        + " teacher.input and teacher.output.";
  }
}
