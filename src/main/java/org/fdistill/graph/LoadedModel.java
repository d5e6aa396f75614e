package org.fdistill.graph;

import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiFunction;
import org.tensorflow.Graph;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.types.TString;

/**
 * A model of this project whose signatures can be called. It is loaded as a server loads it, where
 * its weights are no more than {@link #WHOLE}; the weights of a larger one are read in every call,
 * one after the other, so that memory need not hold them.
 */
public final class LoadedModel implements AutoCloseable {
  /** Bytes. */
  static final long WHOLE = 2L << 30;

  private final MetaGraphDef model;
  private final Path weights;
  private final SavedModelBundle bundle;

  /**
   * Keeps a model.
   *
   * @param bundle null where the weights are read in turn
   */
  private LoadedModel(MetaGraphDef model, Path weights, SavedModelBundle bundle) {
    this.model = model;
    this.weights = weights;
    this.bundle = bundle;
  }

  /**
   * Loads a model.
   *
   * @param folder of saved_model.pb
   */
  public static LoadedModel load(Path folder) {
    return load(folder, WHOLE);
  }

  static LoadedModel load(Path folder, long whole) {
    SavedModelFolder found = SavedModelFolder.read(folder);
    long bytes =
        BundleIndex.read(found.weights()).tensors().values().stream()
            .mapToLong(tensor -> tensor.getSize())
            .sum();
    return bytes > whole
        ? inTurn(found.metaGraph(), found.weights())
        : new LoadedModel(found.metaGraph(), found.weights(), SessionFactory.load(folder));
  }

  /**
   * A model whose weights are read in turn, whatever their size.
   *
   * @param model its graph, saver and signatures
   * @param weights prefix of their bundle
   */
  public static LoadedModel inTurn(MetaGraphDef model, Path weights) {
    return new LoadedModel(model, weights, null);
  }

  /** A signature by name; it must have one so. */
  public SignatureDef signature(String name) {
    return model.getSignatureDefOrThrow(name);
  }

  /**
   * Calls a signature that takes one tensor.
   *
   * @param outputs which of its outputs
   * @param take makes something of an output's name and tensor, which is closed then
   * @return what was made, by the names of the outputs
   */
  public <T> Map<String, T> call(
      String name, Tensor input, Collection<String> outputs, BiFunction<String, Tensor, T> take) {
    SignatureDef signature = signature(name);
    if (bundle != null) {
      return run(bundle.session().runner(), signature, input, outputs, take);
    }
    List<String> nodes = outputs.stream().map(o -> Subgraph.nodeOf(tensor(signature, o))).toList();
    try (Graph graph = new Graph();
        TString path = TString.scalarOf(BundlePath.text(weights))) {
      graph.importGraphDef(WeightsInTurn.of(model, nodes));
      try (Session session = SessionFactory.open(graph)) {
        String prefix = model.getSaverDef().getFilenameTensorName();
        return run(session.runner().feed(prefix, path), signature, input, outputs, take);
      }
    }
  }

  private static <T> Map<String, T> run(
      Session.Runner runner,
      SignatureDef signature,
      Tensor input,
      Collection<String> outputs,
      BiFunction<String, Tensor, T> take) {
    signature.getInputsMap().values().forEach(info -> runner.feed(info.getName(), input));
    outputs.forEach(output -> runner.fetch(tensor(signature, output)));
    Map<String, T> taken = new TreeMap<>();
    try (Result result = runner.run()) {
      int next = 0;
      for (String output : outputs) {
        taken.put(output, take.apply(output, result.get(next++)));
      }
    }
    return taken;
  }

  private static String tensor(SignatureDef signature, String output) {
    return signature.getOutputsOrThrow(output).getName();
  }

  @Override
  public void close() {
    if (bundle != null) {
      bundle.close();
    }
  }
}
