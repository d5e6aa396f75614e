package org.fdistill.task.knn;

import java.util.function.Consumer;
import org.fdistill.graph.LayerScope;
import org.fdistill.graph.Precision;
import org.fdistill.graph.Variables;
import org.fdistill.model.Network;
import org.fdistill.task.Student;
import org.fdistill.teacher.Teacher;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TUint8;

/** A frozen network that gives one feature vector for each image: the mean of its patch tokens. */
public interface FeatureNetwork {
  /**
   * From pixels to one vector for each image.
   *
   * @param tf of the graph
   * @param variables of the graph
   * @param images [B, S, S, 3], 0 to 255; B unknown
   * @return [B, C]
   */
  Operand<TFloat32> features(Ops tf, Variables variables, Operand<TUint8> images);

  /** C: the width of the features. */
  int width();

  /**
   * Adds what brings the weights in.
   *
   * @param tf of the graph
   * @param variables that the network made
   * @return restores them, after the variables were initialised; works by names
   */
  Consumer<Session> weights(Ops tf, Variables variables);

  /** A teacher's network. */
  static FeatureNetwork of(Teacher teacher) {
    return new FeatureNetwork() {
      @Override
      public Operand<TFloat32> features(Ops tf, Variables variables, Operand<TUint8> images) {
        return teacher.build(tf, images).pooled(tf);
      }

      @Override
      public int width() {
        return teacher.width();
      }

      @Override
      public Consumer<Session> weights(Ops tf, Variables variables) {
        return teacher::restore;
      }
    };
  }

  /**
   * The network of one of a run's students.
   *
   * @param student below whose name its variables stand
   * @param network the student's
   * @param precision of its products
   * @param weights brings them in; nothing for the random ones of the initialisation
   */
  static FeatureNetwork of(
      Student student, Network network, Precision precision, Restoration weights) {
    return new FeatureNetwork() {
      @Override
      public Operand<TFloat32> features(Ops tf, Variables variables, Operand<TUint8> images) {
        LayerScope scope = LayerScope.inference(tf, variables, precision);
        return network.build(student.scope(scope), images).pooled(tf);
      }

      @Override
      public int width() {
        return network.backbone().width();
      }

      @Override
      public Consumer<Session> weights(Ops tf, Variables variables) {
        return weights.build(tf, variables);
      }
    };
  }

  /** Adds what brings a student's weights in. */
  @FunctionalInterface
  interface Restoration {
    /** As {@link FeatureNetwork#weights}. */
    Consumer<Session> build(Ops tf, Variables variables);
  }
}
