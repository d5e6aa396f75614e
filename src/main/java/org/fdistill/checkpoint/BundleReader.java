package org.fdistill.checkpoint;

import static org.tensorflow.internal.c_api.global.tensorflow.TF_CheckpointReaderGetTensor;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_DeleteCheckpointReader;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_DeleteTensor;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_NewCheckpointReader;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_TensorData;

import java.nio.file.Path;
import java.util.Map;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.fdistill.config.UserError;
import org.fdistill.graph.BundleIndex;
import org.fdistill.graph.BundlePath;
import org.tensorflow.exceptions.TensorFlowException;
import org.tensorflow.internal.c_api.TF_CheckpointReader;
import org.tensorflow.internal.c_api.TF_Status;
import org.tensorflow.internal.c_api.TF_Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.BundleEntryProto;
import org.tensorflow.proto.DataType;

/**
 * Reads single tensors of a TensorFlow bundle, without a graph: a checkpoint's, or a SavedModel's
 * with the prefix {@code variables/variables}. Which tensors there are, {@link BundleIndex} tells.
 */
public final class BundleReader implements AutoCloseable {
  private final Path prefix;
  private final Map<String, BundleEntryProto> tensors;
  private final Map<String, Shape> shapes;
  private final TF_CheckpointReader reader;

  /**
   * Opens a bundle.
   *
   * @param prefix the files' path without {@code .index} and {@code .data-...}
   * @throws UserError of kind input, where there is none or it cannot be read
   */
  public BundleReader(Path prefix) {
    this.prefix = prefix;
    BundleIndex index = BundleIndex.read(prefix);
    tensors = index.tensors();
    shapes = index.shapes();
    try (PointerScope scope = new PointerScope()) {
      TF_Status status = TF_Status.newStatus();
      reader = TF_NewCheckpointReader(BundlePath.text(prefix), status);
      throwIfNotOk(status, "no TensorFlow bundle");
    }
  }

  /** The shape of every tensor, by name. */
  public Map<String, Shape> shapes() {
    return shapes;
  }

  /**
   * The values of a float32 tensor, row by row.
   *
   * @throws UserError of kind input, where there is no such tensor or its data cannot be read
   */
  public float[] read(String name) {
    if (!tensors.containsKey(name)) {
      throw UserError.input(prefix + ": no tensor " + name + "; it has " + tensors.keySet());
    }
    if (tensors.get(name).getDtype() != DataType.DT_FLOAT) {
      throw UserError.input(prefix + ": tensor " + name + " is not float32");
    }
    try (PointerScope scope = new PointerScope()) {
      TF_Status status = TF_Status.newStatus();
      TF_Tensor tensor = TF_CheckpointReaderGetTensor(reader, name, status);
      throwIfNotOk(status, "unreadable tensor " + name);
      try {
        float[] values = new float[Math.toIntExact(shapes.get(name).size())];
        new FloatPointer(TF_TensorData(tensor)).get(values);
        return values;
      } finally {
        TF_DeleteTensor(tensor);
      }
    }
  }

  private void throwIfNotOk(TF_Status status, String problem) {
    try {
      status.throwExceptionIfNotOK();
    } catch (TensorFlowException e) {
      throw new UserError(UserError.Kind.INPUT, prefix + ": " + problem + ": " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    TF_DeleteCheckpointReader(reader);
  }
}
