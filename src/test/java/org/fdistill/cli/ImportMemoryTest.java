package org.fdistill.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.fdistill.convert.LargeCheckpoint;
import org.fdistill.testing.JavaChild;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How much memory an import takes; {@code import_memory.py} measures it for files of 4 GB. */
@Tag("slow")
class ImportMemoryTest {
  /** What the largest tensor and Java itself need; a fifth of the file. */
  private static final String HEAP = "-Xmx80m";

  @TempDir Path folder;

  @Test
  void javasHeapHoldsNoCopyOfTheFile() throws Exception {
    Path file = folder.resolve("large.safetensors");
    LargeCheckpoint.write(file, 1024, 8);
    assertThat(Files.size(file)).isGreaterThan(400_000_000);
    Path out = folder.resolve("model");
    assertThat(
            child(
                "import-teacher",
                "--arch=dino",
                "--checkpoint=" + file,
                "--set=model.vit.heads=16",
                "--out=" + out))
        .contains("tensors");
    assertThat(out.resolve("1/variables/variables.data-00001-of-00002")).exists();
  }

  private String child(String... words) throws IOException, InterruptedException {
    Path said = folder.resolve("said.txt");
    ProcessBuilder builder =
        new ProcessBuilder(JavaChild.command(List.of(HEAP, "-XX:+UseSerialGC"), Main.class, words));
    builder.environment().putAll(Map.of("TF_CPP_MIN_LOG_LEVEL", "2"));
    Process child = builder.redirectErrorStream(true).redirectOutput(said.toFile()).start();
    int code = child.waitFor();
    String text = Files.readString(said, UTF_8);
    assertThat(code).as(text).isZero();
    return text;
  }
}
