package org.fdistill.data.augment;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.BiFunction;
import org.fdistill.testing.NpyArray;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TUint8;

/** Runs graphs from one image to another one. */
final class ImageRun {
  private ImageRun() {}

  /** Feeds an image of uint8 of static shape; gives the bytes of the result. */
  static byte[] run(NpyArray image, BiFunction<Ops, Operand<TUint8>, Operand<TUint8>> body) {
    try (Graph graph = new Graph();
        TUint8 fed = TUint8.tensorOf(Shape.of(image.shape()), DataBuffers.of(image.bytes()))) {
      Ops tf = Ops.create(graph);
      Operand<TUint8> in = tf.placeholder(TUint8.class, Placeholder.shape(Shape.of(image.shape())));
      Operand<TUint8> out = body.apply(tf, in);
      try (Session session = new Session(graph);
          Result result = session.runner().feed(in, fed).fetch(out).run()) {
        return bytes((TUint8) result.get(0));
      }
    }
  }

  static byte[] bytes(TUint8 tensor) {
    byte[] bytes = new byte[(int) tensor.size()];
    tensor.copyTo(DataBuffers.of(bytes));
    return bytes;
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
