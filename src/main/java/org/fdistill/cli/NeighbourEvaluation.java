package org.fdistill.cli;

import java.util.List;
import java.util.function.Consumer;
import org.fdistill.checkpoint.SavedWeights;
import org.fdistill.checkpoint.VariableFiles;
import org.fdistill.graph.Precision;
import org.fdistill.graph.SavedModelFolder;
import org.fdistill.graph.Variable;
import org.fdistill.model.Network;
import org.fdistill.proto.DataConfig;
import org.fdistill.proto.RunConfig;
import org.fdistill.proto.TeacherConfig;
import org.fdistill.task.Student;
import org.fdistill.task.Tasks;
import org.fdistill.task.knn.FeatureNetwork;
import org.fdistill.task.knn.NearestNeighbours;
import org.fdistill.task.knn.NearestNeighbours.Outcome;
import org.fdistill.teacher.Teacher;
import org.fdistill.train.SessionSettings;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;

/**
 * The kNN top-1 of a run's networks: its validation images are classified by the labels of its
 * training images with the most similar features. Both are seen in the evaluation's view; products
 * are in the run's precision, as those of its validation.
 */
final class NeighbourEvaluation {
  /** Training images that are compared with, at most, where the user says nothing. */
  static final int BANK = 20_000;

  private final RunConfig config;
  private final Precision precision;
  private final NearestNeighbours neighbours;

  /**
   * For the networks of one run, whose data are taken in the view of the evaluation.
   *
   * @param config with labelled training and validation data
   * @param bank training images that are compared with, at most
   * @param neighbours how many of them vote
   */
  NeighbourEvaluation(RunConfig config, int bank, List<Integer> neighbours) {
    this.config = config;
    this.precision = Precision.of(config.getRuntime());
    SessionSettings.decide(config.getRuntime());
    DataConfig train =
        config.getTrainData().toBuilder()
            .clearAugment()
            .setEvalCrop(config.getValidationData().getEvalCrop())
            .build();
    this.neighbours =
        new NearestNeighbours(
            train,
            config.getValidationData(),
            bank,
            neighbours,
            SessionSettings.of(config.getRuntime()));
  }

  /**
   * Evaluates networks on one pass over the images.
   *
   * @return one outcome for each, in their order
   */
  List<Outcome> run(List<FeatureNetwork> networks) {
    return neighbours.evaluate(networks, config.getSeed());
  }

  /** The network of one of the run's students with these weights. */
  FeatureNetwork student(Student student, SavedWeights weights) {
    Network network = Tasks.evaluated(student.run());
    return FeatureNetwork.of(
        student,
        network,
        precision,
        (tf, variables) -> files(student.own(network, variables.all()), weights, tf));
  }

  /** The same with the random weights that training starts from. */
  FeatureNetwork untrained(Student student) {
    return FeatureNetwork.of(
        student, Tasks.evaluated(student.run()), precision, (tf, variables) -> session -> {});
  }

  /** The i-th of the teachers that the run learned from. */
  FeatureNetwork teacher(int i) {
    TeacherConfig teacher = Tasks.of(config).teachers().get(i);
    return savedModel(teacher.toBuilder().setName("teacher" + i).build());
  }

  /** An export: its own graph, with the run's products. */
  FeatureNetwork export(SavedModelFolder model) {
    return savedModel(
        TeacherConfig.newBuilder().setPath(model.path().toString()).setName("export").build());
  }

  private FeatureNetwork savedModel(TeacherConfig description) {
    int side = config.getValidationData().getImageSize();
    return FeatureNetwork.of(Teacher.open(description, side, precision));
  }

  private static Consumer<Session> files(List<Variable> own, SavedWeights weights, Ops tf) {
    VariableFiles files = VariableFiles.build(tf.withSubScope("files"), own);
    weights.requireVariables(files.shapes());
    return session -> files.restore(session, weights.prefix());
  }
}
