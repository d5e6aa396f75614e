package org.fdistill.weights.pickle;

import java.math.BigInteger;
import java.util.ArrayList;
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
  private final PickleStack stack;

  private Unpickler(PickleInput in, Globals globals) {
    this.in = in;
    this.globals = globals;
    this.stack = new PickleStack(in);
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
        return stack.pop();
      }
      if (!value(opcode) && !container(opcode) && !machine(opcode)) {
        unknown(opcode, at);
      }
    }
  }

  /** Opcodes that push one plain value. */
  private boolean value(int opcode) {
    switch (opcode) {
      case 'N' -> stack.push(null);
      case 0x88 -> stack.push(true);
      case 0x89 -> stack.push(false);
      case 'J' -> stack.push((long) in.readInt());
      case 'K' -> stack.push((long) in.readByte());
      case 'M' -> stack.push((long) in.readShort());
      case 'I', 'L' -> stack.push(textInteger());
      case 'F' -> stack.push(textFloat());
      case 'G' -> stack.push(in.readBigEndianDouble());
      case 0x8a -> stack.push(integer(in.readByte()));
      case 0x8b -> stack.push(integer(in.readUnsignedInt()));
      case 'X' -> stack.push(in.readText(in.readUnsignedInt()));
      case 0x8c -> stack.push(in.readText(in.readByte()));
      case 0x8d -> stack.push(in.readText(in.readLong()));
      case 'T' -> stack.push(in.readText(in.readUnsignedInt()));
      case 'U' -> stack.push(in.readText(in.readByte()));
      case 'B' -> stack.push(in.readBytes(in.readUnsignedInt()));
      case 'C' -> stack.push(in.readBytes(in.readByte()));
      case 0x8e, 0x96 -> stack.push(in.readBytes(in.readLong()));
      default -> {
        return false;
      }
    }
    return true;
  }

  /** Opcodes that make or fill containers. */
  private boolean container(int opcode) {
    switch (opcode) {
      case ')' -> stack.push(Tuple.of(List.of()));
      case 't' -> stack.push(Tuple.of(stack.popMark()));
      case 0x85, 0x86, 0x87 -> stack.push(Tuple.of(stack.popLast(opcode - 0x84)));
      case ']', 0x8f -> stack.push(new ArrayList<>(0));
      case 'l', 0x91 -> stack.push(stack.popMark());
      case 'a' -> {
        Object item = stack.pop();
        list(stack.peek()).add(item);
      }
      case 'e', 0x90 -> {
        List<Object> items = stack.popMark();
        list(stack.peek()).addAll(items);
      }
      case '}' -> stack.push(new LinkedHashMap<>(4));
      case 'd' -> stack.push(fill(new LinkedHashMap<>(4), stack.popMark()));
      case 's' -> {
        List<Object> pair = stack.popLast(2);
        fill(dict(stack.peek()), pair);
      }
      case 'u' -> {
        List<Object> items = stack.popMark();
        fill(dict(stack.peek()), items);
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
      case '(' -> stack.mark();
      case '0' -> stack.pop();
      case '1' -> stack.popMark();
      case '2' -> stack.push(stack.peek());
      case 'q' -> memo.put((long) in.readByte(), stack.peek());
      case 'r' -> memo.put(in.readUnsignedInt(), stack.peek());
      case 0x94 -> memo.put((long) memo.size(), stack.peek());
      case 'h' -> stack.push(memorised(in.readByte()));
      case 'j' -> stack.push(memorised(in.readUnsignedInt()));
      case 'c' -> stack.push(globals.find(in.readLine(), in.readLine()));
      case 0x93 -> {
        Tuple name = Tuple.of(stack.popLast(2));
        stack.push(globals.find(name.get(0, String.class), name.get(1, String.class)));
      }
      case 'Q' -> stack.push(globals.persistent(stack.pop()));
      case 'R', 0x81 -> {
        Tuple call = Tuple.of(stack.popLast(2));
        if (!(call.get(0) instanceof Constructor constructor)) {
          throw new MalformedPickleException("it calls " + Python.typeName(call.get(0)));
        }
        stack.push(constructor.reduce(call.get(1)));
      }
      case 'b' -> build(stack.pop());
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
    Object target = stack.peek();
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
}
