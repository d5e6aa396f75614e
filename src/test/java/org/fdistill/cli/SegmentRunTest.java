package org.fdistill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.imageio.ImageIO;
import org.fdistill.checkpoint.BundleReader;
import org.fdistill.files.Folders;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A segmenter from its data to its class maps, and what is said of bad data. */
@Tag("slow")
class SegmentRunTest {
  @TempDir static Path root;

  private static Path data;
  private static String config;
  private static Path run;

  @BeforeAll
  static void train() {
    data = root.resolve("data");
    new MaskedData(data, "training").pairs(8, 40, 24);
    new MaskedData(data, "validation").pairs(3, 33, 27);
    config = config("segment", data);
    run = root.resolve("run");
    CommandRun.done("train", config, "--workdir", run.toString());
  }

  private static String config(String name, Path folder) {
    return TinyConfigs.write(
        root.resolve(name + ".txtpb"),
        """
        name: "tiny-segmenter"
        segment {
          classes: 3 channels: 16 auxiliary_channels: 8 dropout: 0
          inference { shorter_side: 16 longer_side: 64 stride: 10 }
        }
        model { vit { image_size: 16 patch_size: 4 width: 16 depth: 2 heads: 2 } drop_path: 0 }
        train_data {
          segmentation_folder { path: "%s" }
          batch_size: 4
          segment_augment { long_side: 64 short_side: 16 min_ratio: 1 max_ratio: 1.2 }
        }
        validation_data { segmentation_folder { path: "%s" split: "validation" } }
        optimizer { clip_norm: 0 layer_decay: 0.9 }
        schedule {
          length { steps: 60 } warmup { steps: 5 } learning_rate: 3e-3 scale_by_batch: 0
          curve: POLY warmup_learning_rate: 3e-9 min_learning_rate: 0
        }
        log { every_steps: 20 }
        """
            .formatted(folder, folder));
  }

  /** The third class never occurs: it has no IoU, and the mean is that of the two others. */
  @Test
  void itLearnsWhichSideIsRed() throws IOException {
    var summary =
        JsonParser.parseString(Files.readString(run.resolve("summary.json"))).getAsJsonObject();
    assertThat(summary.get("validation_miou").getAsDouble()).isGreaterThan(0.8);
    assertThat(summary.get("validation_pixel_accuracy").getAsDouble()).isGreaterThan(0.9);
    assertThat(run.resolve("validation-classes.txt")).content().containsPattern("2 +- +- +0\n");
    var classes =
        JsonParser.parseString(Files.readString(run.resolve("validation-classes.json")))
            .getAsJsonObject()
            .getAsJsonArray("classes");
    assertThat(classes.get(2).getAsJsonObject().get("iou").isJsonNull()).isTrue();
    assertThat(run.resolve("run.log")).content().contains("0.7290", "rate scale");
  }

  @Test
  void anExportHasTheValuesOfItsRun() throws IOException {
    Path json = root.resolve("values.json");
    CommandRun evaluated =
        CommandRun.done("evaluate", run.resolve("export").toString(), "--json", json.toString());
    assertThat(evaluated.out()).contains("class  name", "validation_miou");
    var values = JsonParser.parseString(Files.readString(json)).getAsJsonObject();
    var summary =
        JsonParser.parseString(Files.readString(run.resolve("summary.json"))).getAsJsonObject();
    assertThat(values.get("validation_miou")).isEqualTo(summary.get("validation_miou"));
    assertThat(values.getAsJsonArray("classes")).hasSize(3);
  }

  @Test
  void predictDrawsImageClassesAndTruthSideBySide() throws IOException {
    MaskedData photos = new MaskedData(root.resolve("photos"), "all").pairs(2, 50, 31);
    Files.writeString(photos.image("broken"), "text");
    Path out = root.resolve("maps");
    CommandRun predicted =
        CommandRun.done(
            "predict",
            run.resolve("export").toString(),
            "--images",
            photos.image("x").getParent().toString(),
            "--truth",
            photos.mask("x").getParent().toString(),
            "--out",
            out.toString());
    assertThat(predicted.out()).contains("2 class maps in " + out);
    assertThat(predicted.err()).contains("left out: 1 image:", photos.image("broken") + ": ");
    BufferedImage shown = ImageIO.read(out.resolve("image-00.png").toFile());
    assertThat(List.of(shown.getWidth(), shown.getHeight())).containsExactly(150, 31);
    assertThat(shown.getRGB(5, 5) & 0xffffff).isEqualTo(0xff0000);
    // No class is black; where there is one, truth and prediction have the same colour.
    assertThat(shown.getRGB(100, 5) & 0xffffff).isZero();
    assertThat(shown.getRGB(60, 15)).isEqualTo(shown.getRGB(110, 15));
    assertThat(shown.getRGB(95, 15)).isEqualTo(shown.getRGB(145, 15));
    BufferedImage classes = ImageIO.read(out.resolve("image-00.classes.png").toFile());
    assertThat(classes.getRaster().getSample(10, 15, 0)).isZero();
    assertThat(classes.getRaster().getSample(45, 15, 0)).isEqualTo(1);
  }

