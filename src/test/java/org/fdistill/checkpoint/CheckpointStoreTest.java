package org.fdistill.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.fdistill.config.UserError;
import org.fdistill.data.DataIdentity;
import org.fdistill.eval.Criterion;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.ndarray.Shape;

class CheckpointStoreTest {
  private static final DataIdentity DATA = DataIdentity.of(640, List.of());

  /** Two parts of 32 images a step. */
  private static final String CONFIG =
      """
      name: "test"
      classify { classes: 2 }
      model { vit { image_size: 8 patch_size: 4 width: 8 depth: 1 heads: 2 } }
      train_data { noise { examples: 640 } image_size: 8 batch_size: 64 }
      optimizer { accumulation: 2 }
      schedule { length { steps: 100 } }
      """;

  @TempDir Path root;
  private Path folder;
  private SmallModel model;
  private final List<String> warnings = new ArrayList<>();

  @BeforeEach
  void open() {
    folder = root.resolve("checkpoints");
    model = new SmallModel(1, "student/kernel", "student/kernel/adam_m");
  }

  @AfterEach
  void close() {
    model.close();
  }

  @Test
  void whatIsWrittenIsReadBack() {
    CheckpointStore store = store(2);
    write(store, 25);
    Checkpoint newest = store.newest(model.files.shapes(), warnings::add).orElseThrow();
    assertThat(newest.folder()).isEqualTo(folder.resolve("step-25"));
    assertThat(newest.manifest().progress()).isEqualTo(new Manifest.RunPosition(25, 50, 1600));
    assertThat(newest.manifest().config()).isEqualTo(CONFIG);
    assertThat(newest.manifest().data()).isEqualTo(DATA);
    assertThat(newest.manifest().versions()).containsKeys("fdistill", "tensorflow");
    try (SmallModel other = new SmallModel(2, "student/kernel", "student/kernel/adam_m")) {
      assertThat(other.value("student/kernel")).isNotEqualTo(model.value("student/kernel"));
      other.restore(newest.prefix());
      assertThat(other.value("student/kernel")).isEqualTo(model.value("student/kernel"));
      assertThat(other.value("student/kernel/adam_m"))
          .isEqualTo(model.value("student/kernel/adam_m"));
    }
    assertThat(warnings).isEmpty();
  }

  @Test
  void someVariablesCanBeRestoredAlone() {
    Checkpoint checkpoint = write(store(2), 1);
    try (SmallModel other = new SmallModel(2, "student/kernel", "head/kernel")) {
      float[] head = other.value("head/kernel");
      other.restore(checkpoint.prefix(), List.of("student/kernel"));
      assertThat(other.value("student/kernel")).isEqualTo(model.value("student/kernel"));
      assertThat(other.value("head/kernel")).isEqualTo(head);
    }
  }

  @Test
  void singleTensorsAreReadWithoutAGraph() {
    Checkpoint checkpoint = write(store(2), 1);
    try (BundleReader reader = new BundleReader(checkpoint.prefix())) {
      assertThat(reader.shapes())
          .containsOnly(
              Map.entry("student/kernel", Shape.of(30, 7)),
              Map.entry("student/kernel/adam_m", Shape.of(30, 7)));
      assertThat(reader.read("student/kernel")).isEqualTo(model.value("student/kernel"));
      assertThatThrownBy(() -> reader.read("kernel"))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("no tensor kernel; it has [student/kernel,");
    }
  }

  @Test
  void resumeFallsBackFromATruncatedCheckpoint() throws IOException {
    CheckpointStore store = store(2);
    write(store, 10);
    write(store, 20);
    Path data = folder.resolve("step-20/variables.data-00000-of-00001");
    try (RandomAccessFile file = new RandomAccessFile(data.toFile(), "rw")) {
      file.setLength(file.length() - 1);
    }
    Checkpoint newest = store.newest(model.files.shapes(), warnings::add).orElseThrow();
    assertThat(newest.manifest().progress().step()).isEqualTo(10);
    assertThat(warnings).hasSize(1);
    assertThat(warnings.get(0))
        .contains("step-20/variables.data-00000-of-00001: damaged: found 1679 bytes")
        .contains("1680 bytes")
        .contains("Falling back to " + folder.resolve("step-10"));
  }

