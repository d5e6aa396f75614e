package org.fdistill.weights;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An archive whose table of contents has been read.
 *
 * @param onClose closes its files
 */
record OpenArchive(
    String format,
    Map<String, StoredTensor> tensors,
    Map<String, String> attributes,
    Runnable onClose)
    implements WeightArchive {
  OpenArchive {
    tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
    attributes = Collections.unmodifiableMap(new LinkedHashMap<>(attributes));
  }

  @Override
  public void close() {
    onClose.run();
  }
}