  @Test
  void aMissingMaskIsNotTheImagesFault() throws IOException {
    MaskedData photos = new MaskedData(root.resolve("unmasked"), "all").pairs(1, 50, 31);
    Path mask = photos.mask("image-00");
    Files.delete(mask);
    Path out = root.resolve("unmasked-maps");
    CommandRun.fails(
        3,
        List.of("can be done", "its mask " + mask + " is not there"),
        "predict",
        run.resolve("export").toString(),
        "--images=" + photos.image("x").getParent(),
        "--truth=" + mask.getParent(),
        "--out=" + out);
    assertThat(out).doesNotExist();
  }

  /** A full disk must not look like images that cannot be read. */
  @Test
  void aFolderThatCannotBeWrittenIsNamed() throws IOException {
    MaskedData photos = new MaskedData(root.resolve("written"), "all").pairs(1, 50, 31);
    Path out = root.resolve("written-maps");
    Path taken = Files.createDirectories(out.resolve("image-00.png"));
    Files.writeString(taken.resolve("mine.txt"), "mine");
    CommandRun.fails(
        1,
        List.of("Cannot write to " + taken),
        "predict",
        run.resolve("export").toString(),
        "--images=" + photos.image("x").getParent(),
        "--out=" + out);
  }

  @Test
  void recordsOfTheSameDataGiveTheSameValues() {
    Path records = root.resolve("records");
    CommandRun.done(
        "make-data", "ade20k", "--from=" + data, "--out=" + records, "--name=validation");
    Path json = root.resolve("of-records.json");
    Path own = root.resolve("of-folder.json");
    CommandRun.done("evaluate", run.toString(), "--json", own.toString());
    CommandRun.done(
        "evaluate", run.toString(), "--data=" + records + "/validation-*", "--json=" + json);
    assertThat(json).hasSameTextualContentAs(own);
  }

  /** Whatever the run was validated on. */
  @Test
  void aFolderOfThatLayoutIsKnownByItsAnnotations() {
    Path json = root.resolve("of-layout.json");
    Path own = root.resolve("of-own.json");
    CommandRun.done("evaluate", run.toString(), "--json=" + own);
    CommandRun.done(
        "evaluate",
        run.toString(),
        "--set=validation_data.segmentation_folder=",
        "--set=validation_data.noise.examples=2",
        "--data=" + data,
        "--json=" + json);
    assertThat(json).hasSameTextualContentAs(own);
    CommandRun.fails(
        2,
        List.of(": a segmenter needs masks", "annotations"),
        "evaluate",
        run.toString(),
        "--set=validation_data.segmentation_folder=",
        "--set=validation_data.noise.examples=2",
        "--data=" + data.resolve("images/validation"));
  }

  /** Its weights start another segmenter, running statistics included. */
  @Test
  void anExportStartsAnotherRun() {
    Path second = root.resolve("second");
    CommandRun.done(
        "train",
        config,
        "--workdir=" + second,
        "--set=model.init_from=" + run.resolve("export"),
        "--set=schedule.length.steps=1",
        "--set=schedule.warmup=",
        "--set=schedule.learning_rate=1e-30",
        "--set=schedule.warmup_learning_rate=0");
    assertThat(second.resolve("init_from.txt"))
        .content()
        .containsPattern("head/uper/fusion/norm/variance.*loaded")
        .containsPattern("auxiliary/classifier/kernel.*kept");
  }

  /** What is left of the second run is what a kill after its fourth step would leave. */
  @Test
  void aKilledRunGoesOnWithTheSameBitsRunningStatisticsIncluded() throws IOException {
    Path straight = shortRun("straight");
    Path killed = shortRun("killed");
    Folders.delete(killed.resolve("checkpoints/step-6"));
    Files.delete(killed.resolve("summary.json"));
    shortRun("killed");
    Map<String, float[]> expected = variables(straight.resolve("checkpoints/step-6"));
    Map<String, float[]> actual = variables(killed.resolve("checkpoints/step-6"));
    assertThat(expected.get("head/uper/fusion/norm/variance")).doesNotContain(1);
    assertThat(actual.keySet()).isEqualTo(expected.keySet());
    expected.forEach((name, values) -> assertThat(actual.get(name)).as(name).isEqualTo(values));
  }

