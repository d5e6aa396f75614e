package org.fdistill.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the launcher in a repository of its own, with a java and an mvn that only take notes. */
class LauncherTest {
  private static final String JAVA_VERSION =
      "if [ \"$1\" = -version ]; then echo 'openjdk version \"%s\" 2021' >&2; exit; fi\n";

  @TempDir Path folder;
  private Path repository;
  private Path jdk;
  private Path tools;

  @BeforeEach
  void lay() throws IOException {
    repository = Files.createDirectories(folder.resolve("a repository"));
    Files.copy(Path.of("fdistill"), repository.resolve("fdistill"));
    run("chmod", "+x", repository.resolve("fdistill").toString());
    Files.writeString(repository.resolve("pom.xml"), "<project/>");
    Files.createDirectories(repository.resolve("src/main"));
    jdk = Files.createDirectories(folder.resolve("jdk/bin")).getParent();
    java("17.0.1");
    script(jdk.resolve("bin/javac"), "");
    tools = Files.createDirectories(folder.resolve("tools"));
    mvn("mkdir -p target/dist/lib && touch target/dist/lib/fdistill-0.1.0.jar");
  }

  @Test
  void theFirstRunBuildsAndTheSecondDoesNot() throws IOException {
    assertThat(launch(Map.of(), "doctor", "a b"))
        .contains("building fdistill")
        .contains("java -Xmx2g")
        .contains("-Dorg.bytedeco.javacpp.maxPhysicalBytes=0")
        .endsWith("/target/dist/lib/fdistill-0.1.0.jar doctor [a b] log=2\n");
    assertThat(launch(Map.of(), "doctor")).doesNotContain("building").contains(" doctor ");
  }

