package org.fdistill.data;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.fdistill.data.InputPipeline.Options;
import org.fdistill.data.PipelineRun.Element;
import org.fdistill.proto.AugmentConfig;
import org.fdistill.proto.DataConfig;
import org.fdistill.proto.ImageFolderSource;
import org.fdistill.proto.NoiseSource;
import org.fdistill.proto.TfRecordSource;
import org.fdistill.testing.TestSession;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.Graph;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.data.DatasetOptions;
import org.tensorflow.proto.data.DatasetOptions.AutotuneOptions;
import org.tensorflow.types.TInt64;

final class InputPipelineTest {
  @TempDir Path folder;

  private DataConfig records(int count) throws IOException {
    return records(count, 3);
  }

  private DataConfig records(int count, int shards) throws IOException {
    Examples.records(folder, count, shards);
    return DataConfig.newBuilder()
        .setImageSize(16)
        .setAugment(AugmentConfig.getDefaultInstance())
        .setTfrecord(TfRecordSource.newBuilder().addPath(folder + "/train-*.tfrecord"))
        .build();
  }

  private DataConfig images(int count) throws IOException {
    Examples.flatFolder(folder, count);
    return DataConfig.newBuilder()
        .setImageSize(16)
        .setAugment(AugmentConfig.getDefaultInstance())
        .setImageFolder(ImageFolderSource.newBuilder().setPath(folder.toString()))
        .build();
  }

  @Test
  void eachEpochHoldsEveryExampleOnceInAnOrderOfItsOwn() throws IOException {
    try (PipelineRun run = new PipelineRun(records(12), Options.training(7, 4))) {
      List<Long> labels = run.each(0, 36, Element::label);
      List<Long> all = LongStream.range(0, 12).boxed().toList();
      assertThat(labels.subList(0, 12)).containsExactlyInAnyOrderElementsOf(all);
      assertThat(labels.subList(12, 24)).containsExactlyInAnyOrderElementsOf(all);
      assertThat(labels.subList(24, 36)).containsExactlyInAnyOrderElementsOf(all);
      assertThat(
              new HashSet<>(
                  List.of(
                      all, labels.subList(0, 12), labels.subList(12, 24), labels.subList(24, 36))))
          .hasSize(4);
    }
  }

  @Test
  void startingAnywhereContinuesBitForBit() throws IOException {
    DataConfig config = images(10);
    List<Element> whole;
    try (PipelineRun run = new PipelineRun(config, Options.training(3, 4))) {
      whole = run.elements(0, 32);
    }
    assertThat(whole).hasSize(32);
    try (PipelineRun run = new PipelineRun(config, Options.training(3, 4))) {
      assertThat(run.elements(12, 32)).isEqualTo(whole.subList(12, 32));
      // The same session can start over.
      assertThat(run.elements(0, 32)).isEqualTo(whole);
    }
  }

  @Test
  void theSeedDecidesOrderAndCrops() throws IOException {
    DataConfig config = images(10);
    try (PipelineRun one = new PipelineRun(config, Options.training(1, 5));
        PipelineRun same = new PipelineRun(config, Options.training(1, 5));
        PipelineRun other = new PipelineRun(config, Options.training(2, 5))) {
      List<Element> expected = one.elements(0, 10);
      assertThat(same.elements(0, 10)).isEqualTo(expected);
      assertThat(other.elements(0, 10)).isNotEqualTo(expected);
    }
  }

  @Test
  void anExampleIsCroppedAnewInEachEpoch() throws IOException {
    try (PipelineRun run = new PipelineRun(images(1), Options.training(1, 1))) {
      assertThat(new HashSet<>(run.each(0, 8, Element::pixels))).hasSize(8);
    }
  }

  @Tag("slow")
  @Test
  void workersShareThePositions() throws IOException {
    DataConfig config = records(12);
    try (PipelineRun one = new PipelineRun(config, Options.training(5, 2));
        PipelineRun first = new PipelineRun(config, new Options(5, true, true, 2, 2, 0));
        PipelineRun second = new PipelineRun(config, new Options(5, true, true, 2, 2, 1))) {
      List<Element> whole = one.elements(0, 24);
      assertThat(first.elements(0, 24))
          .isEqualTo(whole.stream().filter(e -> e.position() % 4 % 3 == 0).toList());
      assertThat(second.elements(0, 24))
          .isEqualTo(whole.stream().filter(e -> e.position() % 4 % 3 != 0).toList());
      assertThat(second.each(6, 14, Element::position)).containsExactly(6L, 9L, 10L, 13L);
    }
  }

  @Test
  void evaluationKeepsTheOrderAndTheSmallerLastBatch() throws IOException {
    try (PipelineRun run = new PipelineRun(records(10), Options.evaluation(4))) {
      List<List<Element>> batches = run.batches(0, 10);
      assertThat(batches).extracting(List::size).containsExactly(4, 4, 2);
      // Three shards: records 0, 3, 6, 9 lie in the first one.
      assertThat(batches.stream().flatMap(List::stream).map(Element::label))
          .containsExactly(0L, 3L, 6L, 9L, 1L, 4L, 7L, 2L, 5L, 8L);
      assertThat(run.pipeline().batch().get(Field.IMAGE).shape().get(0)).isEqualTo(-1);
    }
  }