  private static Path shortRun(String name) {
    Path folder = root.resolve(name);
    CommandRun.done(
        "train",
        config,
        "--workdir=" + folder,
        "--set=segment.dropout=0.1",
        "--set=model.drop_path=0.2",
        "--set=schedule.length.steps=6",
        "--set=schedule.warmup=",
        "--set=checkpoint.every_steps=4",
        "--set=export.at_end=false",
        "--set=runtime.intra_op_threads=2");
    return folder;
  }

  private static Map<String, float[]> variables(Path checkpoint) {
    Map<String, float[]> values = new TreeMap<>();
    try (BundleReader reader = new BundleReader(checkpoint.resolve("variables"))) {
      reader.shapes().keySet().forEach(variable -> values.put(variable, reader.read(variable)));
    }
    return values;
  }

  @Test
  void aMissingMaskIsNamed() throws IOException {
    MaskedData bad = new MaskedData(root.resolve("missing"), "training").pairs(3, 20, 20);
    Files.delete(bad.mask("image-01"));
    fails(3, root.resolve("missing"), bad.image("image-01").toString(), "no mask");
  }

  @Test
  void aMaskInColoursIsNamed() {
    MaskedData bad = new MaskedData(root.resolve("colours"), "training").pairs(4, 20, 20);
    for (int i = 0; i < 4; i++) {
      MaskedData.write(
          bad.mask("image-0" + i), new BufferedImage(20, 20, BufferedImage.TYPE_INT_RGB));
    }
    fails(3, root.resolve("colours"), "image-0", ".png is a PNG of 8 bits, in colours");
  }

  @Test
  void aMaskOfAnotherSizeIsNamed() {
    MaskedData bad = new MaskedData(root.resolve("size"), "training").pairs(4, 20, 20);
    for (int i = 0; i < 4; i++) {
      MaskedData.write(bad.mask("image-0" + i), MaskedData.grey(30, 10, 4));
    }
    fails(3, root.resolve("size"), "is 30 pixels wide and 10 high, the image 20 and 20");
  }

  @Test
  void aNumberAboveTheLastClassIsNamed() {
    MaskedData bad = new MaskedData(root.resolve("above"), "training").pairs(4, 20, 20);
    BufferedImage mask = MaskedData.grey(20, 20, 4);
    mask.getRaster().setSample(7, 7, 0, 4);
    MaskedData.write(bad.mask("image-02"), mask);
    fails(
        3,
        root.resolve("above"),
        bad.image("image-02").toString(),
        "a pixel of 4, expected at most 3 (segment.classes is 3");
  }

  /** It is scaled up and padded like any other. */
  @Test
  void aSinglePixelIsAnImage() {
    Path single = root.resolve("single");
    new MaskedData(single, "training").pairs(4, 1, 1);
    new MaskedData(single, "validation").pairs(1, 1, 1);
    MaskedData.write(
        new MaskedData(single, "validation").mask("image-00"), MaskedData.grey(1, 1, 1));
    CommandRun.done(
        "train",
        config("single", single),
        "--workdir=" + root.resolve("single-run"),
        "--set=schedule.length.steps=2",
        "--set=schedule.warmup=",
        "--set=export.at_end=false");
  }

  @Test
  void whatTheConfigCannotMeanIsSaid() {
    CommandRun.fails(
        2,
        List.of("segment.blocks", "must reach the last block (1"),
        "train",
        config,
        "--set=segment.blocks=0,0,0,0");
    CommandRun.fails(
        2,
        List.of("train_data.batch_size", "at least 2 images"),
        "train",
        config,
        "--set=train_data.batch_size=1");
    CommandRun.fails(
        2,
        List.of("segment.inference.stride", "must not be above the image size (16)"),
        "train",
        config,
        "--set=segment.inference.stride=17");
  }

  private static void fails(int code, Path folder, String... parts) {
    new MaskedData(folder, "validation").pairs(1, 20, 20);
    Path work = folder.resolveSibling(folder.getFileName() + "-run");
    CommandRun.fails(
        code,
        List.of(parts),
        "train",
        config(folder.getFileName().toString(), folder),
        "--workdir=" + work,
        "--set=schedule.length.steps=4",
        "--set=schedule.warmup=");
  }
}
