package org.fdistill.graph;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.fdistill.testing.TestSession;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.train.Restore;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.SavedModel;
import org.tensorflow.proto.SaverDef;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;
import org.tensorflow.proto.TensorShapeProto;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TString;
import org.tensorflow.types.family.TType;

/** Writes SavedModels for tests, right and wrong ones. */
public final class ModelFiles {
  private ModelFiles() {}

  /** From images to named outputs. */
  @FunctionalInterface
  public interface Body extends BiFunction<Ops, Operand<TFloat32>, Map<String, Operand<?>>> {}

  /** A model without variables, of float images, with one signature {@code serving_default}. */
  public static Path frozen(Path folder, Shape images, Body body) {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Operand<TFloat32> input =
          tf.withName("images").placeholder(TFloat32.class, Placeholder.shape(images));
      Map<String, Operand<?>> outputs = body.apply(tf, input);
      return write(folder, graph, Map.of("images", input), outputs);
    }
  }

  /** A finished graph as a model without variables. */
  public static Path write(
      Path folder, Graph graph, Map<String, Operand<?>> inputs, Map<String, Operand<?>> outputs) {
    return write(folder, meta(graph, inputs, outputs).build());
  }

  private static MetaGraphDef.Builder meta(
      Graph graph, Map<String, Operand<?>> inputs, Map<String, Operand<?>> outputs) {
    SignatureDef.Builder signature = SignatureDef.newBuilder();
    inputs.forEach((name, tensor) -> signature.putInputs(name, info(tensor)));
    outputs.forEach((name, tensor) -> signature.putOutputs(name, info(tensor)));
    MetaGraphDef.Builder meta = MetaGraphDef.newBuilder().setGraphDef(graph.toGraphDef());
    meta.getMetaInfoDefBuilder().addTags("serve");
    return meta.putSignatureDef("serving_default", signature.build());
  }

  /** A graph with its signatures. */
  public static Path write(Path folder, MetaGraphDef meta) {
    SavedModel model = SavedModel.newBuilder().addMetaGraphs(meta).build();
    try {
      Files.createDirectories(folder);
      Files.write(folder.resolve("saved_model.pb"), model.toByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return folder;
  }

  /** A model of TensorFlow 1's kind: its scalar reference variable {@code w} times the images. */
  public static Path timesVariable(Path folder, Shape images, float w) {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Operand<TFloat32> input =
          tf.withName("images").placeholder(TFloat32.class, Placeholder.shape(images));
      Operand<TFloat32> variable = tf.withName("w").variable(Shape.scalar(), TFloat32.class);
      Operand<TFloat32> output = tf.withName("tokens").math.mul(input, variable);
      Operand<TFloat32> assigned = tf.assign(variable, tf.constant(w));
      SaverDef saver = saver(tf, variable);
      Path weights = folder.resolve("variables").resolve("variables");
      Files.createDirectories(weights.getParent());
      try (Session session = TestSession.open(graph);
          TString path = TString.scalarOf(weights.toString())) {
        session.runner().addTarget(assigned).run().close();
        session.runner().feed("file", path).addTarget("save").run().close();
      }
      return write(
          folder,
          meta(graph, Map.of("images", input), Map.of("tokens", output))
              .setSaverDef(saver)
              .build());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The ops that save and restore a variable {@code w}. */
  private static SaverDef saver(Ops tf, Operand<TFloat32> variable) {
    Operand<TString> file =
        tf.withName("file").placeholder(TString.class, Placeholder.shape(Shape.scalar()));
    Operand<TString> names = tf.array("w");
    Operand<TString> slices = tf.array("");
    Op written = tf.train.save(file, names, slices, List.of(variable));
    tf.withName("save").withControlDependencies(written).identity(file);
    Restore read = tf.train.restore(file, names, slices, List.of(TFloat32.class));
    Op restored = tf.assign(variable, read.tensors().get(0).expect(TFloat32.class));
    tf.withName("restore").withControlDependencies(restored).noOp();
    return SaverDef.newBuilder()
        .setFilenameTensorName("file:0")
        .setSaveTensorName("save:0")
        .setRestoreOpName("restore")
        .build();
  }

  /** The signature's entry for a tensor, with its static shape. */
  public static TensorInfo info(Operand<?> tensor) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    Shape known = tensor.shape();
    shape.setUnknownRank(known.isUnknown());
    for (int i = 0; !known.isUnknown() && i < known.numDimensions(); i++) {
      shape.addDimBuilder().setSize(known.get(i));
    }
    return TensorInfo.newBuilder()
        .setName(tensor.asOutput().op().name() + ":" + tensor.asOutput().index())
        .setDtype(type(tensor))
        .setTensorShape(shape)
        .build();
  }

  /** Outputs by name, in order. */
  public static Map<String, Operand<?>> outputs(String name, Operand<? extends TType> tensor) {
    Map<String, Operand<?>> outputs = new LinkedHashMap<>();
    outputs.put(name, tensor);
    return outputs;
  }

  private static DataType type(Operand<?> tensor) {
    return tensor.asOutput().dataType();
  }
}
