package org.fdistill.task.segment;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.TextFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import org.fdistill.data.augment.MaskDecoder;
import org.fdistill.graph.LayerScope;
import org.fdistill.graph.Precision;
import org.fdistill.graph.Replicas;
import org.fdistill.graph.Seeds;
import org.fdistill.model.Backbones;
import org.fdistill.model.Endpoints;
import org.fdistill.model.segment.UperNet;
import org.fdistill.proto.BackboneConfig;
import org.fdistill.proto.SegmentTask;
import org.fdistill.proto.SegmentTask.LossMean;
import org.fdistill.testing.DeterministicValues;
import org.fdistill.testing.Golden;
import org.fdistill.testing.GraphRun;
import org.fdistill.testing.NetworkComparison;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.GraphOperation;
import org.tensorflow.Operand;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** The whole network and its loss beside transformers' BEiT and Swin segmenters. */
class UperNetTest {
  private static final int CLASSES = 5;

  @ParameterizedTest
  @CsvSource({"beit-eval, false", "beit-batch, true", "swin-eval, false", "swin-batch, true"})
  void logitsLossesAndEveryGradientAreThoseOfTransformers(String name, boolean batchStatistics)
      throws Exception {
    Golden golden = Golden.open("segment/" + name);
    try (GraphRun run = new GraphRun()) {
      Ops tf = run.tf();
      LayerScope scope = scope(run, batchStatistics);
      UperNet net = new UperNet(task(golden));
      UperNet.Training logits = net.training(scope, endpoints(run, scope, golden));
      Operand<TFloat32> mask = mask(run);
      Map<String, Operand<TFloat32>> losses = new LinkedHashMap<>();
      losses.put("loss_labelled", loss(tf, logits, mask, LossMean.LABELLED_PIXELS));
      losses.put("loss_all", loss(tf, logits, mask, LossMean.ALL_PIXELS));
      Map<String, Operand<TFloat32>> outputs = new LinkedHashMap<>();
      losses.forEach((key, loss) -> outputs.put(key, tf.identity(loss)));
      outputs.put("decoded", logits.decoded());
      outputs.put("auxiliary", logits.auxiliary());
      outputs.putAll(statistics(scope));
      String trained = batchStatistics ? "loss_all" : "loss_labelled";
      assertThat(scope.updates()).hasSize(batchStatistics ? 2 * norms(golden) : 0);
      assertThat(NetworkComparison.differences(golden, run, losses.get(trained), outputs))
          .isEmpty();
    }
  }

  private static LayerScope scope(GraphRun run, boolean batchStatistics) {
    Ops tf = run.tf();
    return batchStatistics
        ? LayerScope.training(
            tf, run.variables(), Precision.FLOAT32, new Seeds(run.scalar(0), run.scalar(0)))
        : LayerScope.inference(tf, run.variables(), Precision.FLOAT32);
  }

  private static Endpoints endpoints(GraphRun run, LayerScope scope, Golden golden)
      throws TextFormat.ParseException {
    String model = golden.description().get("model").getAsString();
    return Backbones.of(TextFormat.parse(model + " drop_path: 0", BackboneConfig.class))
        .withoutFinalNorm()
        .build(scope.at("student"), run.input(golden.input("images")));
  }

  private static SegmentTask task(Golden golden) throws TextFormat.ParseException {
    String task = golden.description().get("segment").getAsString();
    return TextFormat.parse(
        task + " classes: 5 dropout: 0 auxiliary_channels: 8", SegmentTask.class);
  }

  /** A sixth of the pixels has no class. */
  private static Operand<TFloat32> mask(GraphRun run) {
    int[] drawn = DeterministicValues.integers("labels", 3 * 32 * 32, CLASSES + 1);
    float[] labels = new float[drawn.length];
    for (int i = 0; i < drawn.length; i++) {
      labels[i] = drawn[i] == CLASSES ? MaskDecoder.NO_CLASS : drawn[i];
    }
    return run.input(labels, 3, 32, 32);
  }

  private static Operand<TFloat32> loss(
      Ops tf, UperNet.Training logits, Operand<TFloat32> mask, LossMean mean) {
    PixelLoss loss = new PixelLoss(mean, Replicas.ONE);
    Operand<TFloat32> auxiliary = loss.of(tf, logits.auxiliary(), mask);
    return tf.math.add(
        loss.of(tf, logits.decoded(), mask), tf.math.mul(auxiliary, tf.constant(0.4f)));
  }

  /** What the updates assign, by the golden's names. */
  private static Map<String, Operand<TFloat32>> statistics(LayerScope scope) {
    Map<String, Operand<TFloat32>> values = new LinkedHashMap<>();
    for (Op update : scope.updates()) {
      GraphOperation assignment = (GraphOperation) update.op();
      values.put(
          "state/" + assignment.input(0).op().name(), assignment.input(1).expect(TFloat32.class));
    }
    return values;
  }

  private static int norms(Golden golden) {
    return (int)
        golden.description().getAsJsonObject("parameters").keySet().stream()
            .filter(name -> name.endsWith("/variance"))
            .count();
  }
}
