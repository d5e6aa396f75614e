package org.fdistill.graph;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.fdistill.config.RunConfigs;
import org.fdistill.export.SavedModelExporter;
import org.fdistill.proto.RunConfig;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.VarHandleOp;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorShapeProto;
import org.tensorflow.types.TFloat32;

/** Programs of networks as they are exported, and what they give for random weights. */
final class FrozenModels {
  private static final String CONFIG =
      """
      name: "frozen"
      distill { teacher {} }
      model { %s }
      train_data { noise { examples: 4 } batch_size: 2 augment {} }
      schedule { length { steps: 1 } }
      """;

  private FrozenModels() {}

  /**
   * The tokens of a network.
   *
   * @param architecture as in a run config
   * @param folder receives the exported graph
   * @param images the shape of a batch
   */
  static FrozenProgram tokens(String architecture, Path folder, Shape images) {
    RunConfig run =
        RunConfigs.parse(CONFIG.formatted(architecture), "config", List.of()).toBuilder()
            .clearTask()
            .build();
    try {
      SavedModelExporter.exportGraph(run, Files.createDirectories(folder));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    MetaGraphDef model = SavedModelFolder.read(folder).metaGraph();
    SignatureDef signature = model.getSignatureDefOrThrow("serving_default");
    String input = signature.getInputsMap().values().iterator().next().getName();
    String output = signature.getOutputsOrThrow("tokens").getName();
    GraphDef graph = model.getGraphDef();
    return FrozenProgram.of(shaped(graph, input, images), input, output).inlined();
  }

  /** What is computed of an input. */
  @FunctionalInterface
  interface Formula {
    /** Builds it. */
    Operand<TFloat32> of(Ops tf, Operand<TFloat32> x);
  }

  /** A formula of an input of a shape. */
  static FrozenProgram program(Shape shape, Formula formula) {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Operand<TFloat32> x = tf.withName("x").placeholder(TFloat32.class, Placeholder.shape(shape));
      tf.withName("y").identity(formula.of(tf, x));
      return FrozenProgram.of(graph.toGraphDef(), "x:0", "y:0");
    }
  }

  /** A variable that a formula reads. */
  static Operand<TFloat32> variable(Ops tf, String name, long... shape) {
    return tf.readVariableOp(handle(tf, name, shape), TFloat32.class);
  }

  /** A variable. */
  static VarHandleOp handle(Ops tf, String name, long... shape) {
    return tf.withName(name)
        .varHandleOp(TFloat32.class, Shape.of(shape), VarHandleOp.sharedName(name));
  }

  /** The graph with a known shape of its input. */
  private static GraphDef shaped(GraphDef graph, String input, Shape shape) {
    TensorShapeProto.Builder dimensions = TensorShapeProto.newBuilder();
    for (long size : shape.asArray()) {
      dimensions.addDimBuilder().setSize(size);
    }
    GraphDef.Builder result = graph.toBuilder();
    for (NodeDef.Builder node : result.getNodeBuilderList()) {
      if (node.getName().equals(Subgraph.nodeOf(input))) {
        node.putAttr("shape", AttrValue.newBuilder().setShape(dimensions).build());
      }
    }
    return result.build();
  }

  /**
   * What a program gives for random variables, which its names decide, and one random input, in a
   * session that optimises the graph as a run's does.
   */
  static float[] answer(FrozenProgram program, Shape input) {
    float[] values = noise((int) input.size());
    try (Graph graph = new Graph()) {
      graph.importGraphDef(needed(program));
      List<Op> assigned = assignRandom(graph);
      try (Session session = SessionFactory.open(graph, ConfigProto.getDefaultInstance());
          TFloat32 x = TFloat32.tensorOf(input, DataBuffers.of(values))) {
        assigned.forEach(session::run);
        program.afterwards().forEach(session::run);
        try (Result result =
            session.runner().feed(program.input(), x).fetch(program.output()).run()) {
          float[] answer = new float[(int) result.get(0).size()];
          ((TFloat32) result.get(0)).copyTo(DataBuffers.of(answer, false, false));
          return answer;
        }
      }
    }
  }

  /** Numbers from 0 to 1. */
  private static float[] noise(int size) {
    Random random = new Random(1);
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = random.nextFloat();
    }
    return values;
  }

  private static GraphDef needed(FrozenProgram program) {
    Set<String> nodes = new LinkedHashSet<>(program.parts().needed(program.afterwards()));
    nodes.addAll(program.parts().needed(List.of(Subgraph.nodeOf(program.output()))));
    return program.parts().only(program.graph(), nodes);
  }

  /** Without those that the program fills itself, which follow from the others. */
  private static List<Op> assignRandom(Graph graph) {
    Ops tf = Ops.create(graph);
    Subgraph parts = new Subgraph(graph.toGraphDef());
    Set<String> filled = new HashSet<>();
    parts.nodes().values().stream()
        .filter(node -> node.getOp().equals("AssignVariableOp"))
        .forEach(node -> filled.add(Subgraph.nodeOf(node.getInput(0))));
    List<Op> assigned = new ArrayList<>();
    for (NodeDef node : parts.nodes().values()) {
      if (node.getOp().equals("VarHandleOp") && !filled.contains(node.getName())) {
        long[] shape =
            node.getAttrOrThrow("shape").getShape().getDimList().stream()
                .mapToLong(TensorShapeProto.Dim::getSize)
                .toArray();
        Operand<TFloat32> value =
            tf.random.statelessTruncatedNormal(
                tf.constant(shape),
                tf.constant(new int[] {1, node.getName().hashCode()}),
                TFloat32.class);
        assigned.add(
            tf.assignVariableOp(
                graph.outputOrThrow(node.getName()), tf.math.mul(value, tf.constant(0.3f))));
      }
    }
    return assigned;
  }
}
