package org.fdistill.checkpoint;

import java.util.Map;
import java.util.TreeMap;
import org.fdistill.proto.BackboneConfig;
import org.tensorflow.ndarray.Shape;

/**
 * What weights are loaded into.
 *
 * @param scope what the names of the network's parameters start with; other parameters, such as a
 *     head's, belong to the task
 * @param model what the network was built from
 * @param shapes of all parameters, by name
 */
public record NetworkParameters(String scope, BackboneConfig model, Map<String, Shape> shapes) {
  /** Takes a copy, sorted by name. */
  public NetworkParameters {
    shapes = new TreeMap<>(shapes);
  }

  /** Whether a name is one of the network's. */
  boolean isOwn(String name) {
    return name.startsWith(scope + "/");
  }

  /** A name within the network. */
  String name(String local) {
    return scope + "/" + local;
  }
}
