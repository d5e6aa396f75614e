package org.fdistill.data;

import org.fdistill.config.UserError;
import org.tensorflow.types.TInt64;

/**
 * What a task demands of a field of its examples, where the graph itself would go on with nonsense.
 */
public interface ExampleCheck {
  /** The field, a scalar of each example. */
  Field<TInt64> field();

  /**
   * Checks a whole source before the first example is read.
   *
   * @param data the part of the config that names it, such as train_data
   * @throws UserError where its examples cannot serve
   */
  void require(ExampleSource source, String data);

  /**
   * Checks the field of one example.
   *
   * @param data the part of the config that names the source
   * @return what is wrong and what to do about it; empty where nothing is
   */
  String problem(long value, String data);
}
