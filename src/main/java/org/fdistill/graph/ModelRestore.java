package org.fdistill.graph;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.fdistill.config.UserError;
import org.tensorflow.Session;
import org.tensorflow.proto.CollectionDef;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.SaverDef;
import org.tensorflow.types.TString;

/**
 * How a SavedModel gets its weights: its saver's restore op, then its initialisation op where it
 * has one, in the order of TensorFlow's own loader.
 */
final class ModelRestore {
  private static final String INIT_SIGNATURE = "__saved_model_init_op";
  private static final List<String> INIT_COLLECTIONS =
      List.of("saved_model_main_op", "main_op", "legacy_init_op");

  private final SavedModelFolder model;
  private final Subgraph parts;

  /**
   * Finds the ops of a model's saver and initialisation.
   *
   * @param parts of the model's graph
   * @throws UserError where TensorFlow could not read weights at the model's path
   */
  ModelRestore(SavedModelFolder model, Subgraph parts) {
    BundlePath.require(model.path());
    this.model = model;
    this.parts = parts;
  }

  /** The nodes that restore the variables. */
  Set<String> restoring() {
    SaverDef saver = model.metaGraph().getSaverDef();
    if (saver.getRestoreOpName().isEmpty()) {
      throw UserError.input(
          "SavedModel "
              + model.path()
              + ": its graph has variables, but the model has no saver to restore them.\nExport it"
              + " again with tf.saved_model.save, or with a saver.");
    }
    List<String> ends =
        List.of(
            Subgraph.nodeOf(saver.getRestoreOpName()),
            Subgraph.nodeOf(saver.getFilenameTensorName()));
    model.requireNodes(parts, ends);
    return parts.needed(ends);
  }

  /** The tensor ({@code node:index}) that takes the path of the weights. */
  String path() {
    return Subgraph.tensor(model.metaGraph().getSaverDef().getFilenameTensorName());
  }

  /** The nodes that initialise what no saver restores; empty where the model has no such op. */
  Set<String> initializing() {
    List<String> ops = initOps();
    model.requireNodes(parts, ops);
    return parts.needed(ops);
  }

  /** Runs the restore op of the model under a scope. */
  void restore(Session session, String scope) {
    SaverDef saver = model.metaGraph().getSaverDef();
    Map<String, Path> fed = new LinkedHashMap<>();
    fed.put(path(), model.weights());
    run(session, scope, saver.getRestoreOpName(), fed);
  }

  /** Runs the initialisation op of the model under a scope. */
  void initialize(Session session, String scope) {
    initOps().forEach(op -> run(session, scope, op, new LinkedHashMap<>()));
  }

  /** Runs an op with paths fed; those of the model's assets are added. */
  private void run(Session session, String scope, String op, Map<String, Path> paths) {
    String target = Subgraph.nodeOf(op);
    addAssets(paths, parts.needed(List.of(target)));
    List<TString> tensors = new ArrayList<>();
    try {
      Session.Runner runner = session.runner().addTarget(scope + "/" + target);
      paths.forEach(
          (tensor, path) -> {
            TString value = TString.scalarOf(path.toString());
            tensors.add(value);
            runner.feed(scope + "/" + tensor, value);
          });
      runner.run().close();
    } finally {
      tensors.forEach(TString::close);
    }
  }

  private void addAssets(Map<String, Path> paths, Set<String> needed) {
    model
        .metaGraph()
        .getAssetFileDefList()
        .forEach(
            asset -> {
              String tensor = Subgraph.tensor(asset.getTensorInfo().getName());
              if (needed.contains(Subgraph.nodeOf(tensor))) {
                paths.put(tensor, model.path().resolve("assets").resolve(asset.getFilename()));
              }
            });
  }

  private List<String> initOps() {
    MetaGraphDef meta = model.metaGraph();
    if (meta.containsSignatureDef(INIT_SIGNATURE)) {
      return meta.getSignatureDefOrThrow(INIT_SIGNATURE).getOutputsMap().values().stream()
          .map(info -> Subgraph.nodeOf(info.getName()))
          .toList();
    }
    return INIT_COLLECTIONS.stream()
        .map(key -> meta.getCollectionDefOrDefault(key, CollectionDef.getDefaultInstance()))
        .flatMap(collection -> collection.getNodeList().getValueList().stream())
        .map(Subgraph::nodeOf)
        .distinct()
        .toList();
  }
}
