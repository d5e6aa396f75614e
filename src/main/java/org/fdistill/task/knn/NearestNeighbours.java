package org.fdistill.task.knn;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.fdistill.config.UserError;
import org.fdistill.data.ClassMatch;
import org.fdistill.data.ExampleSource;
import org.fdistill.data.Field;
import org.fdistill.data.ImageView;
import org.fdistill.data.InputPipeline;
import org.fdistill.data.View;
import org.fdistill.eval.NeighbourVote;
import org.fdistill.graph.GraphScope;
import org.fdistill.graph.SessionFactory;
import org.fdistill.graph.Variables;
import org.fdistill.graph.rewrite.StandardRewrite;
import org.fdistill.proto.DataConfig;
import org.fdistill.proto.ReadOrder;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.exceptions.TFOutOfRangeException;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;

/**
 * Classifies validation images by the labels of the training images with the most similar features,
 * as DINO's kNN evaluation does. Features stay in the runtime: those of the training images fill a
 * variable, the bank, and only the k best rows of each query come back. Several networks are
 * evaluated on one pass over the images, which are read and decoded once. Letters: B batch, M rows
 * of a bank, k neighbours.
 */
public final class NearestNeighbours {
  private static final int BATCH = 64;

  /** A label beyond this is a mistake, not a class. */
  private static final long MOST_CLASSES = 1 << 24;

  /**
   * How well the features separate the classes.
   *
   * @param top1s share of validation images that are classified rightly, for each number of
   *     neighbours
   * @param bank training images in the bank
   * @param queries validation images
   */
  public record Outcome(List<Double> top1s, int bank, int queries) {
    /** Takes a copy. */
    public Outcome {
      top1s = List.copyOf(top1s);
    }

    /** The share for the first number of neighbours. */
    public double top1() {
      return top1s.get(0);
    }
  }

  private final DataConfig train;
  private final DataConfig validation;
  private final int largestBank;
  private final List<Integer> neighbours;
  private final ConfigProto settings;

  /**
   * Takes the data; nothing is read before {@link #evaluate}.
   *
   * @param train labelled examples that fill the bank
   * @param validation labelled examples that are classified
   * @param largestBank M at most; of a larger set a random sample is taken
   * @param neighbours k; with several each image is classified several times
   * @param settings of the session
   */
  public NearestNeighbours(
      DataConfig train,
      DataConfig validation,
      int largestBank,
      List<Integer> neighbours,
      ConfigProto settings) {
    this.neighbours = List.copyOf(neighbours);
    this.train = train;
    this.validation = validation;
    this.largestBank = largestBank;
    this.settings = settings;
  }

  /**
   * Fills the bank of each network, then classifies every validation image with each.
   *
   * @param networks each with weights of its own
   * @param seed of the sample, and of first values where weights are not restored
   * @return one for each network, in their order
   */
  public List<Outcome> evaluate(List<FeatureNetwork> networks, long seed) {
    try (Graph draft = new Graph();
        Graph graph = new Graph()) {
      Program program = build(GraphScope.ops(draft), networks, seed);
      graph.importGraphDef(StandardRewrite.apply(draft.toGraphDef()));
      try (Session session = SessionFactory.open(graph, settings)) {
        return new Run(session, program, neighbours).outcomes(seed);
      }
    }
  }

  /**
   * The graph by names.
   *
   * @param banks one for each network
   * @param seed of the variables' first values, fed
   * @param initialize target
   */
  private record Program(
      FeatureBank.Inputs inputs, List<FeatureBank> banks, String seed, String initialize) {}

  private Program build(Ops tf, List<FeatureNetwork> networks, long seed) {
    FeatureBank.Inputs inputs = inputs(tf, seed);
    Placeholder<TInt64> fed = tf.placeholder(TInt64.class, Placeholder.shape(Shape.scalar()));
    List<FeatureBank> banks = new ArrayList<>();
    List<Op> initializations = new ArrayList<>();
    for (int i = 0; i < networks.size(); i++) {
      Variables variables = new Variables(tf, fed, "network_" + i + "/");
      Ops own = tf.withSubScope("network_" + i);
      banks.add(FeatureBank.build(own, variables, networks.get(i), inputs));
      initializations.addAll(variables.initializations());
    }
    Op initialize = tf.withControlDependencies(initializations).noOp();
    return new Program(inputs, banks, fed.op().name(), initialize.op().name());
  }

  private FeatureBank.Inputs inputs(Ops tf, long seed) {
    ExampleSource bank = labelled(ExampleSource.open(train), "train_data");
    ExampleSource queries = labelled(ClassMatch.open(validation, train), "validation_data");
    int rows = (int) Math.min(largestBank, bank.size());
    boolean all = rows == bank.size();
    InputPipeline.Options order =
        all ? InputPipeline.Options.evaluation(BATCH) : InputPipeline.Options.sample(seed, BATCH);
    // The first blocks of an order would be no sample of all.
    DataConfig read = all ? train : train.toBuilder().setOrder(ReadOrder.RECORDS).build();
    return new FeatureBank.Inputs(
        InputPipeline.build(tf, "bank_input", read, bank, view(train), order),
        InputPipeline.build(
            tf,
            "query_input",
            validation,
            queries,
            view(validation),
            InputPipeline.Options.evaluation(BATCH)),
        tf.placeholder(TInt32.class, Placeholder.shape(Shape.scalar())),
        tf.placeholder(TInt32.class, Placeholder.shape(Shape.scalar())),
        rows,
        Collections.max(neighbours));
  }

  private static View view(DataConfig config) {
    return View.all(ImageView.evaluation(config), View.label());
  }

