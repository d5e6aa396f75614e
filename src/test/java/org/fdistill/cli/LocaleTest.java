package org.fdistill.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.fdistill.testing.JavaChild;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Commands in a Java of a country with digits of its own, and in a locale without an encoding. */
class LocaleTest {
  private static final String NEXT = "--then";

  @TempDir Path root;
  @TempDir Path tools;

  /** What a child runs: several command lines, until one fails. */
  public static void main(String[] words) {
    if (!String.format("%d", 5).equals("\u0665")) {
      throw new IllegalStateException(
          "not a locale with digits of its own: " + Locale.getDefault());
    }
    List<String> line = new ArrayList<>();
    for (String word : words) {
      if (word.equals(NEXT)) {
        run(line);
        line.clear();
      } else {
        line.add(word);
      }
    }
    run(line);
  }

  private static void run(List<String> line) {
    int code = Main.start(line);
    if (code != 0) {
      System.exit(code);
    }
  }

  @Test
  void namesOfFilesHaveTheDigitsOfEveryCountry() throws Exception {
    check(child("C.UTF-8", "make-data synthetic --out data --train=12 --validation=4 --side=24"));
    assertThat(root.resolve("data/train-00000-of-00001.tfrecord")).exists();
  }

  @Tag("slow")
  @ParameterizedTest
  @ValueSource(strings = {"C.UTF-8", "C"})
  void reportsHaveTheDigitsOfEveryCountry(String locale) throws Exception {
    String config = TinyConfigs.withReport(TinyConfigs.classify(root));
    check(
        child(
            locale,
            "plan " + config + " --json plan.json",
            "train " + config + " --workdir run",
            "evaluate run --json values.json",
            "bench " + config + " --steps=1 --warmup=1 --json bench.json",
            "inspect run",
            "inspect run/export"));
    assertThat(root.resolve("bench.json")).exists();
  }

  private void check(CommandRun run) throws IOException {
    assertThat(run.code()).as(run.err()).isZero();
    // A batch of any size is [?], and patterns of names have "(.*/)?"; any other question mark
    // stands
    // for what ASCII cannot spell.
    String said = (run.out() + run.err()).replace("[?", "[").replace("(.*/)?", "");
    assertThat(said).matches("[\\n -~]*").doesNotContain("?");
    for (Path file : texts()) {
      assertThat(Files.readString(file)).as(file.toString()).matches("[\\n -~]*");
    }
  }

  @Test
  void aNameThatTheLocaleCannotSpellIsExplained() throws Exception {
    CommandRun run = child("C", "train gr\u00f6\u00dfe.txtpb");
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err())
        .contains("is not a path: Malformed input")
        .contains("as ANSI_X3.4-1968, as the locale says")
        .contains("Set LC_ALL=C.UTF-8.");
    CommandRun spelt = child("C.UTF-8", "train gr\u00f6\u00dfe.txtpb");
    assertThat(spelt.err()).contains("gr\u00f6\u00dfe.txtpb").doesNotContain("locale");
    assertThat(spelt.code()).isEqualTo(3);
  }

  /** Every file of text, by its name; the names are checked as well. */
  private List<Path> texts() throws IOException {
    try (Stream<Path> all = Files.walk(root)) {
      List<Path> files = all.filter(Files::isRegularFile).toList();
      assertThat(files).allMatch(file -> root.relativize(file).toString().matches("[ -~]*"));
      return files.stream()
          .filter(file -> file.toString().matches(".*[.](txt|txtpb|json|jsonl|md|log)"))
          .toList();
    }
  }

  /** By a script, since the tests' own Java may run in a locale that cannot spell the words. */
  private CommandRun child(String locale, String... lines) throws Exception {
    List<String> country = List.of("-Duser.language=ar", "-Duser.country=EG");
    String java = String.join("' '", JavaChild.command(country, LocaleTest.class));
    Path script = tools.resolve("run.sh");
    Files.writeString(script, "exec '" + java + "' " + String.join(" " + NEXT + " ", lines));
    ProcessBuilder builder = new ProcessBuilder("sh", script.toString());
    builder.environment().keySet().removeIf(name -> name.startsWith("LC_"));
    builder.environment().put("LC_ALL", locale);
    builder.environment().put("TF_CPP_MIN_LOG_LEVEL", "2");
    Path err = tools.resolve("err");
    Process process = builder.directory(root.toFile()).redirectError(err.toFile()).start();
    String out = new String(process.getInputStream().readAllBytes(), UTF_8);
    return new CommandRun(process.waitFor(), out, Files.readString(err));
  }
}
