package org.fdistill.cache;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.fdistill.data.Batch;
import org.fdistill.data.ExampleSource;
import org.fdistill.data.Field;
import org.fdistill.data.GeometryView;
import org.fdistill.data.ImageView;
import org.fdistill.data.InputPipeline;
import org.fdistill.data.View;
import org.fdistill.data.augment.Geometry;
import org.fdistill.graph.FiniteFlags;
import org.fdistill.graph.GraphScope;
import org.fdistill.graph.SessionFactory;
import org.fdistill.graph.rewrite.ShapedRewrite;
import org.fdistill.graph.rewrite.StandardRewrite;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;

/**
 * The graph that makes records: images of the views in the order of the records, the teacher, the
 * encoding. Batches are as in the run, full or of unknown size: TensorFlow takes other kernels
 * where it does not know the size, whose sums differ in the last bits. Letters: B batch, N tokens,
 * C width.
 */
final class FeatureProgram implements AutoCloseable {
  /**
   * The names of what is fetched.
   *
   * @param positions [B]: the records' numbers
   * @param geometry [B, 9]
   * @param features [B, N, C]
   * @param scales [B, N]; empty where there are none
   * @param finite flags: whether all that the teacher gave is finite, and all that is stored
   */
  private record Names(
      String positions, String geometry, String features, Optional<String> scales, String finite) {
    List<String> all() {
      List<String> all = new ArrayList<>(List.of(positions, geometry, features, finite));
      scales.ifPresent(all::add);
      return all;
    }
  }

  /**
   * Records of a batch as bytes.
   *
   * @param positions their numbers, ascending
   * @param records serialised, by number in the batch
   * @param teacherFinite whether all that the teacher gave is
   * @param storedFinite whether all that is stored is
   */
  @SuppressWarnings("ArrayRecordComponent") // Passed on, never compared.
  record Records(
      long[] positions, List<byte[]> records, boolean teacherFinite, boolean storedFinite) {}

  private final FeatureCache cache;
  private final long key;
  private final Graph graph = new Graph();
  private final Session session;
  private final InputPipeline pipeline;
  private final Names names;

  /**
   * Builds the graph, opens a session and brings the teacher's weights in.
   *
   * @param key of the cache, for its records
   * @param batch B
   */
  FeatureProgram(
      FeatureCache cache, ExampleSource source, long key, int batch, ConfigProto settings) {
    this.cache = cache;
    this.key = key;
    try (Graph draft = new Graph()) {
      Ops tf = GraphScope.ops(draft);
      ImageView image = cache.imageView();
      pipeline =
          InputPipeline.build(
              tf,
              "cache_data",
              cache.data(),
              cache.fixedViews(source),
              View.all(image, new GeometryView(image.framing())),
              new InputPipeline.Options(0, false, cache.hasFullBatches(), batch, 1, 0));
      names = build(tf, pipeline.batch());
      graph.importGraphDef(StandardRewrite.apply(ShapedRewrite.apply(draft)));
    }
    session = SessionFactory.open(graph, settings);
    cache.teacher().restore(session);
  }

  private Names build(Ops tf, Batch batch) {
    FeatureFields fields = cache.fields();
    Operand<TFloat32> features =
        fields.shape().kept(tf, cache.teacher().build(tf, batch.get(Field.IMAGE)));
    FeatureEncoding.Encoded stored = fields.encoding().encode(tf, features);
    return new Names(
        name(tf, batch.get(Field.POSITION)),
        name(tf, batch.get(Field.GEOMETRY)),
        name(tf, stored.values()),
        stored.scales().map(scales -> name(tf, scales)),
        name(tf, FiniteFlags.of(tf, List.of(features, fields.encoding().decode(tf, stored)))));
  }

  private static String name(Ops tf, Operand<?> value) {
    return tf.identity(value).op().name();
  }

  InputPipeline pipeline() {
    return pipeline;
  }

  Session session() {
    return session;
  }

  /** Makes the next records; {@code TFOutOfRangeException} after the last. */
  Records next() {
    Session.Runner runner = session.runner();
    names.all().forEach(runner::fetch);
    try (Result result = runner.run()) {
      long[] positions = longs((TInt64) result.get(0));
      TFloat32 finite = (TFloat32) result.get(3);
      return new Records(
          positions, records(positions, result), finite.getFloat(0) == 1, finite.getFloat(1) == 1);
    }
  }

  private List<byte[]> records(long[] positions, Result result) {
    FeatureFields fields = cache.fields();
    int numbers = fields.shape().tokens() * fields.shape().width();
    Rows geometry = new Rows(result.get(1), Geometry.NUMBERS * Integer.BYTES);
    Rows features = new Rows(result.get(2), numbers * fields.encoding().bytes());
    Optional<Rows> scales =
        names.scales().map(scale -> new Rows(result.get(4), fields.shape().tokens() * Float.BYTES));
    long examples = pipeline.source().size();
    List<byte[]> records = new ArrayList<>();
    for (int i = 0; i < positions.length; i++) {
      int row = i;
      long[] keys = {key, positions[i] % examples, positions[i] / examples};
      records.add(
          FeatureRecord.of(
              keys, geometry.bytes(i), features.bytes(i), scales.map(s -> s.bytes(row))));
    }
    return records;
  }

  /**
   * The memory of a tensor, which on the machines that TensorFlow Java runs on is little-endian.
   */
  private record Rows(Tensor tensor, int length) {
    byte[] bytes(int row) {
      byte[] bytes = new byte[length];
      tensor.asRawTensor().data().offset((long) row * length).read(bytes);
      return bytes;
    }
  }

  private static long[] longs(TInt64 tensor) {
    long[] values = new long[(int) tensor.size()];
    tensor.asRawTensor().data().asLongs().read(values);
    return values;
  }

  @Override
  public void close() {
    session.close();
    graph.close();
  }
}
