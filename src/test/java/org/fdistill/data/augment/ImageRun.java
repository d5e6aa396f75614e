package org.fdistill.data.augment;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.fdistill.testing.NpyArray;
import org.fdistill.testing.TestSession;
import org.tensorflow.ConcreteFunction;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Signature;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.data.DatasetToSingleElement;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TUint8;
import org.tensorflow.types.family.TType;

/** Runs small graphs around images. */
final class ImageRun {
  private ImageRun() {}

  /** From an image to another one. */
  interface Body extends BiFunction<Ops, Operand<TUint8>, Operand<TUint8>> {}

  /** Feeds an image of uint8 of static shape; gives the bytes of the result. */
  static byte[] run(NpyArray image, Body body) {
    try (Graph graph = new Graph();
        TUint8 fed = tensor(image)) {
      Ops tf = Ops.create(graph);
      Operand<TUint8> in = tf.placeholder(TUint8.class, Placeholder.shape(Shape.of(image.shape())));
      Operand<TUint8> out = body.apply(tf, in);
      try (Session session = TestSession.open(graph);
          Result result = session.runner().feed(in, fed).fetch(out).run()) {
        return bytes((TUint8) result.get(0));
      }
    }
  }

  static TUint8 tensor(NpyArray image) {
    return TUint8.tensorOf(Shape.of(image.shape()), DataBuffers.of(image.bytes()));
  }

  static byte[] bytes(TUint8 tensor) {
    byte[] bytes = new byte[(int) tensor.size()];
    tensor.copyTo(DataBuffers.of(bytes));
    return bytes;
  }

  /** Of a graph without inputs the results, read by a function. */
  static <R> R results(
      Function<Ops, List<? extends Operand<?>>> body, Function<List<Tensor>, R> read) {
    try (Graph graph = new Graph()) {
      List<? extends Operand<?>> out = body.apply(Ops.create(graph));
      try (Session session = TestSession.open(graph)) {
        Session.Runner runner = session.runner();
        out.forEach(runner::fetch);
        try (Result result = runner.run()) {
          return read.apply(out.stream().map(o -> result.get(out.indexOf(o))).toList());
        }
      }
    }
  }

  /**
   * What a body makes of each of many seeds, mapped by tf.data, as the pipeline does.
   *
   * @param type of the results, all of one shape
   * @param body from a seed [2]
   */
  static <T extends TType, R> R ofSeeds(
      int count,
      Class<T> type,
      Shape shape,
      BiFunction<Ops, Operand<TInt64>, Operand<T>> body,
      Function<T, R> read) {
    try (ConcreteFunction function =
        ConcreteFunction.create(
            tf -> {
              Operand<TInt64> position =
                  tf.placeholder(TInt64.class, Placeholder.shape(Shape.scalar()));
              Operand<TInt64> seed = tf.stack(List.of(tf.constant(4711L), position));
              return Signature.builder("draw")
                  .input("position", position)
                  .output("drawn", body.apply(tf, seed))
                  .build();
            })) {
      return results(
          tf -> {
            List<Class<? extends TType>> types = List.of(type);
            Operand<? extends TType> range =
                tf.data.rangeDataset(
                    tf.constant(0L),
                    tf.constant((long) count),
                    tf.constant(1L),
                    List.of(TInt64.class),
                    List.of(Shape.scalar()));
            Operand<? extends TType> mapped =
                tf.data.mapDataset(range, List.of(), function, types, List.of(shape));
            Operand<? extends TType> batch =
                tf.data.batchDataset(
                    mapped,
                    tf.constant((long) count),
                    tf.constant(true),
                    types,
                    List.of(shape.prepend(count)));
            DatasetToSingleElement all =
                tf.data.datasetToSingleElement(batch, types, List.of(shape.prepend(count)));
            return List.of(all.components().get(0).expect(type));
          },
          tensors -> read.apply(type.cast(tensors.get(0))));
    }
  }

  /** What an augmentation makes of one grey pixel, by seed. */
  static double[] greys(ImageAugmentation augmentation, int value, int count) {
    byte[] pixels =
        ofSeeds(
            count,
            TUint8.class,
            Shape.of(1, 1, 3),
            (tf, seed) -> {
              Operand<TUint8> pixel =
                  tf.dtypes.cast(
                      tf.constant(new int[][][] {{{value, value, value}}}), TUint8.class);
              return augmentation.apply(tf, pixel, seed);
            },
            ImageRun::bytes);
    double[] greys = new double[count];
    Arrays.setAll(greys, i -> pixels[3 * i] & 255);
    return greys;
  }

  /** The mean absolute difference, of 255. */
  static double difference(byte[] actual, byte[] expected) {
    assertThat(actual).hasSameSizeAs(expected);
    double sum = 0;
    for (int i = 0; i < actual.length; i++) {
      sum += Math.abs((actual[i] & 255) - (expected[i] & 255));
    }
    return sum / actual.length;
  }
}
