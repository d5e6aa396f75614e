package org.fdistill.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.fdistill.config.UserError;
import org.fdistill.data.InputPipeline.Options;
import org.fdistill.data.PipelineRun.Element;
import org.fdistill.data.tfrecord.TfRecordShards;
import org.fdistill.proto.DataConfig;
import org.fdistill.proto.ImageFolderSource;
import org.fdistill.proto.NoiseSource;
import org.fdistill.proto.TfRecordSource;
import org.fdistill.testing.TestSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.Graph;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.BytesList;
import org.tensorflow.proto.Example;
import org.tensorflow.proto.Feature;
import org.tensorflow.proto.Features;
import org.tensorflow.proto.FloatList;
import org.tensorflow.proto.Int64List;

final class ExampleSourceTest {
  @TempDir Path folder;

  private static DataConfig images(Path path) {
    return DataConfig.newBuilder()
        .setImageSize(8)
        .setImageFolder(ImageFolderSource.newBuilder().setPath(path.toString()))
        .build();
  }

  private static DataConfig records(Path path, long labelOffset) {
    return DataConfig.newBuilder()
        .setImageSize(8)
        .setTfrecord(
            TfRecordSource.newBuilder()
                .addPath(path + "/train-*.tfrecord")
                .setLabelOffset(labelOffset))
        .build();
  }

  private void write(byte[]... examples) throws IOException {
    try (TfRecordShards out = new TfRecordShards(folder, "train", 1)) {
      for (byte[] example : examples) {
        out.write(0, example);
      }
      out.commit();
    }
  }

  private static List<Long> labels(DataConfig config) {
    try (PipelineRun run = new PipelineRun(config, Options.evaluation(10))) {
      return run.each(0, run.pipeline().source().size(), Element::label);
    }
  }

  @Test
  void subfoldersAreClassesInTheOrderOfTheirNames() throws IOException {
    for (String name :
        List.of("n02/b.PNG", "n02/a.jpeg", "n01/deep/x.JPG", "n10/y.bmp", "n10/z.gif")) {
      Path file = folder.resolve(name);
      String format = name.substring(name.indexOf('.') + 1).toLowerCase(Locale.ROOT);
      Files.createDirectories(file.getParent());
      Files.write(file, Examples.image(1, 20, 10, format));
    }
    Files.writeString(folder.resolve("n01/notes.txt"), "no image");
    Files.writeString(folder.resolve("n01/._x.jpg"), "hidden");
    ExampleSource source = ExampleSource.open(images(folder));
    assertThat(source.classNames()).containsExactly("n01", "n02", "n10");
    assertThat(source.hasLabels()).isTrue();
    assertThat(source.size()).isEqualTo(5);
    assertThat(source.name(1)).isEqualTo(folder.resolve("n02/a.jpeg").toString());
    assertThat(labels(images(folder))).containsExactly(0L, 1L, 1L, 2L, 2L);
  }

  @Test
  void foldersWithoutImagesAreRefused() throws IOException {
    assertThatThrownBy(() -> ExampleSource.open(images(folder)))
        .isInstanceOf(UserError.class)
        .hasMessageContaining(folder + " holds no images");
    assertThatThrownBy(() -> ExampleSource.open(images(folder.resolve("none"))))
        .hasMessageContaining("none: no such folder. Expected one of images");
    Files.createDirectories(folder.resolve("cat"));
    Files.createDirectories(folder.resolve("dog"));
    Files.write(folder.resolve("dog/1.jpg"), Examples.jpeg(1));
    assertThatThrownBy(() -> ExampleSource.open(images(folder)))
        .hasMessageContaining(folder + "/cat holds no images");
    Files.write(folder.resolve("1.jpg"), Examples.jpeg(1));
    assertThatThrownBy(() -> ExampleSource.open(images(folder)))
        .hasMessageContaining("holds both class folders (cat, ...) and images of its own (1.jpg");
    assertThatThrownBy(() -> ExampleSource.open(images(folder.resolve("1.jpg"))))
        .hasMessageContaining("1.jpg: not a folder");
  }

  @Test
  void aMissingSourceOrPathIsNamed() {
    assertThatThrownBy(() -> ExampleSource.open(DataConfig.getDefaultInstance()))
        .hasMessageContaining("The data has no source");
    assertThatThrownBy(() -> ExampleSource.open(images(Path.of(""))))
        .hasMessageContaining("image_folder: path is not set");
    TfRecordSource none = TfRecordSource.getDefaultInstance();
    assertThatThrownBy(() -> ExampleSource.open(DataConfig.newBuilder().setTfrecord(none).build()))
        .hasMessageContaining("tfrecord: path is not set");
    NoiseSource empty = NoiseSource.newBuilder().setExamples(0).build();
    assertThatThrownBy(() -> ExampleSource.open(DataConfig.newBuilder().setNoise(empty).build()))
        .hasMessageContaining("noise: examples is 0");
  }

  @Test
  void recordsOfTfdsAreRead() throws IOException {
    write(
        Examples.example("image", Examples.jpeg(1), "label", 4),
        Examples.example("image", Examples.jpeg(2), "label", 7));
    assertThat(labels(records(folder, 0))).containsExactly(4L, 7L);
    assertThat(labels(records(folder, -1))).containsExactly(3L, 6L);
  }

