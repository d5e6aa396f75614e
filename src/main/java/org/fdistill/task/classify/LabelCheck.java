package org.fdistill.task.classify;

import java.util.List;
import java.util.Locale;
import org.fdistill.config.UserError;
import org.fdistill.data.ExampleCheck;
import org.fdistill.data.ExampleSource;
import org.fdistill.data.Field;
import org.tensorflow.types.TInt64;

/**
 * Labels are 0 to K - 1.
 *
 * @param classes K
 * @param setting the part of the config that says so, such as classify.classes
 */
record LabelCheck(int classes, String setting) implements ExampleCheck {
  @Override
  public Field<TInt64> field() {
    return Field.LABEL;
  }

  @Override
  public void require(ExampleSource source, String data) {
    if (!source.hasLabels()) {
      throw UserError.input(
          String.format(
              Locale.ROOT,
              "%s: these examples have no labels, and the task needs one of %d classes for each.\n"
                  + "Take a source with labels.",
              data,
              classes));
    }
    List<String> named = source.classNames();
    if (named.size() > classes) {
      throw UserError.input(
          String.format(
              Locale.ROOT,
              "%s: these examples have %d classes, and %s is %d.\n"
                  + "Set %s to %d, or leave out the classes from %s on.",
              data,
              named.size(),
              setting,
              classes,
              setting,
              named.size(),
              named.get(classes)));
    }
  }

  @Override
  public String problem(long label, String data) {
    return label >= 0 && label < classes
        ? ""
        : String.format(
            Locale.ROOT,
            "label %d, expected 0 to %d.\nSet %s, or %s.tfrecord.label_offset where"
                + " labels start at 1.",
            label,
            classes - 1,
            setting,
            data);
  }
}