  @Test
  void newerSourcesBuildAgain() throws IOException {
    launch(Map.of());
    Path source = Files.writeString(repository.resolve("src/main/A.java"), "class A {}");
    Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(5)));
    assertThat(launch(Map.of())).contains("building fdistill");
  }

  @Test
  void otherMavenArgumentsBuildAgain() throws IOException {
    launch(Map.of());
    Map<String, String> gpu = Map.of("FDISTILL_MAVEN_ARGS", "-Pgpu -o");
    assertThat(launch(gpu)).contains("building").contains("java -Xmx2g");
    assertThat(Files.readString(repository.resolve("target/mvn.args")))
        .contains("-Pgpu -o package");
    assertThat(launch(gpu)).doesNotContain("building");
  }

  @Test
  void mavenArgumentsHoldUntilOtherOnesAreGiven() throws IOException {
    launch(Map.of("FDISTILL_MAVEN_ARGS", "-Pgpu"));
    assertThat(launch(Map.of())).doesNotContain("building");
    Path source = Files.writeString(repository.resolve("src/main/A.java"), "class A {}");
    Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(5)));
    assertThat(launch(Map.of())).contains("building");
    assertThat(Files.readString(repository.resolve("target/mvn.args"))).contains("-Pgpu package");
    assertThat(launch(Map.of("FDISTILL_MAVEN_ARGS", ""))).contains("building");
    assertThat(Files.readString(repository.resolve("target/mvn.args"))).doesNotContain("-Pgpu");
  }

  @Test
  void namesAreReadAsUtf8WhateverTheLocale() throws IOException {
    script(jdk.resolve("bin/java"), JAVA_VERSION.formatted("17.0.1") + "locale charmap");
    for (String name : List.of("C", "POSIX", "ar_EG.UTF-8", "de_DE.ISO-8859-1", "C.UTF-8")) {
      for (String variable : List.of("LC_ALL", "LC_CTYPE", "LANG")) {
        assertThat(launch(Map.of(variable, name))).as(variable + "=" + name).endsWith("UTF-8\n");
      }
    }
  }

  @Test
  void aLocaleOfUtf8Stays() throws IOException {
    script(jdk.resolve("bin/java"), JAVA_VERSION.formatted("17.0.1") + "echo \"<$LC_ALL>\"");
    assertThat(launch(Map.of("LANG", "C.UTF-8"))).endsWith("<>\n");
    assertThat(launch(Map.of("LC_ALL", "C"))).endsWith("<C.UTF-8>\n");
  }

  @Test
  void aFailedBuildShowsItsLog() throws IOException {
    mvn("echo 'Foo.java: cannot find symbol'; exit 1");
    assertThat(launch(Map.of()))
        .contains("Foo.java: cannot find symbol")
        .contains("error: the build failed; its log is above and in ")
        .doesNotContain("java -Xmx2g")
        .endsWith("(exit 1)\n");
  }

  @Test
  void anOldJavaIsRefused() throws IOException {
    java("1.8.0_292");
    assertThat(launch(Map.of())).contains("is Java 8; fdistill needs 17 or newer");
    java("11.0.2");
    assertThat(launch(Map.of())).contains("is Java 11; fdistill needs 17 or newer");
  }

  @Test
  void aWrongJavaHomeIsNamed() throws IOException {
    assertThat(launch(Map.of("JAVA_HOME", "/no/jdk")))
        .contains("error: JAVA_HOME is /no/jdk, but there is no bin/java in it.");
  }

  @Test
  void aMissingCompilerIsNamed() throws IOException {
    Files.delete(jdk.resolve("bin/javac"));
    assertThat(launch(Map.of())).contains("the build needs a JDK, not only a JRE");
  }

  @Test
  void aMissingMavenIsNamed() throws IOException {
    Files.delete(tools.resolve("mvn"));
    assertThat(launch(Map.of("PATH", path(tools) + ":" + bareTools())))
        .contains("error: Maven is missing");
  }

  @Test
  void aSymbolicLinkFindsItsRepository() throws IOException {
    Path link = Files.createSymbolicLink(folder.resolve("fd"), repository.resolve("fdistill"));
    assertThat(launch(link, Map.of(), "x")).contains("-Dfdistill.home=" + repository);
  }

  @Test
  void whatTheUserHasSetStays() throws IOException {
    Map<String, String> own =
        Map.of("TF_CPP_MIN_LOG_LEVEL", "0", "FDISTILL_JAVA_OPTS", "-Xmx9g -Da=b");
    assertThat(launch(own, "x")).contains("-Xmx9g -Da=b -jar").endsWith(" x log=0\n");
  }

  @Test
  void javaKnowsItsOptions() throws IOException {
    script(
        jdk.resolve("bin/java"),
        """
        for word in "$@"; do
          [ "$word" != -jar ] || end=here
          [ "$end" ] || set -- "$@" "$word"
          shift
        done
        exec '%s/bin/java' "$@" -version
        """
            .formatted(System.getProperty("java.home")));
    assertThat(launch(Map.of())).contains("VM").doesNotContain("warning").doesNotContain("exit");
  }

  @Test
  void newerJavasAreAllowedWhatTheyWouldWarnOf() throws IOException {
    String library = " --enable-native-access=ALL-UNNAMED";
    String memory = " --sun-misc-unsafe-memory-access=allow";
    assertThat(launch(Map.of())).doesNotContain(library).doesNotContain(memory);
    java("22.0.1");
    assertThat(launch(Map.of())).contains(library).doesNotContain(memory);
    java("25.0.2");
    assertThat(launch(Map.of())).contains(library).contains(memory);
  }

  private String launch(Map<String, String> environment, String... words) throws IOException {
    return launch(repository.resolve("fdistill"), environment, words);
  }

  private String launch(Path launcher, Map<String, String> environment, String... words)
      throws IOException {
    ProcessBuilder builder = new ProcessBuilder(launcher.toString());
    builder.command().addAll(List.of(words));
    builder.directory(repository.toFile()).redirectErrorStream(true);
    builder.environment().keySet().removeIf(name -> name.startsWith("FDISTILL"));
    builder.environment().keySet().removeIf(name -> name.startsWith("LC_") || name.equals("LANG"));
    builder.environment().remove("TF_CPP_MIN_LOG_LEVEL");
    builder.environment().put("JAVA_HOME", path(jdk));
    builder.environment().put("PATH", path(tools) + ":" + System.getenv("PATH"));
    builder.environment().putAll(environment);
    return output(builder);
  }

  private static String run(String... command) throws IOException {
    return output(new ProcessBuilder(command).redirectErrorStream(true));
  }

  private static String output(ProcessBuilder builder) throws IOException {
    Process process = builder.start();
    try {
      String text = new String(process.getInputStream().readAllBytes(), UTF_8);
      int code = process.waitFor();
      return code == 0 ? text : text + "(exit " + code + ")\n";
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  /** A folder with the launcher's tools, but no mvn that may be installed beside them. */
  private Path bareTools() throws IOException {
    Path bare = Files.createDirectories(folder.resolve("bare"));
    for (String tool :
        List.of(
            "bash",
            "env",
            "readlink",
            "dirname",
            "sed",
            "head",
            "ls",
            "find",
            "cat",
            "mkdir",
            "flock")) {
      script(
          bare.resolve(tool),
          "exec " + run("bash", "-c", "command -v " + tool).strip() + " \"$@\"\n");
    }
    return bare;
  }

  private void java(String version) throws IOException {
    script(
        jdk.resolve("bin/java"),
        (JAVA_VERSION
                + """
                printf java
                for word in "$@"; do
                  case "$word" in *repository/target*|-D*) printf ' %%s' "$word";;
                    *' '*) printf ' [%%s]' "$word";; *) printf ' %%s' "$word";; esac
                done
                echo " log=$TF_CPP_MIN_LOG_LEVEL"
                """)
            .formatted(version));
  }

  private void mvn(String action) throws IOException {
    script(tools.resolve("mvn"), "echo \"$@\" >target/mvn.args\n" + action + "\n");
  }

  private static void script(Path file, String body) throws IOException {
    Files.writeString(file, "#!/bin/sh\n" + body);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private static String path(Path path) {
    return path.toString();
  }
}
