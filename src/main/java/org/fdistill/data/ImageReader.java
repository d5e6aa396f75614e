package org.fdistill.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.types.TString;
import org.tensorflow.types.TUint8;

/** Reads images one by one, as a pipeline decodes them. */
public final class ImageReader implements AutoCloseable {
  private final Graph graph = new Graph();
  private final Session session;
  private final Operand<TString> bytes;
  private final Operand<TUint8> pixels;

  /** Opens a session on the CPU. */
  public ImageReader() {
    Ops tf = Ops.create(graph);
    bytes = tf.placeholder(TString.class, Placeholder.shape(Shape.scalar()));
    pixels = new ImageDecoder().decode(tf, bytes);
    session = SessionFactory.open(graph, ConfigProto.newBuilder().putDeviceCount("GPU", 0).build());
  }

  /**
   * What a folder holds.
   *
   * @param images in the order of a pipeline
   * @param leftOut how many files of which kinds are no images, in words; empty where all are
   */
  public record Listing(List<Path> images, String leftOut) {}

  /**
   * The images of a folder.
   *
   * @throws org.fdistill.config.UserError where it is missing or holds none
   */
  public static Listing list(Path folder) {
    ImageFolder found = ImageFolder.scan(folder);
    return new Listing(found.files(), found.leftOut());
  }

  /**
   * The pixels of a file.
   *
   * @throws IOException with the reason, without the path, where it cannot be read or decoded
   */
  public DecodedImage read(Path file) throws IOException {
    byte[] encoded;
    try {
      encoded = Files.readAllBytes(file);
    } catch (IOException e) {
      throw new IOException(UnreadableReason.of(e), e);
    }
    try (TString fed = TString.tensorOfBytes(NdArrays.scalarOfObject(encoded));
        Result result = session.runner().feed(bytes, fed).fetch(pixels).run()) {
      TUint8 image = (TUint8) result.get(0);
      byte[] rgb = new byte[Math.toIntExact(image.size())];
      image.copyTo(DataBuffers.of(rgb, false, false));
      return new DecodedImage((int) image.shape().get(0), (int) image.shape().get(1), rgb);
    } catch (TensorFlowException | TFInvalidArgumentException e) {
      throw new IOException(UnreadableReason.of(encoded, e), e);
    }
  }

  @Override
  public void close() {
    session.close();
    graph.close();
  }
}
