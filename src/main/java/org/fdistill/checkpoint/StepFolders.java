package org.fdistill.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.fdistill.config.UserError;
import org.fdistill.files.FileTrouble;
import org.fdistill.files.Folders;

/** The folders {@code step-N} in which the checkpoints of a run lie. */
final class StepFolders {
  /** As they are written: no leading zeros, and a number that Java can hold. */
  private static final Pattern NAME = Pattern.compile("step-(0|[1-9]\\d{0,17})");

  private StepFolders() {}

  static String name(long step) {
    return "step-" + step;
  }

  /** Those below a folder, by falling step; others are left alone. */
  static SortedMap<Long, Path> in(Path checkpoints) {
    SortedMap<Long, Path> steps = new TreeMap<>(Comparator.reverseOrder());
    if (!Files.isDirectory(checkpoints)) {
      return steps;
    }
    try {
      for (Path folder : Folders.list(checkpoints)) {
        Matcher name = NAME.matcher(folder.getFileName().toString());
        if (name.matches()) {
          steps.put(Long.valueOf(name.group(1)), folder);
        }
      }
      return steps;
    } catch (IOException e) {
      throw new UserError(
          UserError.Kind.INPUT,
          checkpoints + ": this folder cannot be read: " + FileTrouble.of(e).reason() + ".",
          e);
    }
  }

  /** The checkpoints whose manifests can be read, by falling step; the others are nobody's best. */
  static List<Checkpoint> readable(Path checkpoints) {
    List<Checkpoint> readable = new ArrayList<>();
    for (Path folder : in(checkpoints).values()) {
      try {
        readable.add(new Checkpoint(folder, Manifest.read(folder)));
      } catch (UserError e) {
        // Damaged: kept for the user to look at.
      }
    }
    return readable;
  }
}
