package org.fdistill.task.knn;

import java.util.Arrays;
import java.util.List;
import org.fdistill.config.UserError;
import org.fdistill.data.ExampleSource;
import org.fdistill.data.InputPipeline;
import org.fdistill.eval.NeighbourVote;
import org.fdistill.graph.GraphScope;
import org.fdistill.graph.Initializers;
import org.fdistill.graph.Variable;
import org.fdistill.graph.Variables;
import org.fdistill.proto.DataConfig;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.exceptions.TFOutOfRangeException;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.Sum;
import org.tensorflow.op.linalg.MatMul;
import org.tensorflow.op.nn.TopK;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;

/**
 * Classifies validation images by the labels of the training images with the most similar features,
 * as DINO's kNN evaluation does. Features stay in the runtime: those of the training images fill a
 * variable, the bank, and only the k best rows of each query come back. Letters: B batch, M rows of
 * the bank, C width, k neighbours.
 */
public final class NearestNeighbours {
  private static final int BATCH = 64;
  private static final float SMALLEST_LENGTH = 1e-12f;

  /**
   * How well the features separate the classes.
   *
   * @param top1 share of validation images that are classified rightly
   * @param bank training images in the bank
   * @param queries validation images
   */
  public record Outcome(double top1, int bank, int queries) {}

  private final DataConfig train;
  private final DataConfig validation;
  private final int largestBank;

  /**
   * Describes an evaluation.
   *
   * @param train labelled examples that fill the bank
   * @param validation labelled examples that are classified
   * @param largestBank M at most; a larger set is thinned out evenly
   */
  public NearestNeighbours(DataConfig train, DataConfig validation, int largestBank) {
    this.train = train;
    this.validation = validation;
    this.largestBank = largestBank;
  }

  /**
   * Evaluates a network.
   *
   * @param seed of its first values, where its weights are not restored
   */
  public Outcome evaluate(FeatureNetwork network, long seed) {
    ExampleSource bankSource = labelled(train, "train_data");
    ExampleSource querySource = labelled(validation, "validation_data");
    int stride = ceilDiv(bankSource.size(), largestBank);
    try (Graph graph = new Graph()) {
      Ops tf = GraphScope.ops(graph);
      Placeholder<TInt64> run = tf.placeholder(TInt64.class, Placeholder.shape(Shape.scalar()));
      Variables variables = new Variables(tf, run);
      InputPipeline bankInput =
          InputPipeline.build(
              tf,
              "bank_input",
              train,
              bankSource,
              new InputPipeline.Options(seed, false, BATCH, stride, 0));
      InputPipeline queryInput =
          InputPipeline.build(
              tf, "query_input", validation, querySource, InputPipeline.Options.evaluation(BATCH));
      int rows = ceilDiv(bankSource.size(), stride);
      BankGraph bank = BankGraph.build(tf, variables, network, rows, bankInput, queryInput);
      try (Session session = new Session(graph);
          TInt64 value = TInt64.scalarOf(seed)) {
        Session.Runner initialize = session.runner().feed(run, value);
        variables.initializations().forEach(initialize::addTarget);
        initialize.run().close();
        network.restore(session, variables);
        bankInput.start(session, 0, bankSource.size());
        int[] labels = bank.fill(session, rows);
        queryInput.start(session, 0, querySource.size());
        return bank.classify(session, labels);
      }
    }
  }

  private static int ceilDiv(long dividend, int divisor) {
    return Math.toIntExact((dividend + divisor - 1) / divisor);
  }

  private static ExampleSource labelled(DataConfig config, String field) {
    ExampleSource source = ExampleSource.open(config);
    if (!source.hasLabels()) {
      throw UserError.usage(
          field
              + " has no labels, which kNN needs.\n"
              + "Use TFRecords with image/class/label, or a folder with one subfolder a class.");
    }
    return source;
  }

