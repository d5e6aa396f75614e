package org.fdistill.data;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.tensorflow.proto.BytesList;
import org.tensorflow.proto.Example;
import org.tensorflow.proto.Feature;
import org.tensorflow.proto.Features;
import org.tensorflow.proto.Int64List;

/** Builds the tf.Example of one image, with the feature names of the ImageNet converters. */
public final class ImageRecord {
  private final Features.Builder features = Features.newBuilder();

  /**
   * Starts a record.
   *
   * @param encoded the image file
   * @param filename where it came from
   */
  public ImageRecord(byte[] encoded, String filename, int height, int width) {
    bytes("image/encoded", ByteString.copyFrom(encoded));
    bytes("image/filename", text(filename));
    integer("image/height", height);
    integer("image/width", width);
  }

  /** Adds the class. */
  public ImageRecord label(long label, String className) {
    integer("image/class/label", label);
    bytes("image/class/text", text(className));
    return this;
  }

  /** Adds a PNG with the class of each pixel: 0 is background, class k is k + 1. */
  public ImageRecord mask(byte[] png) {
    bytes("image/segmentation/class/encoded", ByteString.copyFrom(png));
    return this;
  }

  /** The record's data. The same content gives the same bytes. */
  public byte[] toByteArray() {
    Example example = Example.newBuilder().setFeatures(features).build();
    byte[] data = new byte[example.getSerializedSize()];
    CodedOutputStream out = CodedOutputStream.newInstance(data);
    out.useDeterministicSerialization();
    try {
      example.writeTo(out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return data;
  }

  private static ByteString text(String text) {
    return ByteString.copyFrom(text, StandardCharsets.UTF_8);
  }

  private void bytes(String name, ByteString value) {
    features.putFeature(
        name, Feature.newBuilder().setBytesList(BytesList.newBuilder().addValue(value)).build());
  }

  private void integer(String name, long value) {
    features.putFeature(
        name, Feature.newBuilder().setInt64List(Int64List.newBuilder().addValue(value)).build());
  }
}
