package org.fdistill.diagnose;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.fdistill.data.Field;
import org.fdistill.data.InputPipeline;
import org.fdistill.graph.GraphScope;
import org.fdistill.graph.InlinedCalls;
import org.fdistill.graph.SessionFactory;
import org.fdistill.graph.Subgraph;
import org.fdistill.graph.Variables;
import org.fdistill.graph.rewrite.StandardRewrite;
import org.fdistill.proto.RuntimeConfig;
import org.fdistill.train.SessionSettings;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TUint8;

/**
 * Models in one graph without functions, with their weights, each behind images of its own size in
 * the same order. What is inside of each is found once the graph runs, and measures can be added.
 */
final class OpenedModels implements AutoCloseable {
  /**
   * One model in the graph, by names.
   *
   * @param images tensor
   * @param positions tensor
   * @param output node
   */
  private record Placed(
      Subject subject,
      InputPipeline data,
      String images,
      String positions,
      String output,
      Consumer<Session> weights) {
    Placed withOutput(String node) {
      return new Placed(subject, data, images, positions, node, weights);
    }
  }

  private final Graph graph;
  private final Ops tf;
  private final Session session;
  private final List<Placed> placed;
  private final List<Inside> insides;

  private OpenedModels(
      Graph graph, Ops tf, Session session, List<Placed> placed, List<Inside> insides) {
    this.graph = graph;
    this.tf = tf;
    this.session = session;
    this.placed = placed;
    this.insides = insides;
  }

  /**
   * Opens models.
   *
   * @param full leaves out a last batch that would be smaller
   * @param attention names of the nodes that give attention, in models where any matches; null to
   *     find them
   */
  static OpenedModels open(List<Subject> subjects, Images images, boolean full, Pattern attention) {
    List<Placed> placed = new ArrayList<>();
    GraphDef definition;
    try (Graph draft = new Graph()) {
      Ops tf = GraphScope.ops(draft);
      List<Placed> drafted = new ArrayList<>();
      for (int i = 0; i < subjects.size(); i++) {
        drafted.add(place(tf, subjects.get(i), images, full, i));
      }
      definition = inlined(draft.toGraphDef(), drafted, placed);
    }
    Graph graph = new Graph();
    try {
      graph.importGraphDef(definition);
      return opened(graph, definition, placed, attention);
    } catch (RuntimeException e) {
      graph.close();
      throw e;
    }
  }

  private static Placed place(Ops tf, Subject subject, Images images, boolean full, int number) {
    InputPipeline data = images.pipeline(tf, "images_" + number, subject, full);
    Operand<TUint8> batch = data.batch().get(Field.IMAGE);
    // Of unknown size, so that other images can be fed as well.
    int side = subject.imageSize();
    Operand<TUint8> pixels = tf.placeholderWithDefault(batch, Shape.of(-1, side, side, 3));
    Variables variables = new Variables(tf, tf.constant(0L), "model_" + number + "/");
    Ops own = tf.withSubScope("model_" + number);
    Operand<?> output = subject.build(own, variables, pixels);
    Operand<TInt64> positions = data.batch().get(Field.POSITION);
    return new Placed(
        subject,
        data,
        name(pixels),
        name(positions),
        name(output),
        subject.weights(own, variables));
  }

  private static String name(Operand<?> tensor) {
    return tensor.op().name() + ":" + tensor.asOutput().index();
  }

  /** Puts functions in the place of their calls, so that all inside of them can be fetched. */
  private static GraphDef inlined(GraphDef draft, List<Placed> drafted, List<Placed> placed) {
    GraphDef definition = draft;
    for (Placed model : drafted) {
      Subgraph parts = new Subgraph(definition);
      InlinedCalls inlined =
          InlinedCalls.of(
              definition,
              parts.needed(List.of(Subgraph.nodeOf(model.output())), Set.of(model.images())));
      definition = inlined.graph();
      placed.add(model.withOutput(Subgraph.nodeOf(inlined.tensor(model.output()))));
    }
    return StandardRewrite.apply(definition);
  }

  private static OpenedModels opened(
      Graph graph, GraphDef definition, List<Placed> placed, Pattern attention) {
    Ops tf = GraphScope.ops(graph);
    Session session =
        SessionFactory.open(graph, SessionSettings.of(RuntimeConfig.getDefaultInstance()));
    try {
      List<Inside> insides = new ArrayList<>();
      for (Placed model : placed) {
        model.weights().accept(session);
        DataFlow flow = new DataFlow(definition, model.images(), model.output());
        insides.add(
            new InsideReader(graph, tf, session, model.subject(), model.images())
                .read(flow, attention));
      }
      return new OpenedModels(graph, tf, session, placed, insides);
    } catch (RuntimeException e) {
      session.close();
      throw e;
    }
  }

  /** The ops of the graph, for measures. */
  Ops tf() {
    return tf;
  }

  Session session() {
    return session;
  }

  /** What was found in each model, in their order. */
  List<Inside> insides() {
    return insides;
  }

  /** Where each model's images come from, in the order of the models. */
  List<InputPipeline> data() {
    return placed.stream().map(Placed::data).toList();
  }

  /** The tensor with the positions of a batch, of each model. */
  List<String> positions() {
    return placed.stream().map(Placed::positions).toList();
  }

  @Override
  public void close() {
    session.close();
    graph.close();
  }
}
