package org.fdistill.data;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.fdistill.config.UserError;
import org.fdistill.data.tar.ImageNetLabels;
import org.fdistill.data.tar.TarExample;
import org.fdistill.data.tfrecord.FilePatterns;
import org.fdistill.proto.TarSource;

/**
 * The labels of images in tar files: the tar file within the tar file that an image lies in, what
 * the members beside it say, or ImageNet's development kit.
 *
 * @param values by example; -1 where there is none
 * @param classNames by label; empty where unknown
 * @param problems what is wrong, by example
 */
@SuppressWarnings("ArrayRecordComponent") // Labels are read, never compared.
record TarLabels(long[] values, List<String> classNames, Map<Integer, String> problems) {
  static TarLabels of(TarSource config, List<Path> files, List<TarExample> examples) {
    long inner = examples.stream().filter(e -> !e.className().isEmpty()).count();
    if (inner > 0 && inner < examples.size()) {
      throw UserError.input(
          ("Some of %s hold tar files, one a class, and some images of their own. Name files of one"
                  + " kind.")
              .formatted(config.getPathList()));
    }
    if (!config.getDevkit().isEmpty()) {
      return ofImageNet(ImageNetLabels.read(FilePatterns.path(config.getDevkit())), examples);
    }
    return inner > 0 ? ofFolders(examples) : ofMembers(files, examples);
  }

  private static TarLabels ofImageNet(ImageNetLabels kit, List<TarExample> examples) {
    long[] values = examples.stream().mapToLong(e -> kit.label(e.name())).toArray();
    return new TarLabels(values, kit.classNames(), Map.of());
  }

  private static TarLabels ofFolders(List<TarExample> examples) {
    List<String> names = examples.stream().map(TarExample::className).distinct().sorted().toList();
    Map<String, Long> numbers = new HashMap<>();
    names.forEach(name -> numbers.put(name, (long) numbers.size()));
    long[] values = examples.stream().mapToLong(e -> numbers.get(e.className())).toArray();
    return new TarLabels(values, names, Map.of());
  }

  private static TarLabels ofMembers(List<Path> files, List<TarExample> examples) {
    List<String> names = ClassNames.beside(files);
    Map<Integer, String> problems = new HashMap<>();
    long[] values = new long[examples.size()];
    for (int i = 0; i < values.length; i++) {
      TarExample example = examples.get(i);
      values[i] = example.label();
      String problem = problem(example, names);
      if (!problem.isEmpty()) {
        problems.put(i, problem);
      }
    }
    return new TarLabels(values, names, problems);
  }

  private static String problem(TarExample example, List<String> names) {
    boolean unnamed =
        example.label() != TarExample.NO_LABEL
            && !names.isEmpty()
            && (example.label() < 0 || example.label() >= names.size());
    return unnamed
        ? "label %d, and %s names %d classes"
            .formatted(example.label(), ClassNames.FILE, names.size())
        : example.problem();
  }

  /** Whether any example has a label, or something that should be one. */
  boolean any() {
    for (long value : values) {
      if (value != TarExample.NO_LABEL) {
        return true;
      }
    }
    return !problems.isEmpty();
  }

  /** What is wrong with the label of an example; empty where nothing is. */
  String problem(int example) {
    return problems.getOrDefault(example, "");
  }
}