  @Test
  void labelsMayBeMissingFromAllRecordsOrFromSome() throws IOException {
    write(
        Examples.example("image/encoded", Examples.jpeg(1), "image/class/label", 4),
        Examples.example("image/encoded", Examples.jpeg(2), null, 0));
    assertThat(labels(records(folder, 1))).containsExactly(5L, -1L);
    Path other = folder.resolve("other");
    try (TfRecordShards out = new TfRecordShards(other, "train", 1)) {
      out.write(0, Examples.example("image/encoded", Examples.jpeg(2), null, 0));
      out.commit();
    }
    assertThat(ExampleSource.open(records(other, 0)).hasLabels()).isFalse();
    assertThat(labels(records(other, 0))).containsExactly(-1L);
  }

  @Test
  void recordsAreNamedByFileAndNumber() throws IOException {
    Examples.records(folder, 5, 2);
    ExampleSource source = ExampleSource.open(records(folder, 0));
    assertThat(source.size()).isEqualTo(5);
    assertThat(source.name(4))
        .startsWith(folder.resolve("train-00001-of-00002.tfrecord") + " record 1 (byte ");
    assertThat(source.read(4)).hasValue(Examples.jpeg(3));
  }

  @Test
  void recordsWithoutImagesAreDescribed() throws IOException {
    write(Examples.example("picture", Examples.jpeg(1), "label", 4));
    assertThatThrownBy(() -> ExampleSource.open(records(folder, 0)))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("it holds the features {label=INT64_LIST, picture=BYTES_LIST}")
        .hasMessageContaining("image/encoded (or image)");
  }

  @Test
  void filesWithoutRecordsAreRefused() throws IOException {
    write();
    assertThatThrownBy(() -> ExampleSource.open(records(folder, 0)))
        .hasMessageContaining("No records in the 1 files");
  }

  private static Feature whole(long... values) {
    Int64List.Builder list = Int64List.newBuilder();
    Arrays.stream(values).forEach(list::addValue);
    return Feature.newBuilder().setInt64List(list).build();
  }

  private static Feature images(byte[]... images) {
    BytesList.Builder list = BytesList.newBuilder();
    Arrays.stream(images).forEach(image -> list.addValue(ByteString.copyFrom(image)));
    return Feature.newBuilder().setBytesList(list).build();
  }

  private static byte[] record(Feature image, Feature label) {
    return Example.newBuilder()
        .setFeatures(Features.newBuilder().putFeature("image", image).putFeature("label", label))
        .build()
        .toByteArray();
  }

  /** Labels that are none: two, none, a float, a text. */
  private void writeOddLabels() throws IOException {
    Feature image = images(Examples.jpeg(1));
    Feature real = Feature.newBuilder().setFloatList(FloatList.newBuilder().addValue(1)).build();
    write(
        record(image, whole(3)),
        record(image, whole(3, 4)),
        record(image, whole()),
        record(image, real),
        record(image, images(new byte[] {'c'})));
  }

  /** Where nothing takes the label, what it holds does not matter. */
  @Test
  void anImageIsReadWhateverItsLabelHolds() throws IOException {
    writeOddLabels();
    DataConfig config = records(folder, 0);
    ExampleSource source = ExampleSource.open(config);
    try (Graph graph = new Graph()) {
      InputPipeline pipeline =
          InputPipeline.build(
              Ops.create(graph),
              "input",
              config,
              source,
              ImageView.evaluation(config),
              Options.evaluation(5));
      try (Session session = TestSession.open(graph)) {
        for (int i = 0; i < 5; i++) {
          pipeline.checkReadable(session, i);
        }
        pipeline.start(session, 0, 5);
        try (Result result = session.runner().fetch(pipeline.batch().get(Field.POSITION)).run()) {
          assertThat(result.get(0).size()).isEqualTo(5);
        }
      }
    }
  }

  @Test
  void labelsThatAreNoneAreDescribed() throws IOException {
    writeOddLabels();
    Path report = folder.resolve("bad.txt");
    DataConfig config = records(folder, 0);
    try (PipelineRun run = new PipelineRun(config, Options.evaluation(5))) {
      BadExamples bad = new BadExamples(run.pipeline(), 0, report, 1);
      List<Element> elements = run.elements(0, 5);
      assertThat(elements).extracting(Element::label).containsExactly(3L);
      bad.observe(run.session(), new long[] {0});
      bad.finish(run.session(), 5);
      assertThat(Files.readAllLines(report))
          .extracting(line -> line.substring(line.indexOf("): ") + 3))
          .containsExactly(
              "the record's label is 2 whole numbers, expected one whole number",
              "the record's label is 0 whole numbers, expected one whole number",
              "the record's label is 1 floats, expected one whole number",
              "the record's label is 1 strings, expected one whole number");
    }
  }

  @Test
  void severalImagesInARecordAreDescribed() throws IOException {
    byte[] image = Examples.jpeg(1);
    write(
        record(images(image), whole(0)),
        record(images(image, image), whole(0)),
        record(images(), whole(0)),
        record(whole(1), whole(0)));
    ExampleSource source = ExampleSource.open(records(folder, 0));
    List<String> found = List.of("2 strings", "0 strings", "1 whole numbers");
    for (int i = 0; i < found.size(); i++) {
      int record = i + 1;
      assertThatThrownBy(() -> source.read(record))
          .isInstanceOf(IOException.class)
          .hasMessage("the record's image is %s, expected one encoded image", found.get(i));
    }
  }

  @Test
  void aLabelThatLaterRecordsHaveIsFound() throws IOException {
    write(
        Examples.example("image", Examples.jpeg(1), null, 0),
        Examples.example("image", Examples.jpeg(2), "label", 7));
    assertThat(labels(records(folder, 0))).containsExactly(-1L, 7L);
  }
}
