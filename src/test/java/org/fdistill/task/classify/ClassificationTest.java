package org.fdistill.task.classify;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import org.fdistill.testing.Golden;
import org.fdistill.testing.GraphRun;
import org.fdistill.testing.Tolerance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;

class ClassificationTest {
  @ParameterizedTest
  @ValueSource(strings = {"plain", "smoothed"})
  void crossEntropyAndItsGradientAgreeWithPyTorch(String name) {
    Golden golden = Golden.open("objective/cross-entropy");
    JsonObject about = golden.description().getAsJsonObject("cases").getAsJsonObject(name);
    try (GraphRun run = new GraphRun()) {
      Operand<TFloat32> logits = run.input(golden.inputs("inputs").get("logits"));
      Operand<TFloat32> loss =
          ClassScores.loss(
              run.tf(),
              logits,
              ClassScores.oneHot(
                  run.tf(),
                  run.tf().constant(golden.array("labels").longs()),
                  (int) logits.shape().get(1)),
              about.get("label_smoothing").getAsFloat());
      List<Operand<?>> fetches = new ArrayList<>(List.of(loss));
      fetches.addAll(run.gradients(loss, List.of(logits)));
      List<float[]> values = run.run(fetches);
      JsonObject torch = about.getAsJsonObject("float32_error");
      assertThat(Tolerance.error(values.get(0), golden.array(name + "/loss").doubles()))
          .isLessThanOrEqualTo(Tolerance.bound(torch.get("loss").getAsDouble()));
      assertThat(Tolerance.error(values.get(1), golden.array(name + "/grad/logits").doubles()))
          .isLessThanOrEqualTo(Tolerance.bound(torch.get("grad/logits").getAsDouble()));
    }
  }
}
