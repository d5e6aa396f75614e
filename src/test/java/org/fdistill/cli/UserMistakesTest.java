package org.fdistill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.fdistill.data.Examples;
import org.fdistill.testing.Golden;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a user is told of each likely mistake: the message and the exit code. */
class UserMistakesTest {
  private static final int FAILED = 1;
  private static final int USAGE = 2;
  private static final int INPUT = 3;

  @TempDir Path root;

  private String config;
  private Path run;

  @BeforeEach
  void write() {
    config = TinyConfigs.classify(root);
    run = root.resolve("run");
  }

  @Test
  void anUnknownConfigField() throws IOException {
    String text = Files.readString(Path.of(config)).replace("batch_size", "batchsize");
    config = TinyConfigs.write(root.resolve("misspelt.txtpb"), text);
    trainFails(USAGE, "misspelt.txtpb:8", "batchsize", "Did you mean 'batch_size'?");
  }

  @Test
  void anUnknownFieldOnTheCommandLine() {
    trainFails(USAGE, "learning_rat", "Did you mean", "--set=schedule.learning_rat=1");
  }

  @Test
  void anEmptyPath() {
    CommandRun.fails(USAGE, List.of("is empty; it takes a path"), "train", config, "--workdir", "");
  }

  @Test
  void aFileAsTheFolder() throws IOException {
    Path file = Files.writeString(run.resolveSibling("notes.txt"), "mine");
    CommandRun.fails(
        USAGE,
        List.of("notes.txt: this is a file", "another --workdir"),
        "train",
        config,
        "--workdir=" + file);
    assertThat(file).content().isEqualTo("mine");
  }

  @Test
  void aMissingConfigFile() {
    config = root.resolve("nowhere.txtpb").toString();
    trainFails(INPUT, "nowhere.txtpb");
  }

  @Test
  void aMissingTeacher() {
    config = TinyConfigs.distill(root, root.resolve("nobody"));
    trainFails(INPUT, "nobody: there is no such folder", "saved_model.pb", "Relative paths start");
    assertThat(run).doesNotExist();
  }

  @Test
  void aCacheOfWhatHasNoTeacherOrNoPlaceForIt() {
    CommandRun.fails(
        USAGE, List.of("its task is not distill"), "cache", "configs/smoke/classify.txtpb");
    CommandRun.fails(
        USAGE,
        List.of("distill.cache.path is not set", "--set distill.cache.path=DIR"),
        "cache",
        "configs/smoke/distill.txtpb");
  }