  private static ExampleSource labelled(ExampleSource source, String field) {
    if (!source.hasLabels()) {
      throw UserError.usage(
          field
              + " has no labels, which kNN needs.\n"
              + "Use TFRecords with image/class/label, or a folder with one subfolder a class.");
    }
    return source;
  }

  /** One pass over the training images, then one over the validation images. */
  private record Run(Session session, Program program, List<Integer> neighbours) {

    List<Outcome> outcomes(long seed) {
      FeatureBank.Inputs in = program.inputs();
      try (TInt64 value = TInt64.scalarOf(seed)) {
        session.runner().feed(program.seed(), value).addTarget(program.initialize()).run().close();
      }
      program.banks().forEach(bank -> bank.weights().accept(session));
      in.training().checkReadable(session, 0);
      in.queries().checkReadable(session, 0);
      in.training().start(session, 0, in.size());
      long[] labels = fill();
      Session.Runner settle = session.runner();
      program.banks().forEach(bank -> settle.addTarget(bank.settle()));
      settle.run().close();
      in.queries().start(session, 0, in.queries().source().size());
      return classify(labels);
    }

    /** The labels of the filled rows. */
    private long[] fill() {
      FeatureBank.Inputs in = program.inputs();
      long[] labels = new long[in.size()];
      int at = 0;
      while (true) {
        Session.Runner runner = labels(in.training());
        program.banks().forEach(bank -> runner.addTarget(bank.fill()));
        try (TInt32 row = TInt32.scalarOf(at);
            Result result = runner.feed(name(in.offset()), row).run()) {
          long[] batch = checked(in.training(), result);
          System.arraycopy(batch, 0, labels, at, batch.length);
          at += batch.length;
        } catch (TFOutOfRangeException endOfData) {
          return Arrays.copyOf(labels, at);
        }
      }
    }

    private List<Outcome> classify(long[] labels) {
      // Votes are counted by place among the labels that occur: a label may be any number.
      long[] classes = Arrays.stream(labels).sorted().distinct().toArray();
      int[] places = Arrays.stream(labels).mapToInt(l -> Arrays.binarySearch(classes, l)).toArray();
      NeighbourVote vote = NeighbourVote.weighted(classes.length);
      int[][] right = new int[program.banks().size()][neighbours.size()];
      int seen = 0;
      while (true) {
        try (TInt32 rows = TInt32.scalarOf(labels.length);
            Result result = queries().feed(name(program.inputs().filled()), rows).run()) {
          long[] truth = checked(program.inputs().queries(), result);
          for (int i = 0; i < right.length; i++) {
            TFloat32 similarities = (TFloat32) result.get(2 + 2 * i);
            TInt32 nearest = (TInt32) result.get(3 + 2 * i);
            for (int j = 0; j < neighbours.size(); j++) {
              int[] found = classify(vote, neighbours.get(j), similarities, nearest, places);
              for (int query = 0; query < truth.length; query++) {
                right[i][j] += classes[found[query]] == truth[query] ? 1 : 0;
              }
            }
          }
          seen += truth.length;
        } catch (TFOutOfRangeException endOfData) {
          int queries = seen;
          return Arrays.stream(right)
              .map(n -> new Outcome(shares(n, queries), labels.length, queries))
              .toList();
        }
      }
    }

    private static List<Double> shares(int[] right, int queries) {
      return Arrays.stream(right).mapToObj(n -> (double) n / Math.max(1, queries)).toList();
    }

    private Session.Runner queries() {
      Session.Runner runner = labels(program.inputs().queries());
      program.banks().forEach(b -> runner.fetch(b.similarities()).fetch(b.rows()));
      return runner;
    }

    /** The place of each query's class [B], by its first neighbours: they come nearest first. */
    private static int[] classify(
        NeighbourVote vote, int neighbours, TFloat32 similarities, TInt32 nearest, int[] places) {
      int k = (int) Math.min(neighbours, similarities.shape().get(1));
      int[] found = new int[(int) similarities.shape().get(0)];
      for (int query = 0; query < found.length; query++) {
        float[] weights = new float[k];
        int[] votes = new int[k];
        for (int i = 0; i < k; i++) {
          weights[i] = similarities.getFloat(query, i);
          votes[i] = places[nearest.getInt(query, i)];
        }
        found[query] = vote.classify(weights, votes);
      }
      return found;
    }

    private Session.Runner labels(InputPipeline data) {
      return session
          .runner()
          .fetch(name(data.batch().get(Field.LABEL)))
          .fetch(name(data.batch().get(Field.POSITION)));
    }

    /** The labels of a batch, of which each is that of a class. */
    private long[] checked(InputPipeline data, Result result) {
      long[] labels = values((TInt64) result.get(0));
      for (int i = 0; i < labels.length; i++) {
        int named = data.source().classNames().size();
        long classes = named == 0 ? MOST_CLASSES : named;
        if (labels[i] < 0 || labels[i] >= classes) {
          long position = ((TInt64) result.get(1)).getLong(i);
          throw wrongLabel(data, data.exampleAt(session, position), labels[i], classes);
        }
      }
      return labels;
    }

    private static UserError wrongLabel(
        InputPipeline data, long example, long label, long classes) {
      String problem = data.source().labelProblem(example);
      String found = label == -1 ? "no label, or -1" : "label " + label;
      return UserError.input(
          "%s: %s, expected 0 to %d. kNN needs the label of each image."
              .formatted(
                  data.source().name(example), problem.isEmpty() ? found : problem, classes - 1));
    }

    private static String name(Operand<?> tensor) {
      return tensor.op().name() + ":" + tensor.asOutput().index();
    }

    private static long[] values(TInt64 tensor) {
      long[] values = new long[(int) tensor.size()];
      tensor.asRawTensor().data().asLongs().read(values);
      return values;
    }
  }
}
