package org.fdistill.checkpoint;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.fdistill.checkpoint.ParameterOrigin.How;
import org.fdistill.config.TextProtos;
import org.fdistill.config.UserError;
import org.fdistill.graph.SavedModelFolder;
import org.fdistill.proto.BackboneConfig;
import org.fdistill.proto.RunConfig;
import org.tensorflow.Session;

/**
 * Weights from which a run starts: another run's, an export's or an import's. Position tables may
 * be of another grid or window, and a few more differences are bridged (see {@link
 * WeightMatching}); everything else must fit.
 */
public final class InitialWeights {
  private final SavedWeights weights;
  private final BackboneConfig described;

  private InitialWeights(SavedWeights weights, BackboneConfig described) {
    this.weights = weights;
    this.described = described;
  }

  /**
   * Loads weights into a network.
   *
   * @param path a run's folder (its newest checkpoint is taken), a checkpoint's, an export or an
   *     import
   * @param network that takes them; all its parameters have values already
   * @param before what the names of the graph's variables have before those of the network's
   * @param files restore ops of its graph
   * @throws UserError of kind input, where there are none, or naming everything that does not fit,
   *     on either side
   */
  public static LoadReport load(
      Path path, NetworkParameters network, String before, VariableFiles files, Session session) {
    ForeignFiles.refuse(path);
    if (CheckpointChoice.isRun(path) || CheckpointChoice.isCheckpoint(path)) {
      return CheckpointChoice.read(
          path,
          CheckpointChoice.LAST,
          checkpoint ->
              new InitialWeights(SavedWeights.of(checkpoint), checkpoint.runConfig().getModel())
                  .load(network, before, files, session));
    }
    SavedWeights weights = SavedWeights.find(path);
    return new InitialWeights(weights, described(weights.prefix().getParent()))
        .load(network, before, files, session);
  }

  /** The network that an export's bundle holds; the default instance where nothing says so. */
  private static BackboneConfig described(Path folder) {
    Path config = folder.resolveSibling(SavedModelFolder.CONFIG);
    return Files.isRegularFile(config)
        ? TextProtos.read(config, RunConfig.getDefaultInstance()).getModel()
        : BackboneConfig.getDefaultInstance();
  }

  private LoadReport load(
      NetworkParameters network, String before, VariableFiles files, Session session) {
    try (BundleReader reader = new BundleReader(weights.prefix())) {
      requireAny(network, reader);
      WeightMatching matching = new WeightMatching(network, reader.shapes());
      NetworkDifferences differences = NetworkDifferences.between(described, network.model());
      requireFit(matching, differences);
      assign(matching.origins(), reader, before, files, session);
      return new LoadReport(weights.origin(), network, matching, differences.told());
    }
  }

  private void assign(
      List<ParameterOrigin> origins,
      BundleReader reader,
      String before,
      VariableFiles files,
      Session session) {
    List<String> loaded = new ArrayList<>();
    for (ParameterOrigin origin : origins) {
      if (origin.how() == How.LOADED && before.isEmpty()) {
        loaded.add(origin.parameter());
      } else if (origin.how() != How.KEPT) {
        float[] values = origin.change().apply(reader.read(origin.source()));
        files.assign(session, Map.of(before + origin.parameter(), values));
      }
    }
    files.restore(session, weights.prefix(), loaded);
  }

  private void requireAny(NetworkParameters network, BundleReader reader) {
    if (reader.shapes().keySet().stream().noneMatch(network::isOwn)) {
      throw UserError.input(
          String.format(
              """
              %s: none of its %d tensors is called %s/..., so it is no network of fdistill's.
              Expected a run, a checkpoint, an export, or what fdistill import-teacher has written.\
              """,
              weights.origin(), reader.shapes().size(), network.scope()));
    }
  }

  private void requireFit(WeightMatching matching, NetworkDifferences differences) {
    List<String> lines = new ArrayList<>(matching.problems());
    differences.refused().forEach(line -> lines.add("! " + line));
    if (!lines.isEmpty()) {
      throw UserError.input(
          weights.origin()
              + ": weights of another network:\n  "
              + String.join("\n  ", lines)
              + "\nThe network's description (model) must be the one that they were trained with;"
              + " the sizes of image and window may differ."
              + theirs());
    }
  }

  /** Their own description, as it can stand in a config. */
  private String theirs() {
    return described.equals(BackboneConfig.getDefaultInstance())
        ? ""
        : " Theirs is:\n  model {\n"
            + TextProtos.toText(described).indent(4).replaceFirst("\\n$", "\n  }");
  }
}
