package org.fdistill.task.distill;

import org.fdistill.config.UserError;
import org.fdistill.graph.LayerScope;
import org.fdistill.model.Endpoints;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.ndarray.index.Indices;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.linalg.MatMul;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;

/**
 * The moments of one teacher's features in a batch, and the variables of a {@link PhiStandardizer}
 * that they are for; all by name in the graph. Letter: C width of the teacher.
 *
 * @param teacher its name
 * @param width C
 * @param rows [], how many features there are
 * @param sums [C], float64
 * @param products [C, C], float64
 * @param estimated whether the variables hold anything: 0 or 1
 * @param mean fed with [C]
 * @param rotation fed with [C, C]
 * @param assign target that gives the variables what is fed
 */
record FeatureMoments(
    String teacher,
    int width,
    String rows,
    String sums,
    String products,
    String estimated,
    String mean,
    String rotation,
    String assign) {
  /**
   * Adds them to a graph.
   *
   * @param scope at the root of the names
   * @param term whose normaliser is a {@link PhiStandardizer}
   * @param features of the teacher
   */
  static FeatureMoments build(LayerScope scope, TeacherTerm term, Endpoints features) {
    LayerScope own = term.statistics(scope);
    Ops tf = own.tf();
    int width = term.teacher().width();
    Operand<TFloat64> x =
        tf.dtypes.cast(term.alignment().teacherRows(tf, features), TFloat64.class);
    PhiStandardizer.State state = PhiStandardizer.state(own, width);
    Placeholder<TFloat32> mean = tf.placeholder(TFloat32.class, shape(width));
    Placeholder<TFloat32> rotation = tf.placeholder(TFloat32.class, shape(width, width));
    Op assign =
        tf.withControlDependencies(
                tf.assignVariableOp(state.mean().handle(), mean),
                tf.assignVariableOp(state.rotation().handle(), rotation),
                tf.assignVariableOp(state.estimated().handle(), tf.constant(1f)))
            .noOp();
    return new FeatureMoments(
        term.teacher().name(),
        width,
        name(tf.dtypes.cast(tf.stridedSlice(tf.shape(x), Indices.at(0)), TFloat64.class)),
        name(tf.sum(x, tf.constant(0))),
        name(tf.linalg.matMul(x, x, MatMul.transposeA(true))),
        name(tf.identity(state.estimated().value())),
        name(mean),
        name(rotation),
        name(assign));
  }

  private static Placeholder.Options shape(long... sizes) {
    return Placeholder.shape(Shape.of(sizes));
  }

  private static String name(Op op) {
    return op.op().name();
  }

  /** Whether a session's variables hold values, such as those of a checkpoint. */
  boolean isEstimated(Session session) {
    try (Result result = session.runner().fetch(estimated).run()) {
      return ((TFloat32) result.get(0)).getFloat() != 0;
    }
  }

  /** An empty sum over batches. */
  CovarianceSum sum() {
    return new CovarianceSum(width);
  }

  /**
   * Gives the variables their values.
   *
   * @throws UserError where the features are not finite, or all the same
   */
  void assign(Session session, CovarianceSum sum) {
    try (TFloat32 centre = TFloat32.vectorOf(sum.mean());
        TFloat32 turned =
            TFloat32.tensorOf(
                Shape.of(width, width), DataBuffers.of(PhiRotation.of(sum.covariance())))) {
      session.runner().feed(mean, centre).feed(rotation, turned).addTarget(assign).run().close();
    } catch (ArithmeticException e) {
      throw new UserError(
          UserError.Kind.INPUT,
          "teacher "
              + teacher
              + ": "
              + e.getMessage()
              + " over the images that PHI_S looked at.\n"
              + "Expected features that vary, and are finite. Check teacher.output,"
              + " teacher.input_range and teacher.normalization.",
          e);
    }
  }
}
