package org.fdistill.teacher;

import java.util.Map;
import java.util.TreeMap;
import org.fdistill.config.UserError;
import org.fdistill.graph.SavedModelFolder;
import org.fdistill.graph.Subgraph;
import org.fdistill.proto.TeacherConfig;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;

/** Finds the tensors of a model that a description names: in a signature, or in the graph. */
final class ModelInterface {
  private static final String DEFAULT_OUTPUT = "tokens";

  private final MetaGraphDef meta;
  private final TeacherConfig description;
  private final String who;

  /**
   * Takes a model and the names that its description gives; nothing is looked up yet.
   *
   * @param who the teacher's name in messages
   */
  ModelInterface(SavedModelFolder model, TeacherConfig description, String who) {
    this.meta = model.metaGraph();
    this.description = description;
    this.who = who;
  }

  /** What takes the images. */
  ModelTensor input() {
    String name = description.getInput();
    if (isInGraph(name)) {
      return inGraph(name);
    }
    Map<String, TensorInfo> inputs = signature().getInputsMap();
    return name.isEmpty() ? only("input", inputs) : named("input", name, inputs);
  }

  /** What gives the features. */
  ModelTensor output() {
    String name = description.getOutput();
    if (isInGraph(name)) {
      return inGraph(name);
    }
    Map<String, TensorInfo> outputs = signature().getOutputsMap();
    if (name.isEmpty() && outputs.containsKey(DEFAULT_OUTPUT)) {
      return named("output", DEFAULT_OUTPUT, outputs);
    }
    return name.isEmpty() ? only("output", outputs) : named("output", name, outputs);
  }

  /** As {@link #output}; of several outputs that nothing chooses among, the first by name. */
  ModelTensor anyOutput() {
    Map<String, TensorInfo> outputs = new TreeMap<>();
    if (description.getOutput().isEmpty()) {
      outputs.putAll(signature().getOutputsMap());
    }
    return outputs.size() < 2 || outputs.containsKey(DEFAULT_OUTPUT)
        ? output()
        : named("output", outputs.keySet().iterator().next(), outputs);
  }

  private ModelTensor only(String field, Map<String, TensorInfo> tensors) {
    if (tensors.size() != 1) {
      throw UserError.input(
          """
          %s: signature "%s" has %d %ss, and teacher.%s does not say which one to take.
          They are: %s.
          Set teacher.%s to one of them.\
          """
              .formatted(
                  who,
                  description.getSignature(),
                  tensors.size(),
                  field,
                  field,
                  ModelTensor.listing(tensors),
                  field));
    }
    return named(field, tensors.keySet().iterator().next(), tensors);
  }

  private ModelTensor named(String field, String name, Map<String, TensorInfo> tensors) {
    if (!tensors.containsKey(name)) {
      throw UserError.input(
          """
          %s: signature "%s" has no %s "%s"%s.
          Its %ss are: %s.
          Set teacher.%s to one of them, or to a tensor of the graph such as x:0.\
          """
              .formatted(
                  who,
                  description.getSignature(),
                  field,
                  name,
                  name.contains(":") ? ", nor has the graph such a tensor" : "",
                  field,
                  ModelTensor.listing(tensors),
                  field));
    }
    return tensor(field, name, tensors.get(name));
  }

  /** A signature may stand for other things than a tensor, or name none. */
  private ModelTensor tensor(String field, String name, TensorInfo info) {
    if (info.getEncodingCase() != TensorInfo.EncodingCase.NAME || !isTensor(info.getName())) {
      String found =
          switch (info.getEncodingCase()) {
            case NAME -> "named \"" + info.getName() + "\" in the graph";
            case COO_SPARSE -> "a sparse tensor";
            case COMPOSITE_TENSOR -> "made of several tensors, such as a ragged one";
            case ENCODING_NOT_SET -> "without a tensor";
          };
      throw UserError.input(
          """
          %s: the %s %s of signature "%s" is %s.
          Expected one dense tensor, such as x:0. Set teacher.%s to another one, or export the \
          model with a dense %s.\
          """
              .formatted(who, field, name, description.getSignature(), found, field, field));
    }
    return ModelTensor.of(name, info);
  }

  private static boolean isTensor(String name) {
    return name.matches("[^:^]+(:\\d{1,9})?");
  }

  private SignatureDef signature() {
    Map<String, SignatureDef> all = signatures(meta);
    String name = description.getSignature();
    if (!all.containsKey(name)) {
      throw UserError.input(
          """
          %s: it has no signature "%s".
          Its signatures are: %s.
          Set teacher.signature to one of them, or teacher.input and teacher.output to tensors of \
          the graph such as x:0.\
          """
              .formatted(who, name, all.isEmpty() ? "none" : String.join(", ", all.keySet())));
    }
    return all.get(name);
  }

  /** The signatures that a user can call, without those that are meant for TensorFlow's loader. */
  static Map<String, SignatureDef> signatures(MetaGraphDef meta) {
    Map<String, SignatureDef> callable = new TreeMap<>(meta.getSignatureDefMap());
    callable.keySet().removeIf(name -> name.startsWith("__saved_model"));
    return callable;
  }

  private boolean isInGraph(String tensor) {
    return tensor.contains(":")
        && isTensor(tensor)
        && meta.getGraphDef().getNodeList().stream()
            .anyMatch(node -> node.getName().equals(Subgraph.nodeOf(tensor)));
  }

  /** A placeholder's attributes declare its type and shape; others are known after the import. */
  private ModelTensor inGraph(String tensor) {
    NodeDef node =
        meta.getGraphDef().getNodeList().stream()
            .filter(candidate -> candidate.getName().equals(Subgraph.nodeOf(tensor)))
            .findFirst()
            .orElseThrow();
    if (!node.getOp().startsWith("Placeholder")) {
      return new ModelTensor(tensor, tensor, DataType.DT_INVALID, Shape.unknown());
    }
    AttrValue type = node.getAttrOrThrow("dtype");
    boolean shaped = node.containsAttr("shape");
    Shape shape =
        shaped ? ModelTensor.shape(node.getAttrOrThrow("shape").getShape()) : Shape.unknown();
    return new ModelTensor(tensor, tensor, type.getType(), shape);
  }
}
