package org.fdistill.task.segment;

import java.util.List;
import java.util.Locale;
import org.fdistill.config.UserError;
import org.fdistill.data.ExampleCheck;
import org.fdistill.data.ExampleSource;
import org.fdistill.data.Field;
import org.fdistill.proto.SegmentTask;
import org.tensorflow.types.TInt64;

/** Examples have masks, and no number in a mask is above the last class. */
record MaskCheck(SegmentTask config) implements ExampleCheck {
  @Override
  public Field<TInt64> field() {
    return Field.LARGEST_CLASS;
  }

  @Override
  public void require(ExampleSource source, String data) {
    if (!source.hasMasks()) {
      throw UserError.input(
          data
              + ": these examples have no masks, and segmentation needs the class of each pixel.\n"
              + "Take segmentation_folder { path: ... }, or TFRecord files with the feature"
              + " image/segmentation/class/encoded, such as make-data ade20k writes.");
    }
    List<String> named = source.classNames();
    if (named.size() > config.getClasses()) {
      throw UserError.input(
          String.format(
              Locale.ROOT,
              "%s: these examples have %d classes, and segment.classes is %d.\n"
                  + "Set segment.classes to %d.",
              data,
              named.size(),
              config.getClasses(),
              named.size()));
    }
  }

  @Override
  public String problem(long largest, String data) {
    int last = config.getClasses() - (config.getZeroIsNoClass() ? 0 : 1);
    return largest <= last
        ? ""
        : String.format(
            Locale.ROOT,
            "its mask has a pixel of %d, expected at most %d (segment.classes is %d,"
                + " zero_is_no_class %s) or 255, which is no class.\n"
                + "Set segment.classes, or mend the mask.",
            largest,
            last,
            config.getClasses(),
            config.getZeroIsNoClass());
  }
}
