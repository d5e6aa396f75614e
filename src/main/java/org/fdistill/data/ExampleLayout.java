package org.fdistill.data;

import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.fdistill.config.UserError;
import org.tensorflow.proto.Example;
import org.tensorflow.proto.Feature;

/**
 * Which features of a record hold what, as its first readable record shows.
 *
 * @param image name of the encoded image
 * @param label name of the label; null where there is none
 */
record ExampleLayout(String image, String label) {
  private static final List<String> IMAGE = List.of("image/encoded", "image");
  private static final List<String> LABEL = List.of("image/class/label", "label");
  private static final int LOOK_AT = 16;

  /**
   * Looks at the first records.
   *
   * @throws UserError where none of them is a tf.Example with an image
   */
  static ExampleLayout of(TfRecordIndex index) {
    String problem = "";
    for (int i = 0; i < Math.min(index.size(), LOOK_AT); i++) {
      try {
        byte[] record = index.read(i);
        Map<String, Feature> features = Example.parseFrom(record).getFeatures().getFeatureMap();
        String image = first(features, IMAGE, Feature.KindCase.BYTES_LIST);
        if (image != null) {
          return new ExampleLayout(image, first(features, LABEL, Feature.KindCase.INT64_LIST));
        }
        problem = "it holds " + describe(features);
      } catch (InvalidProtocolBufferException e) {
        problem = "it is no tf.Example";
      } catch (IOException e) {
        problem = e.getMessage();
      }
    }
    throw UserError.input(
        "%s has no image: %s. Expected a tf.Example whose feature image/encoded (or image) is one"
                .formatted(index.name(0), problem)
            + " encoded image.");
  }

  private static String first(
      Map<String, Feature> features, List<String> names, Feature.KindCase kind) {
    return names.stream()
        .filter(n -> features.containsKey(n) && features.get(n).getKindCase() == kind)
        .findFirst()
        .orElse(null);
  }

  private static String describe(Map<String, Feature> features) {
    Map<String, String> kinds = new TreeMap<>();
    features.forEach((name, feature) -> kinds.put(name, feature.getKindCase().name()));
    return kinds.isEmpty() ? "no features" : "the features " + kinds;
  }
}
