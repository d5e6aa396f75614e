package org.fdistill.data;

import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.fdistill.config.UserError;
import org.tensorflow.proto.Example;
import org.tensorflow.proto.Feature;

/**
 * Which features of a record hold what, as the first records show.
 *
 * @param image name of the encoded image
 * @param label name of the label; null where none of them has one
 * @param mask name of the encoded mask; null where none of them has one
 */
record ExampleLayout(String image, String label, String mask) {
  private static final List<String> IMAGE = List.of("image/encoded", "image");
  private static final List<String> LABEL = List.of("image/class/label", "label");
  private static final List<String> MASK = List.of("image/segmentation/class/encoded");
  private static final int LOOK_AT = 16;

  /**
   * Looks at the first records.
   *
   * @throws UserError where none of them is a tf.Example with an image
   */
  static ExampleLayout of(TfRecordIndex index) {
    String problem = "";
    String image = null;
    String label = null;
    String mask = null;
    for (int i = 0; i < Math.min(index.size(), LOOK_AT); i++) {
      try {
        Map<String, Feature> features = features(index.read(i));
        image = image == null ? image(features) : image;
        label = label == null ? label(features) : label;
        mask = mask == null ? first(features, MASK, Feature::hasBytesList) : mask;
        problem = "it holds " + describe(features);
      } catch (IOException e) {
        problem = e.getMessage();
      }
    }
    if (image == null) {
      throw UserError.input(
          "%s has no image: %s. Expected a tf.Example whose feature image/encoded (or image) is one"
                  .formatted(index.name(0), problem)
              + " encoded image.");
    }
    return new ExampleLayout(image, label, mask);
  }

  /**
   * The features of a record.
   *
   * @throws IOException where it is no tf.Example
   */
  static Map<String, Feature> features(byte[] record) throws IOException {
    try {
      return Example.parseFrom(record).getFeatures().getFeatureMap();
    } catch (InvalidProtocolBufferException e) {
      throw new IOException("the record is no tf.Example", e);
    }
  }

  private static String image(Map<String, Feature> features) {
    return first(features, IMAGE, Feature::hasBytesList);
  }

  /** Of whatever kind: that it is no whole number is to be said of each record. */
  private static String label(Map<String, Feature> features) {
    String whole = first(features, LABEL, Feature::hasInt64List);
    return whole == null ? first(features, LABEL, feature -> true) : whole;
  }

  private static String first(
      Map<String, Feature> features, List<String> names, Predicate<Feature> wanted) {
    return names.stream()
        .filter(n -> features.containsKey(n) && wanted.test(features.get(n)))
        .findFirst()
        .orElse(null);
  }

  private static String describe(Map<String, Feature> features) {
    Map<String, String> kinds = new TreeMap<>();
    features.forEach((name, feature) -> kinds.put(name, feature.getKindCase().name()));
    return kinds.isEmpty() ? "no features" : "the features " + kinds;
  }
}
