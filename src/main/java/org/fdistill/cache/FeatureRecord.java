package org.fdistill.cache;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.UnsafeByteOperations;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.Optional;
import org.tensorflow.proto.BytesList;
import org.tensorflow.proto.Example;
import org.tensorflow.proto.Feature;
import org.tensorflow.proto.Features;

/**
 * A record of a cache: a tf.Example whose features are little-endian numbers as bytes, so that all
 * records of a cache are equally long.
 *
 * <ul>
 *   <li>{@value #KEY}: int64 [3]: the cache that it belongs to, the example, the view
 *   <li>{@value #GEOMETRY}: int32 [9] ({@link org.fdistill.data.augment.Geometry#asVector})
 *   <li>{@value #FEATURES}: [N, C]
 *   <li>{@value #SCALES}: float32 [N], of int8 alone
 * </ul>
 */
final class FeatureRecord {
  static final String KEY = "key";
  static final String GEOMETRY = "geometry";
  static final String FEATURES = "features";
  static final String SCALES = "scales";

  /** Numbers of {@link #KEY}. */
  static final int KEYS = 3;

  private FeatureRecord() {}

  /**
   * Serialises a record.
   *
   * @param scales empty where there are none
   */
  static byte[] of(long[] key, byte[] geometry, byte[] features, Optional<byte[]> scales) {
    Features.Builder all = Features.newBuilder();
    all.putFeature(KEY, bytes(keyBytes(key)));
    all.putFeature(GEOMETRY, bytes(geometry));
    all.putFeature(FEATURES, bytes(features));
    scales.ifPresent(s -> all.putFeature(SCALES, bytes(s)));
    return serialised(Example.newBuilder().setFeatures(all).build());
  }

  /** The key of a record; empty where it has none. */
  static Optional<long[]> key(byte[] record) throws IOException {
    Map<String, Feature> features = Example.parseFrom(record).getFeatures().getFeatureMap();
    ByteString stored =
        features.containsKey(KEY) && features.get(KEY).getBytesList().getValueCount() == 1
            ? features.get(KEY).getBytesList().getValue(0)
            : ByteString.EMPTY;
    if (stored.size() != KEYS * Long.BYTES) {
      return Optional.empty();
    }
    long[] key = new long[KEYS];
    stored.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN).asLongBuffer().get(key);
    return Optional.of(key);
  }

  private static byte[] keyBytes(long[] key) {
    ByteBuffer bytes = ByteBuffer.allocate(KEYS * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asLongBuffer().put(key);
    return bytes.array();
  }

  private static Feature bytes(byte[] value) {
    return Feature.newBuilder()
        .setBytesList(BytesList.newBuilder().addValue(UnsafeByteOperations.unsafeWrap(value)))
        .build();
  }

  /** A map has no order of its own; the same record is to be the same bytes. */
  private static byte[] serialised(Example example) {
    byte[] bytes = new byte[example.getSerializedSize()];
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    out.useDeterministicSerialization();
    try {
      example.writeTo(out);
      out.checkNoSpaceLeft();
      return bytes;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