  @Test
  void aFileThatIsGoneIsNamed() throws IOException {
    Checkpoint checkpoint = write(store(2), 10);
    Files.delete(folder.resolve("step-10/variables.data-00000-of-00001"));
    assertThatThrownBy(() -> Checkpoint.open(checkpoint.folder()))
        .hasMessageContaining("damaged: found no such file, and its manifest says 1680 bytes");
  }

  @Test
  void aChangedByteIsFound() throws IOException {
    Checkpoint checkpoint = write(store(2), 10);
    Path data = folder.resolve("step-10/variables.data-00000-of-00001");
    byte[] bytes = Files.readAllBytes(data);
    bytes[100] ^= 1;
    Files.write(data, bytes);
    assertThatThrownBy(() -> Checkpoint.open(checkpoint.folder()))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("damaged: found checksum");
  }

  @Test
  void checkpointsOfWhichNoneIsWholeAreAnErrorAndNoFreshStart() throws IOException {
    CheckpointStore store = store(2);
    write(store, 10);
    Files.delete(folder.resolve("step-10/variables.index"));
    assertThatThrownBy(() -> store.newest(Map.of(), warnings::add))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("none of its checkpoints is whole")
        .hasMessageContaining("variables.index")
        .hasMessageContaining("Move this folder away");
  }

  @Test
  void aForeignFolderIsNamed() throws IOException {
    Path foreign = Files.createDirectories(root.resolve("foreign"));
    assertThatThrownBy(() -> Checkpoint.open(foreign))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("manifest.json: not the manifest of a checkpoint");
    Files.writeString(foreign.resolve("manifest.json"), "{\"format\": 2}");
    assertThatThrownBy(() -> Checkpoint.open(foreign)).hasMessageContaining("a field is missing");
    Files.writeString(foreign.resolve("manifest.json"), "no json");
    assertThatThrownBy(() -> Checkpoint.open(foreign)).hasMessageContaining("not the JSON");
  }

  @Test
  void anotherFormatIsNamed() throws IOException {
    Checkpoint checkpoint = write(store(2), 10);
    Path manifest = checkpoint.folder().resolve("manifest.json");
    String json = Files.readString(manifest);
    assertThat(json).contains("\"format\": 2");
    for (int format : new int[] {1, 3}) {
      Files.writeString(manifest, json.replace("\"format\": 2", "\"format\": " + format));
      assertThatThrownBy(() -> Checkpoint.open(checkpoint.folder()))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("format %d, but this version of fdistill reads format 2", format)
          .hasMessageContaining("Go on with the version that wrote it");
    }
  }

  @Test
  void missingVariablesAndOtherShapesAreAllListed() {
    Checkpoint checkpoint = write(store(2), 10);
    Map<String, Shape> expected =
        Map.of("student/kernel", Shape.of(30, 8), "student/bias", Shape.of(8));
    assertThatThrownBy(() -> checkpoint.requireVariables(expected))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("student/kernel: found [30, 7], expected [30, 8]")
        .hasMessageContaining("student/bias: missing");
  }

  @Test
  void theNewestAndTheBestStay() {
    CheckpointStore store = store(2);
    double[] losses = {0.5, 0.2, 0.4, 0.3, Double.NaN};
    for (int i = 0; i < losses.length; i++) {
      store.write(progress(i), DATA, Map.of("loss", losses[i]), model::save);
      store.prune();
    }
    assertThat(steps()).containsExactly("step-1", "step-3", "step-4");
  }