  @Test
  void aSampleIsSpreadOverExamplesThatComeInRounds() throws IOException {
    DataConfig config = records(40, 1);
    try (PipelineRun run = new PipelineRun(config, Options.sample(1, 4));
        PipelineRun other = new PipelineRun(config, Options.sample(2, 4));
        PipelineRun plain = new PipelineRun(config, Options.evaluation(4))) {
      List<Element> sample = run.elements(0, 10);
      List<Long> labels = sample.stream().map(Element::label).toList();
      assertThat(new HashSet<>(labels)).hasSize(10);
      // Every fourth example would be of one class of four.
      assertThat(labels.stream().map(label -> label % 4)).contains(0L, 1L, 2L, 3L);
      assertThat(other.each(0, 10, Element::label)).isNotEqualTo(labels);
      // The images are those of evaluation, uncropped.
      List<Element> all = plain.elements(0, 40);
      for (Element element : sample) {
        assertThat(element.pixels()).isEqualTo(all.get((int) element.label()).pixels());
      }
    }
  }

  @Test
  void trainingDropsTheRemainder() throws IOException {
    try (PipelineRun run = new PipelineRun(records(10), Options.training(0, 4))) {
      assertThat(run.batches(0, 10)).extracting(List::size).containsExactly(4, 4);
      assertThat(run.pipeline().batch().get(Field.IMAGE).shape().asArray())
          .containsExactly(4, 16, 16, 3);
    }
  }

  @Test
  void aFlatFolderHasNoLabels() throws IOException {
    try (PipelineRun run = new PipelineRun(images(4), Options.training(0, 2))) {
      assertThat(run.each(0, 4, Element::label)).containsOnly(-1L);
    }
  }

  @Test
  void noiseDiffersByPositionAndRepeatsBySeed() {
    DataConfig config =
        DataConfig.newBuilder()
            .setImageSize(7)
            .setNoise(NoiseSource.newBuilder().setExamples(6).setClasses(3))
            .build();
    try (PipelineRun one = new PipelineRun(config, Options.training(1, 2));
        PipelineRun same = new PipelineRun(config, Options.training(1, 2))) {
      List<Element> elements = one.elements(0, 6);
      assertThat(elements.stream().map(Element::pixels).distinct()).hasSize(6);
      assertThat(elements.stream().map(Element::label)).containsOnly(0L, 1L, 2L);
      assertThat(same.elements(0, 6)).isEqualTo(elements);
    }
  }

  @Test
  void aPipelineRunsByNameInAGraphItWasImportedInto() throws IOException {
    DataConfig config = images(6);
    try (Graph built = new Graph();
        PipelineRun direct = new PipelineRun(config, Options.training(3, 3))) {
      Ops tf = Ops.create(built);
      ExampleSource source = ExampleSource.open(config);
      InputPipeline train =
          InputPipeline.build(
              tf, "train", config, source, ImageView.training(config), Options.training(3, 3));
      InputPipeline evaluation =
          InputPipeline.build(
              tf, "validation", config, source, View.label(), Options.evaluation(3));
      GraphDef program = built.toGraphDef();
      try (Graph imported = new Graph()) {
        imported.importGraphDef(program);
        try (Session session = TestSession.open(imported)) {
          train.start(session, 0, 6);
          evaluation.start(session, 0, 6);
          assertThat(positions(session, train)).containsExactly(0, 1, 2);
          assertThat(positions(session, evaluation)).containsExactly(0, 1, 2);
          assertThat(positions(session, train)).containsExactly(3, 4, 5);
          assertThat(train.exampleAt(session, 4))
              .isEqualTo(direct.pipeline().exampleAt(direct.session(), 4));
          assertThat(train.decodeError(session, Examples.jpeg(1))).isEmpty();
        }
      }
    }
  }

  @Test
  void noThreadTunesWhatIsGiven() throws InvalidProtocolBufferException {
    DataConfig config =
        DataConfig.newBuilder()
            .setImageSize(7)
            .setNoise(NoiseSource.newBuilder().setExamples(2))
            .build();
    try (Graph graph = new Graph()) {
      InputPipeline.build(
          Ops.create(graph),
          "input",
          config,
          ExampleSource.open(config),
          View.label(),
          Options.training(1, 2));
      Map<String, NodeDef> nodes =
          graph.toGraphDef().getNodeList().stream()
              .collect(Collectors.toMap(NodeDef::getName, node -> node));
      NodeDef started = nodes.get(nodes.get("input/initializer").getInput(0));
      assertThat(started.getOp()).isEqualTo("OptionsDataset");
      AutotuneOptions tuning =
          DatasetOptions.Options.parseFrom(started.getAttrOrThrow("serialized_options").getS())
              .getAutotuneOptions();
      assertThat(tuning.hasEnabled()).isTrue();
      assertThat(tuning.getEnabled()).isFalse();
    }
  }

  private static long[] positions(Session session, InputPipeline pipeline) {
    Output<TInt64> all = pipeline.batch().get(Field.POSITION).asOutput();
    try (Result result = session.runner().fetch(all.op().name(), all.index()).run()) {
      TInt64 values = (TInt64) result.get(0);
      return LongStream.range(0, values.size()).map(values::getLong).toArray();
    }
  }
}
