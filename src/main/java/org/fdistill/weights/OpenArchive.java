package org.fdistill.weights;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** An archive whose table of contents has been read. */
final class OpenArchive implements WeightArchive {
  private final String format;
  private final Map<String, StoredTensor> tensors;
  private final Map<String, String> attributes;
  private final Runnable onClose;

  OpenArchive(
      String format,
      Map<String, StoredTensor> tensors,
      Map<String, String> attributes,
      Runnable onClose) {
    this.format = format;
    this.tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
    this.attributes = Collections.unmodifiableMap(new LinkedHashMap<>(attributes));
    this.onClose = onClose;
  }

  @Override
  public String format() {
    return format;
  }

  @Override
  public Map<String, StoredTensor> tensors() {
    return tensors;
  }

  @Override
  public Map<String, String> attributes() {
    return attributes;
  }

  @Override
  public void close() {
    onClose.run();
  }
}
