package org.fdistill.data;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.fdistill.config.UserError;
import org.fdistill.proto.DataConfig;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TInt64;

/**
 * How the labels of validation examples are numbered in the training examples' classes: by the
 * names of the classes, for each set numbers its own from 0.
 */
public final class ClassMatch {
  private final List<String> training;
  private final long[] labels;
  private final boolean same;

  private ClassMatch(List<String> training, long[] labels, boolean same) {
    this.training = training;
    this.labels = labels;
    this.same = same;
  }

  /**
   * Finds each validation class among the training classes. Without names on both sides the numbers
   * are all there is, and are taken to mean the same.
   *
   * @param training names of the training classes, by label; empty where unknown
   * @param validation names of the validation classes, by label; empty where unknown
   * @throws UserError of kind input, where one side alone has names, or a class has none of its
   *     name or several
   */
  static ClassMatch of(List<String> training, List<String> validation) {
    if (training.equals(validation)) {
      return new ClassMatch(training, new long[0], true);
    }
    if (training.isEmpty() || validation.isEmpty()) {
      throw unmatched("one of them has no names", training, validation);
    }
    Set<String> known = distinct(training, training, validation);
    Set<String> wanted = distinct(validation, training, validation);
    for (String name : wanted) {
      if (!known.contains(name)) {
        throw unmatched("train_data has no class '" + name + "'", training, validation);
      }
    }
    Map<String, Long> numbers = new HashMap<>();
    training.forEach(name -> numbers.put(name, (long) numbers.size()));
    return new ClassMatch(training, validation.stream().mapToLong(numbers::get).toArray(), false);
  }

  /**
   * Opens validation examples for a task that looks at labels.
   *
   * @param training the examples that the task learns from; where they are gone, and where either
   *     are noise, labels are taken as they are
   * @throws UserError as {@link #of}
   */
  public static ExampleSource open(DataConfig validation, DataConfig training) {
    ExampleSource source = ExampleSource.open(validation);
    return ClassNames.find(training)
        .filter(names -> source.hasLabels() && !validation.hasNoise())
        .map(names -> of(names, source.classNames()).renumber(source))
        .orElse(source);
  }

  private static Set<String> distinct(
      List<String> names, List<String> training, List<String> validation) {
    Set<String> distinct = new LinkedHashSet<>();
    for (String name : names) {
      if (!distinct.add(name)) {
        throw unmatched("'" + name + "' stands for two of them", training, validation);
      }
    }
    return distinct;
  }

  private static UserError unmatched(String why, List<String> training, List<String> validation) {
    return UserError.input(
        "The classes of train_data and validation_data cannot be matched by name: %s.\n"
                .formatted(why)
            + "  train_data       %s\n".formatted(ClassNames.text(training))
            + "  validation_data  %s\n".formatted(ClassNames.text(validation))
            + "Name the classes alike: folders by their names, TFRecord files by a "
            + ClassNames.FILE
            + " beside them, one class a line in the order of the labels.");
  }

  /**
   * The validation examples with labels in the training classes' numbers. A label that no name
   * stands for becomes -1, which every task that needs labels refuses.
   */
  ExampleSource renumber(ExampleSource validation) {
    return same ? validation : new RenumberedExamples(validation, training, this::label);
  }

  private Operand<TInt64> label(Ops tf, Operand<TInt64> label) {
    Operand<TInt64> least = tf.constant(0L);
    Operand<TInt64> most = tf.constant(labels.length - 1L);
    Operand<TInt64> near = tf.math.minimum(tf.math.maximum(label, least), most);
    Operand<TBool> named = tf.math.equal(label, near);
    Operand<TInt64> number = tf.gather(tf.constant(labels), near, tf.constant(0));
    return tf.select(named, number, tf.constant(-1L));
  }
}
