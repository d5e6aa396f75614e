package org.fdistill.weights;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.fdistill.config.Printable;

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
    tensors = printable(tensors, tensor -> tensor);
    attributes = printable(attributes, Printable::line);
  }

  /** Names are shown in messages and reports, and no network's name has control characters. */
  private static <T> Map<String, T> printable(Map<String, T> values, UnaryOperator<T> change) {
    Map<String, T> printable = new LinkedHashMap<>();
    values.forEach((name, value) -> printable.put(Printable.line(name), change.apply(value)));
    return Collections.unmodifiableMap(printable);
  }

  @Override
  public void close() {
    onClose.run();
  }
}
