package org.fdistill.export;

import java.util.List;
import org.fdistill.data.augment.ImageDecoder;
import org.fdistill.graph.LayerScope;
import org.fdistill.graph.Precision;
import org.fdistill.graph.Variables;
import org.fdistill.model.head.DenseHead;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TString;
import org.tensorflow.types.TUint8;
import org.tensorflow.types.family.TNumber;

/**
 * The signatures of a model that answers for each pixel: images of any size, as floats, as bytes,
 * and one as a file. Letters: B batch, H and W the images' sides.
 */
final class DenseSignatures {
  private static final Shape IMAGES = Shape.of(-1, -1, -1, 3);

  private final Ops tf;
  private final Variables variables;
  private final DenseHead head;

  DenseSignatures(Ops tf, Variables variables, DenseHead head) {
    this.tf = tf;
    this.variables = variables;
    this.head = head;
  }

  List<ServingSignature> all() {
    return List.of(
        images(ServingSignature.PIXELS, TFloat32.class),
        images(ServingSignature.BYTES, TUint8.class),
        file());
  }

  private <T extends TNumber> ServingSignature images(String name, Class<T> type) {
    Ops own = tf.withSubScope(name);
    Operand<T> images = own.withName("images").placeholder(type, Placeholder.shape(IMAGES));
    Operand<T> checked = RequestShape.require(own, images, "images_must_be_rgb");
    return signature(own, name, "images", images, own.dtypes.cast(checked, TFloat32.class));
  }

  /** Files of several sizes are no batch. */
  private ServingSignature file() {
    Ops own = tf.withSubScope(ServingSignature.FILES);
    Operand<TString> bytes =
        own.withName("bytes").placeholder(TString.class, Placeholder.shape(Shape.of(-1)));
    Operand<TString> one = own.withName("bytes_must_be_one_file").ensureShape(bytes, Shape.of(1));
    Operand<TString> file = own.reshape(one, own.constant(new int[0]));
    Operand<TUint8> image = new ImageDecoder().decode(own.withSubScope("decode"), file);
    Operand<TFloat32> pixels = own.dtypes.cast(image, TFloat32.class);
    return signature(
        own, ServingSignature.FILES, "bytes", bytes, own.expandDims(pixels, own.constant(0)));
  }

  private ServingSignature signature(
      Ops own, String name, String inputName, Operand<?> input, Operand<TFloat32> pixels) {
    LayerScope scope = LayerScope.inference(own, variables, Precision.FLOAT32);
    return InferenceGraph.signature(own, name, inputName, input, head.outputs(scope, pixels));
  }
}