  @Test
  void aFullDiskLeavesNoPartialFolderAndTheOldCheckpointWhole() throws IOException {
    CheckpointStore store = store(2);
    write(store, 10);
    assertThatThrownBy(
            () ->
                store.write(
                    progress(20),
                    DATA,
                    Map.of(),
                    prefix -> {
                      Files.write(Path.of(prefix + ".data-00000-of-00001"), new byte[100]);
                      throw new IOException("No space left on device\n\t [[{{node files/Save}}]]");
                    }))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("step-20: the checkpoint could not be written")
        .hasMessageContaining("No space left on device. The disk has")
        .hasMessageContaining("Make room.");
    assertThat(steps()).containsExactly("step-10");
    assertThat(store.newest(model.files.shapes(), warnings::add)).isPresent();
  }

  @Test
  void aFolderThatMayNotBeWrittenToIsNoMatterOfRoom() {
    assertThatThrownBy(
            () ->
                store(2)
                    .write(
                        progress(20),
                        DATA,
                        Map.of(),
                        prefix -> {
                          throw new java.nio.file.AccessDeniedException(prefix.toString());
                        }))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("variables: permission denied.")
        .hasMessageContaining("Ask for the right to write there")
        .hasMessageNotContaining("Make room");
  }

  @Test
  void foldersOfOtherNamesAreNoCheckpoints() throws IOException {
    CheckpointStore store = store(1);
    Files.createDirectories(folder.resolve("step-99999999999999999999"));
    Files.createDirectories(folder.resolve("step-007"));
    write(store, 10);
    store.prune();
    assertThat(store.newest(Map.of(), warnings::add).orElseThrow().folder())
        .isEqualTo(folder.resolve("step-10"));
    assertThat(steps()).contains("step-99999999999999999999", "step-007");
    assertThat(warnings).isEmpty();
  }

  @Test
  void otherDataAreRefusedUnlessTheyAreMeant() {
    Checkpoint checkpoint = write(store(2), 10);
    assertThat(checkpoint.compareData(DATA, false)).isEmpty();
    DataIdentity fewer = DataIdentity.of(639, List.of());
    assertThatThrownBy(() -> checkpoint.compareData(fewer, false))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("step-10: the training data are not those of the run so far")
        .hasMessageContaining("examples: 640 -> 639")
        .hasMessageContaining("--set checkpoint.accept_changed_data=true");
    assertThat(checkpoint.compareData(fewer, true).orElseThrow())
        .contains("examples: 640 -> 639", "Going on with them");
  }

  @Test
  void theSameCheckpointHasTheSameManifest() throws IOException {
    Path first = write(store(2), 10).folder().resolve("manifest.json");
    byte[] bytes = Files.readAllBytes(first);
    write(store(2), 10);
    assertThat(first).hasBinaryContent(bytes);
    assertThat(Files.readString(first))
        .containsSubsequence("\"fdistill\"", "\"tensorflow\"", "variables.data", "variables.index");
  }

  @Test
  void leftoversOfAKilledProcessAreRemoved() throws IOException {
    write(store(2), 10);
    Path leftover = Files.createDirectories(folder.resolve(".partial-step-20"));
    Files.write(leftover.resolve("variables.data-00000-of-00001"), new byte[10]);
    CheckpointStore store = store(2);
    assertThat(steps()).containsExactly("step-10");
    assertThat(store.newest(Map.of(), warnings::add)).isPresent();
  }

  @Test
  void aDamagedCheckpointOfTheSameStepIsReplaced() throws IOException {
    CheckpointStore store = store(2);
    write(store, 10);
    Files.delete(folder.resolve("step-10/variables.index"));
    write(store, 10);
    assertThat(store.newest(model.files.shapes(), warnings::add)).isPresent();
    assertThat(warnings).isEmpty();
  }

  private CheckpointStore store(int keepLast) {
    return new CheckpointStore(
        folder, new Retention(keepLast, true, List.of(new Criterion("loss", false))), CONFIG);
  }

  private static Manifest.RunPosition progress(long step) {
    return new Manifest.RunPosition(step, 2 * step, 64 * step);
  }

  private Checkpoint write(CheckpointStore store, long step) {
    return store.write(progress(step), DATA, Map.of(), model::save);
  }

  private List<String> steps() {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.map(p -> p.getFileName().toString()).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
