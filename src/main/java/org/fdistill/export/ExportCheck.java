package org.fdistill.export;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.fdistill.config.UserError;
import org.fdistill.graph.LoadedModel;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TType;

/**
 * Loads an export as a server would, and compares what it answers with what the same network
 * answers with the weights that it was made from.
 */
final class ExportCheck {
  /**
   * Of the largest value of an output. Both sides run the same float32 kernels; only the order of
   * sums may differ, where the runtime fuses ops of the leaner graph.
   */
  static final float TOLERANCE = 1e-5f;

  private final List<ServingSignature> signatures;
  private final ProbeImages images;

  ExportCheck(List<ServingSignature> signatures, ProbeImages images) {
    this.signatures = signatures;
    this.images = images;
  }

  /** What a model answers: outputs by signature and name. */
  Map<String, Map<String, float[]>> answers(LoadedModel model) {
    Map<String, Map<String, float[]>> answers = new TreeMap<>();
    for (ServingSignature signature : signatures) {
      try (TType input = images.of(signature)) {
        List<String> outputs = signature.floats();
        answers.put(
            signature.name(),
            model.call(
                signature.name(), input, outputs, (name, tensor) -> values((TFloat32) tensor)));
      }
    }
    return answers;
  }

  /**
   * Loads a model and compares.
   *
   * @param expected from {@link #answers}
   * @return the largest difference found, of the largest value of its output
   */
  float compare(Map<String, Map<String, float[]>> expected, Path exported) {
    float worst = 0;
    try (LoadedModel model = LoadedModel.load(exported)) {
      Map<String, Map<String, float[]>> actual = answers(model);
      for (ServingSignature signature : signatures) {
        for (Map.Entry<String, float[]> wanted : expected.get(signature.name()).entrySet()) {
          String place = signature.name() + "/" + wanted.getKey();
          float[] found = actual.get(signature.name()).get(wanted.getKey());
          worst = Math.max(worst, difference(place, wanted.getValue(), found));
        }
      }
    }
    return worst;
  }

  private static float[] values(TFloat32 tensor) {
    float[] values = new float[Math.toIntExact(tensor.size())];
    tensor.copyTo(DataBuffers.of(values, false, false));
    return values;
  }

  /** The largest difference, of the largest value. */
  static float difference(String place, float[] expected, float[] actual) {
    if (actual == null || actual.length != expected.length) {
      throw failed(place, (actual == null ? "no" : actual.length) + " values", expected.length);
    }
    float largest = 0;
    float apart = 0;
    for (int i = 0; i < expected.length; i++) {
      largest = Math.max(largest, Math.abs(expected[i]));
      apart = Math.max(apart, Math.abs(expected[i] - actual[i]));
    }
    float relative = largest == 0 ? apart : apart / largest;
    if (!(relative <= TOLERANCE)) {
      throw failed(place, "a difference of " + relative + " of the largest value", TOLERANCE);
    }
    return relative;
  }

  private static UserError failed(String place, String found, Object expected) {
    return UserError.run(
        """
        The model that was written does not answer as its weights do: output %s has %s.
        Expected: %s.
        Nothing was kept. Try again; if it stays so, this is a fault of fdistill.\
        """
            .formatted(place, found, expected));
  }
}
