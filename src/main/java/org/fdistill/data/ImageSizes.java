package org.fdistill.data;

import java.io.IOException;
import org.fdistill.data.augment.ImageDecoder;
import org.fdistill.graph.SessionFactory;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.exceptions.TFInvalidArgumentException;
import org.tensorflow.exceptions.TensorFlowException;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TString;

/** Decodes images one by one to see whether that works, and how large they are. Thread-safe. */
final class ImageSizes implements AutoCloseable {
  private final Graph graph = new Graph();
  private final Session session;
  private final Operand<TString> bytes;
  private final Operand<TInt32> shape;

  /** Height and width in pixels. */
  record Size(int height, int width) {}

  ImageSizes() {
    Ops tf = Ops.create(graph);
    bytes = tf.placeholder(TString.class, Placeholder.shape(Shape.scalar()));
    shape = tf.shape(new ImageDecoder().decode(tf, bytes));
    // Nothing here is for a GPU, and a session takes all of its memory.
    session = SessionFactory.open(graph, ConfigProto.newBuilder().putDeviceCount("GPU", 0).build());
  }

  /**
   * The size of an encoded image.
   *
   * @throws IOException with the reason, where it cannot be decoded
   */
  Size of(byte[] image) throws IOException {
    try (TString fed = TString.tensorOfBytes(NdArrays.scalarOfObject(image));
        Result result = session.runner().feed(bytes, fed).fetch(shape).run()) {
      TInt32 size = (TInt32) result.get(0);
      return new Size(size.getInt(0), size.getInt(1));
    } catch (TensorFlowException | TFInvalidArgumentException e) {
      throw new IOException(UnreadableReason.of(image, e), e);
    }
  }

  @Override
  public void close() {
    session.close();
    graph.close();
  }
}
