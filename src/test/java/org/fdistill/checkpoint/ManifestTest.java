package org.fdistill.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.fdistill.config.TextProtos;
import org.fdistill.config.UserError;
import org.fdistill.data.DataIdentity;
import org.fdistill.eval.Criterion;
import org.fdistill.export.TrainedRuns;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ManifestTest {
  private static final Criterion LOSS = new Criterion("loss", false);

  @TempDir Path root;
  private Path folder;
  private Path file;

  @BeforeEach
  void write() throws IOException {
    folder = Files.createDirectories(root.resolve("step-40"));
    file = folder.resolve("manifest.json");
    Files.writeString(file, manifest(new Manifest.RunPosition(40, 40, 160)).toJson());
  }

  /** Batches of 4 in one part. */
  private static Manifest manifest(Manifest.RunPosition progress) {
    return Manifest.of(
        progress,
        LOSS,
        Map.of("loss", 0.25, "top1", Double.NaN),
        TextProtos.toText(TrainedRuns.distilled()),
        DataIdentity.of(1024, List.of()),
        Map.of("tensorflow", "2.18.0", "fdistill", "1"),
        Map.of("variables.index", new FileDigest(12, "0badcafe")));
  }

  @Test
  void whatIsWrittenIsRead() {
    Manifest read = Manifest.read(folder);
    assertThat(read).isEqualTo(manifest(new Manifest.RunPosition(40, 40, 160)));
    assertThat(read.runConfig(folder)).isEqualTo(TrainedRuns.distilled());
    read.requireConfig(folder);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 5})
  void aFlippedBitOfAnyByteIsFound(int bit) throws IOException {
    byte[] whole = Files.readAllBytes(file);
    for (int at = 0; at < whole.length; at++) {
      byte[] flipped = whole.clone();
      flipped[at] ^= (byte) (1 << bit);
      Files.write(file, flipped);
      assertThat(catchThrowable(() -> Manifest.read(folder)))
          .as("byte %d", at)
          .isInstanceOf(UserError.class);
    }
  }

  @Test
  void whatIsCutShortIsFound() throws IOException {
    String whole = Files.readString(file);
    for (int length = 0; length < whole.length(); length++) {
      Files.writeString(file, whole.substring(0, length));
      assertThat(catchThrowable(() -> Manifest.read(folder)))
          .as("%d characters", length)
          .isInstanceOf(UserError.class);
    }
  }

  @Test
  void aFieldMoreOrLessIsFound() throws IOException {
    String whole = Files.readString(file);
    Files.writeString(file, whole.replace("\"microStep\": 40,", ""));
    assertThatThrownBy(() -> Manifest.read(folder)).hasMessageContaining("a field is missing");
    Files.writeString(file, whole.replace("\"microStep\"", "\"more\": 1, \"microStep\""));
    assertThatThrownBy(() -> Manifest.read(folder)).hasMessageContaining("unknown or changed");
  }

  @Test
  void theStepIsTheFoldersUnlessAUserRenamedIt() throws IOException {
    Path other = Files.createDirectories(root.resolve("step-41"));
    Files.copy(file, other.resolve("manifest.json"));
    assertThatThrownBy(() -> Manifest.read(other))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("it is of step 40, its folder is step-41");
    Path copy = Files.createDirectories(root.resolve("kept"));
    Files.copy(file, copy.resolve("manifest.json"));
    assertThat(Manifest.read(copy).progress().step()).isEqualTo(40);
  }

  @ParameterizedTest
  @CsvSource({"-1, 0, 0", "40, 39, 160", "40, 40, -1"})
  void impossibleProgressIsFound(long step, long microStep, long position) throws IOException {
    Path kept = Files.createDirectories(root.resolve("kept"));
    Manifest made = manifest(new Manifest.RunPosition(step, microStep, position));
    Files.writeString(kept.resolve("manifest.json"), made.toJson());
    assertThatThrownBy(() -> Manifest.read(kept))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("its progress is impossible");
  }

  @ParameterizedTest
  @CsvSource({"40, 80, 160", "40, 40, 159"})
  void progressThatItsConfigCannotHaveMadeIsFound(long step, long microStep, long position) {
    Manifest made = manifest(new Manifest.RunPosition(step, microStep, position));
    assertThatThrownBy(() -> made.requireConfig(folder))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("its config has batches of 4 in 1 parts");
  }
}
