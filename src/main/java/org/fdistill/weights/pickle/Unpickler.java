package org.fdistill.weights.pickle;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads one pickle of protocol 2 to 5 as data.
 *
 * <p>Values: None is null, int is Long (or BigInteger), float is Double, str is String, bytes is
 * byte[], list and set are ArrayList, dict is LinkedHashMap, and {@link Tuple}. Everything else
 * comes from {@link Globals}. Lists and dicts may hold themselves: never compare, hash or print
 * them.
 */
public final class Unpickler {
  private static final int MAX_LONG_BYTES = 255;

  private final PickleInput in;
  private final Globals globals;
  private final Map<Long, Object> memo = new HashMap<>();
  private final List<List<Object>> marks = new ArrayList<>();
  private List<Object> stack = new ArrayList<>();

  private Unpickler(PickleInput in, Globals globals) {
    this.in = in;
    this.globals = globals;
  }

  /**
   * Reads a pickle up to its end, which need not be the end of the input.
   *
   * @throws MalformedPickleException where it is damaged
   * @throws RefusedPickleException where it asks for what is not done
   */
  public static Object read(PickleInput in, Globals globals) {
    return new Unpickler(in, globals).run();
  }

  private Object run() {
    while (true) {
      long at = in.position();
      int opcode = in.readByte();
      if (opcode == '.') {
        return pop();
      }
      if (!value(opcode) && !container(opcode) && !machine(opcode)) {
        unknown(opcode, at);
      }
    }
  }

  /** Opcodes that push one plain value. */
  private boolean value(int opcode) {
    switch (opcode) {
      case 'N' -> push(null);
      case 0x88 -> push(true);
      case 0x89 -> push(false);
      case 'J' -> push((long) in.readInt());
      case 'K' -> push((long) in.readByte());
      case 'M' -> push((long) in.readShort());
      case 'I', 'L' -> push(textInteger());
      case 'F' -> push(textFloat());
      case 'G' -> push(in.readBigEndianDouble());
      case 0x8a -> push(integer(in.readByte()));
      case 0x8b -> push(integer(in.readUnsignedInt()));
      case 'X' -> push(in.readText(in.readUnsignedInt()));
      case 0x8c -> push(in.readText(in.readByte()));
      case 0x8d -> push(in.readText(in.readLong()));
      case 'T' -> push(in.readText(in.readUnsignedInt()));
      case 'U' -> push(in.readText(in.readByte()));
      case 'B' -> push(in.readBytes(in.readUnsignedInt()));
      case 'C' -> push(in.readBytes(in.readByte()));
      case 0x8e, 0x96 -> push(in.readBytes(in.readLong()));
      default -> {
        return false;
      }
    }
    return true;
  }