  @Test
  void aTeacherAtAPathThatIsAPattern() throws IOException {
    Path model = Files.createDirectories(root.resolve("teacher[1]"));
    try (var files = Files.walk(Path.of("savedmodels/tiny-teacher/1"))) {
      for (Path file : files.toList()) {
        Path copy =
            model.resolve(Path.of("savedmodels/tiny-teacher/1").relativize(file).toString());
        Files.copy(file, copy, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
      }
    }
    config = "configs/smoke/distill.txtpb";
    trainFails(
        USAGE,
        "teacher[1]",
        "TensorFlow takes a path",
        "--set=distill.teacher.path=\"" + model + "\"");
    assertThat(run.resolve("checkpoints")).doesNotExist();
  }

  @Test
  void aTeacherWithoutSuchAnOutput() {
    config = TinyConfigs.distill(root, Golden.resource("teachers/tf2-functions"));
    trainFails(
        INPUT,
        "no output \"features\"",
        "Its outputs are: tokens float",
        "--set=distill.teacher.output=features");
    assertThat(run).doesNotExist();
  }

  /** No mistake: it is resampled, and that is said. */
  @Test
  void aTeacherOfAnotherGrid() {
    config = TinyConfigs.distill(root, Golden.resource("teachers/tf2-functions"));
    CommandRun run =
        CommandRun.done(
            "train",
            config,
            "--workdir",
            root.resolve("resampled").toString(),
            "--set=export.at_end=false",
            "--set=model.vit.patch_size=4");
    assertThat(run.err())
        .contains(
            "The 4 x 4 patches of teacher tf2-functions are resampled to the student's 8 x 8.");
  }

  @Test
  void aTeacherWhoseTokensAreNoGrid() {
    config = TinyConfigs.distill(root, Golden.resource("teachers/wrong-token-count"));
    trainFails(INPUT, "16 tokens", "no square grid", "teacher.prefix_tokens would fit as: 0");
  }

  @Test
  void anEmptyDataFolder() throws IOException {
    Path empty = Files.createDirectory(root.resolve("empty"));
    trainFails(INPUT, empty + " holds no images", "--set=train_data.image_folder.path=" + empty);
  }

  @Test
  void missingData() {
    String pattern = root.resolve("nowhere/train-*").toString();
    trainFails(
        INPUT,
        "No file matches " + pattern,
        "there is no folder",
        "--set=train_data.tfrecord.path=" + pattern);
  }

  @Test
  void fewerExamplesThanABatch() {
    trainFails(USAGE, "16 examples, fewer than one batch", "--set=train_data.batch_size=32");
  }

  @Test
  void imagesWithoutLabels() throws IOException {
    Path flat = Examples.flatFolder(root.resolve("flat"), 8);
    trainFails(
        INPUT,
        "train_data: these examples have no labels",
        "one of 4 classes",
        "--set=train_data.image_folder.path=" + flat);
  }

  @Test
  void moreClassesThanTheTask() throws IOException {
    Path folder = root.resolve("classes");
    for (String name : List.of("ant", "bee", "cat", "dog", "elk")) {
      Examples.flatFolder(folder.resolve(name), 2);
    }
    trainFails(
        INPUT,
        "train_data: these examples have 5 classes, and classify.classes is 4",
        "Set classify.classes to 5",
        "--set=train_data.image_folder.path=" + folder);
  }

  @Test
  void aLabelBeyondTheClasses() throws IOException {
    Path records = Examples.records(root.resolve("records"), 8, 1);
    trainFails(
        INPUT,
        "train-00000-of-00001.tfrecord record ",
        "expected 0 to 3",
        "tfrecord.label_offset",
        "--set=train_data.tfrecord.path=" + records + "/train-*");
  }

  @Test
  void noGpuWhereOneIsDemanded() {
    trainFails(FAILED, "no GPU on this machine", "-Pgpu", "--set=runtime.device=GPU");
  }

  @Test
  void aCompiledStepThatAccumulates() {
    trainFails(
        USAGE,
        "runtime.xla is WHOLE_STEP",
        "--set=runtime.xla=WHOLE_STEP",
        "--set=optimizer.accumulation=2");
  }

  @Test
  void aFullDisk() throws IOException {
    Files.createDirectory(run);
    Files.createSymbolicLink(run.resolve("run.log"), Path.of("/dev/full"));
    trainFails(FAILED, "cannot be written", "No space left on device", "Make room");
    Files.delete(run.resolve("run.log"));
  }

  @Test
  void weightsThatAreNotThere() {
    trainFails(INPUT, "no weights in it", "checkpoints/step-N", "--set=model.init_from=" + root);
  }

  @Test
  void weightsOfAnotherFramework() throws IOException {
    Path file = Files.writeString(root.resolve("dino.pth"), "not read");
    String[] parts = {
      "weights as another framework stores them",
      "import-teacher --arch ARCH --checkpoint " + file + " --out savedmodels/NAME"
    };
    trainFails(INPUT, parts[0], parts[1], "--set=model.init_from=" + file);
    Path folder = Files.createDirectory(root.resolve("hub"));
    Files.writeString(folder.resolve("model.safetensors"), "not read");
    trainFails(
        INPUT,
        parts[0],
        "import-teacher --arch ARCH --checkpoint " + folder,
        "--set=model.init_from=" + folder);
  }

  @Test
  void aFolderInUseByItsRun() throws IOException {
    CommandRun.done("train", config, "--workdir", run.toString(), "--set=export.at_end=false");
    trainFails(
        USAGE,
        "this folder holds a run of another config (folder -> yours)",
        "schedule.learning_rate: 0.001 -> 0.01",
        "--set=schedule.learning_rate=0.01");

    weightsOfAnotherNetwork();
    truncate(run.resolve("checkpoints/step-2/variables.data-00000-of-00001"));
    trainFails(INPUT, "none of its checkpoints is whole", "damaged", "--set=export.at_end=false");
    CommandRun.fails(INPUT, List.of("damaged: found", "bytes"), "evaluate", run.toString());
    CommandRun.fails(INPUT, List.of("damaged: found", "bytes"), "export", run.toString());
    assertThat(run.resolve("export")).doesNotExist();
  }

  /** Both directions, and shapes. */
  private void weightsOfAnotherNetwork() {
    CommandRun.fails(
        INPUT,
        List.of(
            "step-2: weights of another network:",
            "- student/pos_embed: missing",
            "! student/blocks/00/mlp/fc1/bias: found [32], expected [16]",
            "+ student/cls_token: not in the network, [1, 1, 8]"),
        "train",
        config,
        "--workdir",
        root.resolve("other").toString(),
        "--set=model.init_from=" + run,
        "--set=model.vit.absolute_position=true",
        "--set=model.vit.class_token=false",
        "--set=model.vit.mlp_ratio=2");
  }

  @Test
  void aStartThatFailedDoesNotKeepTheFolder() {
    trainFails(INPUT, "no such file", "--set=train_data.tfrecord.path=" + root + "/nowhere");
    CommandRun.done("train", config, "--workdir", run.toString(), "--set=export.at_end=false");
  }

  private static void truncate(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(channel.size() / 2);
    }
  }

  /**
   * Trains and reads the message.
   *
   * @param more parts of the message, and options where they start with dashes
   */
  private void trainFails(int code, String... more) {
    List<String> words = new ArrayList<>(List.of("train", config, "--workdir", run.toString()));
    List<String> parts = new ArrayList<>();
    for (String text : more) {
      (text.startsWith("--") ? words : parts).add(text);
    }
    CommandRun.fails(code, parts, words.toArray(String[]::new));
  }
}
