package org.fdistill.data;

import java.util.ArrayList;
import java.util.List;
import org.fdistill.data.augment.CentreCrop;
import org.fdistill.data.augment.TrainingView;
import org.fdistill.proto.DataConfig;
import org.tensorflow.ConcreteFunction;
import org.tensorflow.Operand;
import org.tensorflow.Signature;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TString;
import org.tensorflow.types.TUint8;

/** The function from a position to an image, a label and the position again. */
final class ExampleMap {
  private final DataConfig config;
  private final ExampleSource source;
  private final EpochOrder order;
  private final InputPipeline.Options options;

  ExampleMap(
      DataConfig config, ExampleSource source, EpochOrder order, InputPipeline.Options options) {
    this.config = config;
    this.source = source;
    this.order = order;
    this.options = options;
  }

  /** Inputs: the position, then the index arrays. Outputs: image [S, S, 3], label, position. */
  ConcreteFunction function(String name) {
    return ConcreteFunction.create(tf -> body(tf, name));
  }

  private Signature body(Ops tf, String name) {
    Operand<TInt64> position = tf.placeholder(TInt64.class, Placeholder.shape(Shape.scalar()));
    Signature.Builder signature = Signature.builder(name).input("position", position);
    List<Operand<?>> arrays = new ArrayList<>();
    for (IndexArray array : source.indexArrays()) {
      Operand<?> vector =
          tf.placeholder(array.type(), Placeholder.shape(Shape.of(Shape.UNKNOWN_SIZE)));
      arrays.add(vector);
      signature.input(array.name(), vector);
    }
    ExampleSource.EncodedExample example =
        source.example(tf, order.exampleAt(tf, position), arrays);
    return signature
        .output("image", image(tf, example.image(), position))
        .output("label", tf.identity(example.label()))
        .output("same_position", tf.identity(position))
        .build();
  }

  private Operand<TUint8> image(Ops tf, Operand<TString> bytes, Operand<TInt64> position) {
    int side = config.getImageSize();
    if (source instanceof NoiseExamples) {
      return NoiseExamples.image(tf, side, seed(tf, Purpose.NOISE, position));
    }
    return options.training() && config.hasAugment()
        ? new TrainingView(config.getAugment(), side)
            .view(tf, bytes, seed(tf, Purpose.AUGMENT, position))
        : new CentreCrop(config.getEvalCrop(), side).view(tf, bytes);
  }

  private Operand<TInt64> seed(Ops tf, Purpose purpose, Operand<TInt64> position) {
    return tf.stack(List.of(tf.constant(purpose.seed(options.seed())), position));
  }
}