  /** Opcodes that make or fill containers. */
  private boolean container(int opcode) {
    switch (opcode) {
      case ')' -> push(Tuple.of(List.of()));
      case 't' -> push(Tuple.of(popMark()));
      case 0x85, 0x86, 0x87 -> push(Tuple.of(popLast(opcode - 0x84)));
      case ']', 0x8f -> push(new ArrayList<>(0));
      case 'l', 0x91 -> push(popMark());
      case 'a' -> {
        Object item = pop();
        list(peek()).add(item);
      }
      case 'e', 0x90 -> {
        List<Object> items = popMark();
        list(peek()).addAll(items);
      }
      case '}' -> push(new LinkedHashMap<>(4));
      case 'd' -> push(fill(new LinkedHashMap<>(4), popMark()));
      case 's' -> {
        List<Object> pair = popLast(2);
        fill(dict(peek()), pair);
      }
      case 'u' -> {
        List<Object> items = popMark();
        fill(dict(peek()), items);
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  /** Opcodes that move values about, name globals and call them. */
  private boolean machine(int opcode) {
    switch (opcode) {
      case 0x80 -> checkProtocol(in.readByte());
      case 0x95 -> checkFrame(in.readLong());
      case '(' -> {
        marks.add(stack);
        stack = new ArrayList<>(4);
      }
      case '0' -> pop();
      case '1' -> popMark();
      case '2' -> push(peek());
      case 'q' -> memo.put((long) in.readByte(), peek());
      case 'r' -> memo.put(in.readUnsignedInt(), peek());
      case 0x94 -> memo.put((long) memo.size(), peek());
      case 'h' -> push(memorised(in.readByte()));
      case 'j' -> push(memorised(in.readUnsignedInt()));
      case 'c' -> push(globals.find(in.readLine(), in.readLine()));
      case 0x93 -> {
        Tuple name = Tuple.of(popLast(2));
        push(globals.find(name.get(0, String.class), name.get(1, String.class)));
      }
      case 'Q' -> push(globals.persistent(pop()));
      case 'R', 0x81 -> {
        Tuple call = Tuple.of(popLast(2));
        if (!(call.get(0) instanceof Constructor constructor)) {
          throw new MalformedPickleException("it calls " + Python.typeName(call.get(0)));
        }
        push(constructor.call(call.get(1, Tuple.class)));
      }
      case 'b' -> build(pop());
      default -> {
        return false;
      }
    }
    return true;
  }

  private void unknown(int opcode, long at) {
    String name =
        switch (opcode) {
          case 'i' -> "INST";
          case 'o' -> "OBJ";
          case 0x82, 0x83, 0x84 -> "EXT";
          case 0x92 -> "NEWOBJ_EX";
          case 0x97, 0x98 -> "BUFFER";
          case 'S', 'V', 'p', 'g', 'P' -> "the text form of protocol 0";
          default -> null;
        };
    if (name == null) {
      throw new MalformedPickleException(
          "byte %d holds 0x%02x, which is no instruction of a pickle".formatted(at, opcode));
    }
    throw new RefusedPickleException(
        "byte %d holds the instruction %s, which no file of weights needs".formatted(at, name));
  }

  private static void checkProtocol(int protocol) {
    if (protocol < 2 || protocol > 5) {
      throw new MalformedPickleException(
          "it states protocol %d; 2 to 5 are known".formatted(protocol));
    }
  }

  private void checkFrame(long length) {
    if (length < 0 || length > in.remaining()) {
      throw new MalformedPickleException(
          "a frame of %s bytes is announced at byte %d, but %d are left"
              .formatted(Long.toUnsignedString(length), in.position(), in.remaining()));
    }
  }

  private Object textInteger() {
    String line = in.readLine();
    String digits = line.endsWith("L") ? line.substring(0, line.length() - 1) : line;
    if (digits.equals("00") || digits.equals("01")) {
      return digits.equals("01");
    }
    try {
      return Long.valueOf(digits);
    } catch (NumberFormatException e) {
      throw new MalformedPickleException("a whole number is spelt " + line);
    }
  }

  private Double textFloat() {
    String line = in.readLine();
    try {
      return Double.valueOf(line);
    } catch (NumberFormatException e) {
      throw new MalformedPickleException("a number is spelt " + line);
    }
  }

  private Object integer(long count) {
    if (count > MAX_LONG_BYTES) {
      throw new RefusedPickleException("it holds a whole number of " + count + " bytes");
    }
    byte[] bytes = in.readBytes(count);
    for (int i = 0, j = bytes.length - 1; i < j; i++, j--) {
      byte swapped = bytes[i];
      bytes[i] = bytes[j];
      bytes[j] = swapped;
    }
    BigInteger value = bytes.length == 0 ? BigInteger.ZERO : new BigInteger(bytes);
    return value.bitLength() < Long.SIZE ? (Object) value.longValue() : value;
  }

  private void build(Object state) {
    Object target = peek();
    if (target instanceof Stateful stateful) {
      stateful.setState(state);
    } else if (!(target instanceof Map)) {
      throw new RefusedPickleException("it sets the state of " + Python.typeName(target));
    }
    // The attributes of an OrderedDict, such as the _metadata of a state dict, are of no use here.
  }

  private static Map<Object, Object> fill(Map<Object, Object> dict, List<Object> items) {
    if (items.size() % 2 != 0) {
      throw new MalformedPickleException("a key of a dict has no value");
    }
    for (int i = 0; i < items.size(); i += 2) {
      put(dict, items.get(i), items.get(i + 1));
    }
    return dict;
  }

  static void put(Map<Object, Object> dict, Object key, Object value) {
    if (key instanceof List || key instanceof Map) {
      throw new MalformedPickleException(Python.typeName(key) + " is the key of a dict");
    }
    dict.put(key, value);
  }

  /** A value as the dict that it must be. */
  @SuppressWarnings("unchecked")
  public static Map<Object, Object> dict(Object value) {
    if (value instanceof PickledObject object) {
      return object.fields();
    }
    if (!(value instanceof LinkedHashMap)) {
      throw new MalformedPickleException(Python.typeName(value) + " stands where a dict belongs");
    }
    return (Map<Object, Object>) value;
  }

  @SuppressWarnings("unchecked")
  private static List<Object> list(Object value) {
    if (!(value instanceof ArrayList)) {
      throw new MalformedPickleException(Python.typeName(value) + " stands where a list belongs");
    }
    return (List<Object>) value;
  }

  private Object memorised(long key) {
    Object value = memo.get(key);
    if (value == null && !memo.containsKey(key)) {
      throw new MalformedPickleException("it uses value %d before it is set".formatted(key));
    }
    return value;
  }

  private void push(Object value) {
    stack.add(value);
  }

  private Object peek() {
    if (stack.isEmpty()) {
      throw new MalformedPickleException(
          "it uses a value at byte %d".formatted(in.position() - 1) + " that is not there");
    }
    return stack.get(stack.size() - 1);
  }

  private Object pop() {
    Object value = peek();
    stack.remove(stack.size() - 1);
    return value;
  }

  private List<Object> popLast(int count) {
    List<Object> values = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      values.add(pop());
    }
    Collections.reverse(values);
    return values;
  }

  private List<Object> popMark() {
    if (marks.isEmpty()) {
      throw new MalformedPickleException(
          "a group that ends at byte %d has no start".formatted(in.position() - 1));
    }
    List<Object> values = stack;
    stack = marks.remove(marks.size() - 1);
    return values;
  }
}
