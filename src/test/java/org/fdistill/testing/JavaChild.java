package org.fdistill.testing;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Java processes of their own, with the classes of this one, in whatever directory they start. */
public final class JavaChild {
  /** As of the launcher, with less memory. */
  private static final List<String> OPTIONS =
      List.of("-Xmx512m", "-Xss64m", "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0");

  private JavaChild() {}

  /** A process that is not started yet, with its outputs to be read. */
  public static ProcessBuilder of(Class<?> main, String... words) {
    return new ProcessBuilder(command(main, words));
  }

  /** As {@link #of}, with outputs that go nowhere. */
  public static ProcessBuilder silent(Class<?> main, String... words) {
    return of(main, words)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(ProcessBuilder.Redirect.DISCARD);
  }

  /** What the operating system is given for one. */
  public static List<String> command(Class<?> main, String... words) {
    return command(List.of(), main, words);
  }

  /**
   * What the operating system is given for one.
   *
   * @param options of Java, of which some may take the place of the usual ones
   */
  public static List<String> command(List<String> options, Class<?> main, String... words) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(OPTIONS);
    command.addAll(options);
    command.addAll(List.of("-cp", classPath(), main.getName()));
    command.addAll(List.of(words));
    return command;
  }

  private static String classPath() {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
        .map(entry -> Path.of(entry).toAbsolutePath().toString())
        .collect(Collectors.joining(File.pathSeparator));
  }
}
