package org.fdistill.cli;

import java.util.List;
import org.fdistill.checkpoint.SavedWeights;
import org.fdistill.checkpoint.VariableFiles;
import org.fdistill.graph.SavedModelFolder;
import org.fdistill.graph.Variable;
import org.fdistill.graph.Variables;
import org.fdistill.model.Backbones;
import org.fdistill.proto.DataConfig;
import org.fdistill.proto.RunConfig;
import org.fdistill.proto.TeacherConfig;
import org.fdistill.task.knn.FeatureNetwork;
import org.fdistill.task.knn.NearestNeighbours;
import org.fdistill.task.knn.NearestNeighbours.Outcome;
import org.fdistill.teacher.Teacher;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;

/**
 * The kNN top-1 of a run's networks: its validation images are classified by the labels of its
 * training images with the most similar features. Both are seen in the evaluation's view.
 */
final class NeighbourEvaluation {
  /** Training images that are compared with, at most, where the user says nothing. */
  static final int BANK = 20_000;

  private final RunConfig config;
  private final NearestNeighbours neighbours;

  /**
   * Prepares.
   *
   * @param config with labelled training and validation data
   * @param bank training images that are compared with, at most
   */
  NeighbourEvaluation(RunConfig config, int bank) {
    this.config = config;
    DataConfig train =
        config.getTrainData().toBuilder()
            .clearAugment()
            .setEvalCrop(config.getValidationData().getEvalCrop())
            .build();
    this.neighbours = new NearestNeighbours(train, config.getValidationData(), bank);
  }

  /** Of the run's network with these weights. */
  Outcome student(SavedWeights weights) {
    return student((session, variables) -> restore(weights, session, variables));
  }

  /** Of the run's network with the random weights that training starts from. */
  Outcome untrained() {
    return student((session, variables) -> {});
  }

  private Outcome student(FeatureNetwork.WeightSource weights) {
    return neighbours.evaluate(
        FeatureNetwork.of(
            Backbones.of(config.getModel()), config.getTrainData().getNormalization(), weights),
        config.getSeed());
  }

  /** Of the teacher of a distillation. */
  Outcome teacher() {
    return savedModel(config.getDistill().getTeacher());
  }

  /** Of an export, as its own graph computes it. */
  Outcome export(SavedModelFolder model) {
    return savedModel(TeacherConfig.newBuilder().setPath(model.path().toString()).build());
  }

  private Outcome savedModel(TeacherConfig description) {
    Teacher model = Teacher.open(description, config.getValidationData().getImageSize());
    return neighbours.evaluate(FeatureNetwork.of(model), config.getSeed());
  }

  private static void restore(SavedWeights weights, Session session, Variables variables) {
    List<Variable> network =
        variables.all().stream()
            .filter(variable -> variable.name().startsWith(Backbones.SCOPE + "/"))
            .toList();
    Ops tf = Ops.create(network.get(0).handle().env()).withSubScope("files");
    VariableFiles files = VariableFiles.build(tf, network);
    weights.requireVariables(files.shapes());
    files.restore(session, weights.prefix());
  }
}
