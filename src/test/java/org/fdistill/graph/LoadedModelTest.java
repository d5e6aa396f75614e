package org.fdistill.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.fdistill.checkpoint.Checkpoint;
import org.fdistill.export.SavedModelExporter;
import org.fdistill.export.TrainedRuns;
import org.fdistill.testing.DeterministicValues;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.types.TFloat32;

class LoadedModelTest {
  private static final String SIGNATURE = "serving_default";
  private static final int SIDE = 28;

  /** The same float32 kernels; the runtime may fuse others of them. */
  private static final double TOLERANCE = 1e-5;

  private static @TempDir Path folder;
  private static Path model;

  @BeforeAll
  static void export() {
    Checkpoint checkpoint =
        TrainedRuns.write(
            TrainedRuns.distilled(), folder.resolve("run"), 40, Map.of("loss", 0.25));
    model = SavedModelExporter.export(checkpoint, folder.resolve("export")).path();
  }

  @Test
  void aModelOfWhichTheWeightsAreReadInTurnAnswersAsAWholeOne() {
    float[] whole = tokens(LoadedModel.WHOLE);
    float[] inTurn = tokens(0);
    double largest = 0;
    for (float value : whole) {
      largest = Math.max(largest, Math.abs(value));
    }
    assertThat(largest).isPositive();
    for (int i = 0; i < whole.length; i++) {
      assertThat((double) inTurn[i]).isCloseTo(whole[i], within(TOLERANCE * largest));
    }
  }

  private static float[] tokens(long whole) {
    float[] pixels = DeterministicValues.uniform("pixels", 2 * SIDE * SIDE * 3, 128, 127);
    try (LoadedModel loaded = LoadedModel.load(model, whole);
        TFloat32 images =
            TFloat32.tensorOf(Shape.of(2, SIDE, SIDE, 3), DataBuffers.of(pixels))) {
      return loaded
          .call(SIGNATURE, images, List.of("tokens"), (name, tensor) -> values((TFloat32) tensor))
          .get("tokens");
    }
  }

  private static float[] values(TFloat32 tensor) {
    float[] values = new float[Math.toIntExact(tensor.size())];
    tensor.copyTo(DataBuffers.of(values, false, false));
    return values;
  }

  /** So that memory holds few weights at a time, whatever the network's depth. */
  @Test
  void aWeightIsReadWhenAnEarlierOneWasUsed() {
    MetaGraphDef saved = SavedModelFolder.read(model).metaGraph();
    String tokens = saved.getSignatureDefOrThrow(SIGNATURE).getOutputsOrThrow("tokens").getName();
    GraphDef graph = WeightsInTurn.of(saved, List.of(Subgraph.nodeOf(tokens)));
    assertThat(graph.getNodeList()).extracting(NodeDef::getOp).doesNotContain("VarHandleOp");
    List<NodeDef> restoring =
        graph.getNodeList().stream().filter(node -> node.getOp().equals("RestoreV2")).toList();
    assertThat(restoring).hasSizeGreaterThan(25);
    assertThat(restoring.stream().filter(LoadedModelTest::waits).count())
        .isEqualTo(restoring.size() - 4);
  }

  private static boolean waits(NodeDef node) {
    return node.getInputList().stream().anyMatch(Subgraph::isControl);
  }
}
