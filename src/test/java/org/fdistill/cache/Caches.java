package org.fdistill.cache;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import org.fdistill.data.Batch;
import org.fdistill.data.ExampleSource;
import org.fdistill.data.Field;
import org.fdistill.data.ImageView;
import org.fdistill.data.InputPipeline;
import org.fdistill.data.View;
import org.fdistill.graph.GraphScope;
import org.fdistill.graph.Precision;
import org.fdistill.graph.SessionFactory;
import org.fdistill.graph.rewrite.ShapedRewrite;
import org.fdistill.graph.rewrite.StandardRewrite;
import org.fdistill.model.Endpoints;
import org.fdistill.proto.AugmentConfig;
import org.fdistill.proto.DataConfig;
import org.fdistill.proto.FeatureCacheConfig;
import org.fdistill.proto.ImageFolderSource;
import org.fdistill.proto.TeacherConfig;
import org.fdistill.teacher.Teacher;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.exceptions.TFOutOfRangeException;
import org.tensorflow.ndarray.buffer.ByteDataBuffer;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TUint8;

/** Small caches of the shipped teacher, and what pipelines give with and without them. */
final class Caches {
  static final int SIDE = 48;
  private static final long RUN_SEED = 5;

  private Caches() {}

  /** Images of a folder under random crops. */
  static DataConfig data(Path images, int batch) {
    return DataConfig.newBuilder()
        .setImageSize(SIDE)
        .setBatchSize(batch)
        .setAugment(AugmentConfig.getDefaultInstance())
        .setImageFolder(ImageFolderSource.newBuilder().setPath(images.toString()))
        .setMaxBadShare(1)
        .build();
  }

  static FeatureCacheConfig config(Path folder, FeatureCacheConfig.Precision precision, int views) {
    return FeatureCacheConfig.newBuilder()
        .setPath(folder.toString())
        .setViews(views)
        .setPrecision(precision)
        .build();
  }

  static Teacher teacher() {
    return Teacher.open(
        TeacherConfig.newBuilder().setPath("savedmodels/tiny-teacher").build(), SIDE);
  }

  static FeatureCache cache(FeatureCacheConfig config, DataConfig data) {
    return new FeatureCache(
        config, teacher(), 0, Precision.FLOAT32, data, FeatureCache.Split.TRAIN);
  }

  static CacheWriting.Outcome write(FeatureCache cache, DataConfig data) {
    return write(cache, data, done -> {});
  }

  static CacheWriting.Outcome write(FeatureCache cache, DataConfig data, LongConsumer progress) {
    return new CacheWriting(cache, ConfigProto.getDefaultInstance(), () -> false, progress)
        .write(ExampleSource.open(data));
  }

  /** One example of a batch. */
  @SuppressWarnings("ArrayRecordComponent") // Compared by the arrays.
  record Element(long position, byte[] image, float[] tokens) {}

  /** What a run gets that reads a cache. */
  static List<Element> cached(FeatureCache cache, DataConfig data, long end) {
    ExampleSource source = FeatureCache.examples(ExampleSource.open(data), List.of(cache));
    View view = View.all(ImageView.training(data), cache.view());
    return elements(data, source, view, cache::features, null, end);
  }

  /** What a run gets whose teacher sees the same views. */
  static List<Element> uncached(FeatureCache cache, DataConfig data, long end) {
    ExampleSource source = cache.fixedViews(ExampleSource.open(data));
    Teacher teacher = teacher();
    return elements(
        data,
        source,
        ImageView.training(data),
        (tf, batch) -> teacher.build(tf, batch.get(Field.IMAGE)),
        teacher,
        end);
  }

  private interface Features {
    Endpoints of(Ops tf, Batch batch);
  }

  private static List<Element> elements(
      DataConfig data,
      ExampleSource source,
      View view,
      Features features,
      Teacher teacher,
      long end) {
    try (Graph draft = new Graph();
        Graph graph = new Graph()) {
      Ops tf = GraphScope.ops(draft);
      InputPipeline.Options options =
          new InputPipeline.Options(RUN_SEED, true, true, data.getBatchSize(), 1, 0);
      InputPipeline pipeline = InputPipeline.build(tf, "input", data, source, view, options);
      List<String> names =
          names(
              tf,
              pipeline.batch().get(Field.POSITION),
              pipeline.batch().get(Field.IMAGE),
              features.of(tf, pipeline.batch()).classAndPatchTokens(tf));
      graph.importGraphDef(StandardRewrite.apply(ShapedRewrite.apply(draft)));
      try (Session session = SessionFactory.open(graph, ConfigProto.getDefaultInstance())) {
        if (teacher != null) {
          teacher.restore(session);
        }
        pipeline.start(session, 0, end);
        return all(session, names);
      }
    }
  }

  private static List<String> names(Ops tf, Operand<?>... values) {
    List<String> names = new ArrayList<>();
    for (Operand<?> value : values) {
      names.add(tf.identity(value).op().name());
    }
    return names;
  }

  private static List<Element> all(Session session, List<String> names) {
    List<Element> all = new ArrayList<>();
    while (true) {
      Session.Runner runner = session.runner();
      names.forEach(runner::fetch);
      try (Result result = runner.run()) {
        TInt64 positions = (TInt64) result.get(0);
        for (int i = 0; i < positions.size(); i++) {
          all.add(
              new Element(
                  positions.getLong(i),
                  bytes((TUint8) result.get(1), i),
                  floats((TFloat32) result.get(2), i)));
        }
      } catch (TFOutOfRangeException endOfData) {
        return all;
      }
    }
  }

  private static byte[] bytes(TUint8 tensor, int row) {
    byte[] values = new byte[(int) (tensor.size() / tensor.shape().get(0))];
    data(tensor).offset((long) row * values.length).read(values);
    return values;
  }

  private static float[] floats(TFloat32 tensor, int row) {
    float[] values = new float[(int) (tensor.size() / tensor.shape().get(0))];
    data(tensor).asFloats().offset((long) row * values.length).read(values);
    return values;
  }

  private static ByteDataBuffer data(Tensor tensor) {
    return tensor.asRawTensor().data();
  }
}