  /** The ops of one evaluation. */
  private record BankGraph(
      Placeholder<TInt32> offset,
      Placeholder<TInt32> filled,
      Op fill,
      Operand<TInt64> bankLabels,
      TopK<TFloat32, TInt32> nearest,
      Operand<TInt64> queryLabels) {

    static BankGraph build(
        Ops tf,
        Variables variables,
        FeatureNetwork network,
        int rows,
        InputPipeline bankInput,
        InputPipeline queryInput) {
      Variable bank =
          variables.state("knn/bank", Shape.of(rows, network.width()), Initializers.zeros());
      Placeholder<TInt32> offset = tf.placeholder(TInt32.class, Placeholder.shape(Shape.scalar()));
      Operand<TFloat32> stored = unit(tf, network.features(tf, variables, bankInput.images()));
      Operand<TInt32> size = tf.shape(bankInput.labels());
      Operand<TInt32> index =
          tf.math.add(
              tf.range(tf.constant(0), tf.reshape(size, tf.array(new int[0])), tf.constant(1)),
              offset);
      Op fill = tf.resourceScatterUpdate(bank.handle(), index, stored);

      Placeholder<TInt32> filled = tf.placeholder(TInt32.class, Placeholder.shape(Shape.scalar()));
      Operand<TFloat32> known =
          tf.slice(
              bank.value(),
              tf.constant(new int[] {0, 0}),
              tf.stack(List.of(filled, tf.constant(-1))));
      Operand<TFloat32> queries = unit(tf, network.features(tf, variables, queryInput.images()));
      Operand<TFloat32> similarity = tf.linalg.matMul(queries, known, MatMul.transposeB(true));
      Operand<TInt32> k = tf.math.minimum(tf.constant(NeighbourVote.NEIGHBOURS), filled);
      return new BankGraph(
          offset,
          filled,
          fill,
          bankInput.labels(),
          tf.nn.topK(similarity, k, TInt32.class),
          queryInput.labels());
    }

    /** Runs over the training images; the labels of the filled rows. */
    int[] fill(Session session, int rows) {
      int[] labels = new int[rows];
      int at = 0;
      while (true) {
        try (TInt32 row = TInt32.scalarOf(at);
            Result result =
                session.runner().feed(offset, row).fetch(bankLabels).addTarget(fill).run()) {
          for (long label : values((TInt64) result.get(0))) {
            labels[at++] = (int) label;
          }
        } catch (TFOutOfRangeException endOfData) {
          return Arrays.copyOf(labels, at);
        }
      }
    }

    /** Runs over the validation images. */
    Outcome classify(Session session, int[] labels) {
      int classes = Arrays.stream(labels).max().orElse(0) + 1;
      NeighbourVote vote = NeighbourVote.weighted(classes);
      int right = 0;
      int seen = 0;
      while (true) {
        try (TInt32 rows = TInt32.scalarOf(labels.length);
            Result result =
                session
                    .runner()
                    .feed(filled, rows)
                    .fetch(nearest.values())
                    .fetch(nearest.indices())
                    .fetch(queryLabels)
                    .run()) {
          TFloat32 similarity = (TFloat32) result.get(0);
          TInt32 index = (TInt32) result.get(1);
          long[] truth = values((TInt64) result.get(2));
          for (int query = 0; query < truth.length; query++) {
            seen++;
            right += decide(vote, similarity, index, query, labels) == truth[query] ? 1 : 0;
          }
        } catch (TFOutOfRangeException endOfData) {
          return new Outcome((double) right / Math.max(1, seen), labels.length, seen);
        }
      }
    }

    private static int decide(
        NeighbourVote vote, TFloat32 similarity, TInt32 index, int query, int[] labels) {
      int k = (int) similarity.shape().get(1);
      float[] similarities = new float[k];
      int[] votes = new int[k];
      for (int i = 0; i < k; i++) {
        similarities[i] = similarity.getFloat(query, i);
        votes[i] = labels[index.getInt(query, i)];
      }
      return vote.classify(similarities, votes);
    }

    /** Each row divided by its length. */
    private static Operand<TFloat32> unit(Ops tf, Operand<TFloat32> rows) {
      Operand<TFloat32> squares = tf.sum(tf.math.square(rows), tf.constant(-1), Sum.keepDims(true));
      return tf.math.div(
          rows, tf.math.maximum(tf.math.sqrt(squares), tf.constant(SMALLEST_LENGTH)));
    }

    private static long[] values(TInt64 tensor) {
      long[] values = new long[(int) tensor.size()];
      tensor.asRawTensor().data().asLongs().read(values);
      return values;
    }
  }
}
