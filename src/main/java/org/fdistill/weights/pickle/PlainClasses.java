package org.fdistill.weights.pickle;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Python classes that only hold data, found in checkpoints beside the weights. They are read as
 * dicts, lists and strings; nothing of Python's runs.
 */
public final class PlainClasses {
  /** Classes that are read as their fields or items. */
  private static final Set<String> OBJECTS =
      Set.of(
          "argparse.Namespace",
          "types.SimpleNamespace",
          "yacs.config.CfgNode",
          "easydict.EasyDict",
          "collections.Counter");

  private static final Set<String> PATHS =
      Set.of("PosixPath", "WindowsPath", "PurePosixPath", "PureWindowsPath", "Path", "PurePath");

  private PlainClasses() {}

  /**
   * The classes by their full names.
   *
   * @param limit counts what their constructors copy
   */
  public static Map<String, Object> all(CopyLimit limit) {
    Map<String, Object> classes = new HashMap<>();
    for (String type : OBJECTS) {
      classes.put(type, (Constructor) arguments -> object(type, arguments));
    }
    for (String path : PATHS) {
      Constructor join = arguments -> path(arguments, limit);
      classes.put("pathlib." + path, join);
      classes.put("pathlib._local." + path, join);
    }
    Constructor orderedDict = arguments -> orderedDict(arguments, limit);
    classes.put("collections.OrderedDict", orderedDict);
    classes.put("collections.defaultdict", (Constructor) arguments -> new LinkedHashMap<>(4));
    classes.put("_codecs.encode", (Constructor) arguments -> encode(arguments, limit));
    for (String module : List.of("builtins.", "__builtin__.")) {
      builtins(module, classes, orderedDict);
    }
    return classes;
  }

  private static void builtins(String module, Map<String, Object> classes, Constructor dict) {
    Constructor list = arguments -> arguments.size() == 0 ? new ArrayList<>(0) : list(arguments);
    classes.put(module + "set", list);
    classes.put(module + "frozenset", list);
    classes.put(module + "list", list);
    classes.put(module + "dict", dict);
    for (String factory : List.of("int", "float", "str", "bool")) {
      classes.put(module + factory, (Constructor) arguments -> arguments.get(0));
    }
  }

  private static Object list(Tuple arguments) {
    return arguments.get(0, List.class);
  }

  private static PickledObject object(String type, Tuple arguments) {
    PickledObject object = new PickledObject(type);
    if (arguments.size() > 0) {
      object.setState(arguments.get(0));
    }
    return object;
  }

  /** Python 2 writes the items as a list of pairs. */
  private static Map<Object, Object> orderedDict(Tuple arguments, CopyLimit limit) {
    Map<Object, Object> dict = new LinkedHashMap<>(4);
    if (arguments.size() == 0) {
      return dict;
    }
    List<?> pairs = arguments.get(0, List.class);
    limit.spend(pairs.size());
    for (Object pair : pairs) {
      List<?> items = pair instanceof Tuple tuple ? tuple.items() : list(pair);
      if (items.size() != 2) {
        throw new MalformedPickleException("an OrderedDict has an item that is no pair");
      }
      Unpickler.put(dict, items.get(0), items.get(1));
    }
    return dict;
  }

  private static List<?> list(Object value) {
    if (value instanceof List<?> items) {
      return items;
    }
    throw new MalformedPickleException(Python.typeName(value) + " stands where a list belongs");
  }

  private static String path(Tuple parts, CopyLimit limit) {
    StringBuilder path = new StringBuilder();
    for (int i = 0; i < parts.size(); i++) {
      String part = parts.get(i, String.class);
      limit.spend(part.length() + 1);
      boolean apart = i > 0 && path.lastIndexOf("/") != path.length() - 1;
      path.append(apart ? "/" : "").append(part);
    }
    return path.toString();
  }

  /** How protocol 2 writes bytes: as text whose characters are the bytes. */
  private static byte[] encode(Tuple arguments, CopyLimit limit) {
    String text = arguments.get(0, String.class);
    String charset = arguments.get(1, String.class);
    if (!charset.equals("latin1") && !charset.equals("latin-1")) {
      throw new RefusedPickleException("it encodes text as " + charset);
    }
    limit.spend(text.length());
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
