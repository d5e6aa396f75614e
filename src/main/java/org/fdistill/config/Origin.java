package org.fdistill.config;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.TextFormatParseInfoTree;
import java.util.List;
import java.util.Set;

/**
 * Where the values of a config come from, so that a message can name the place.
 *
 * @param source the file's name
 * @param type the type of the whole config
 * @param places where in the file each field stands
 * @param overridden paths that were set on the command line
 */
record Origin(
    String source, Descriptor type, TextFormatParseInfoTree places, Set<String> overridden) {

  /**
   * " (FILE:LINE)" or " (--set)" for a dotted path, with or without indices; empty where neither
   * has it.
   */
  String of(String path) {
    String field = path.replaceAll("\\[\\d+]", "");
    if (overridden.stream().anyMatch(set -> inside(field, set) || inside(set, field))) {
      return " (--set)";
    }
    int line = line(List.of(path.split("\\.")));
    return line < 0 ? "" : " (" + source + ":" + (line + 1) + ")";
  }

  private static boolean inside(String path, String outer) {
    return path.equals(outer) || path.startsWith(outer + ".");
  }

  /** The line of the deepest part of the path that the file has, from 0; -1 for none. */
  private int line(List<String> path) {
    Descriptor message = type;
    TextFormatParseInfoTree tree = places;
    int line = -1;
    for (String segment : path) {
      FieldDescriptor field = message.findFieldByName(segment.replaceFirst("\\[.*", ""));
      int index = index(segment);
      if (field == null || tree.getLocations(field).isEmpty()) {
        return line;
      }
      line = element(tree.getLocations(field), index).getLine();
      if (tree.getNestedTrees(field).isEmpty()) {
        return line;
      }
      tree = element(tree.getNestedTrees(field), index);
      message = field.getMessageType();
    }
    return line;
  }

  /** The number in brackets; 0 without. */
  private static int index(String segment) {
    int bracket = segment.indexOf('[');
    return bracket < 0 ? 0 : Integer.parseInt(segment, bracket + 1, segment.length() - 1, 10);
  }

  /** The text form may have a list's elements in one place; then that is the place of them all. */
  private static <T> T element(List<T> places, int index) {
    return places.get(Math.min(index, places.size() - 1));
  }
}
