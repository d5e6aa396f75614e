package org.fdistill.config;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import com.google.protobuf.TextFormatParseInfoTree;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.fdistill.files.FileTrouble;
import org.fdistill.files.WholeFile;

/** Reads and writes text protobuf, with messages for people. */
public final class TextProtos {
  /** Some editors start a file in UTF-8 with it. */
  private static final String BYTE_ORDER_MARK = "\ufeff";

  private TextProtos() {}

  /**
   * Reads a file.
   *
   * @param file text protobuf of {@code prototype}'s type
   * @param prototype names the type
   * @throws UserError for a missing file or a mistake in it, with its line and column
   */
  public static <M extends Message> M read(Path file, M prototype) {
    Message.Builder builder = prototype.newBuilderForType();
    merge(readText(file), file.toString(), builder);
    @SuppressWarnings("unchecked") // a message's builder builds messages of its own type
    M message = (M) builder.build();
    return message;
  }

  /** The message as text, a field a line, in the order of the schema. */
  public static String toText(Message message) {
    return TextFormat.printer().escapingNonAscii(false).printToString(message);
  }

  /**
   * Writes a message in one piece.
   *
   * @param header a comment for the top, without the hash signs; may be empty
   */
  public static void write(Path file, Message message, String header) throws IOException {
    StringBuilder text = new StringBuilder();
    header.lines().forEach(line -> text.append("# ").append(line).append('\n'));
    WholeFile.write(file, text.append(toText(message)).toString());
  }

  static String readText(Path file) {
    try {
      String text = Files.readString(file);
      return text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text;
    } catch (NoSuchFileException e) {
      throw UserError.input(
          String.format(
              "config %s not found (looked in %s).%s",
              file, file.toAbsolutePath().normalize().getParent(), neighbours(file)));
    } catch (MalformedInputException e) {
      throw UserError.input(
          "config " + file + " is not text: a text protobuf (*.txtpb) in UTF-8 was expected.");
    } catch (IOException e) {
      throw new UserError(UserError.Kind.INPUT, unreadable(file, e), e);
    }
  }

  private static String unreadable(Path file, IOException e) {
    if (Files.isDirectory(file)) {
      return String.format("config %s is a folder; name a file in it.%s", file, inside(file));
    }
    return "config " + file + " cannot be read: " + FileTrouble.of(e).reason() + ".";
  }

  private static String neighbours(Path file) {
    Path folder = file.toAbsolutePath().getParent();
    List<String> names = configsIn(folder);
    return NearestName.of(String.valueOf(file.getFileName()), names)
        .map(near -> " Did you mean '" + near + "'?")
        .orElseGet(() -> inside(folder));
  }

  private static String inside(Path folder) {
    List<String> names = configsIn(folder);
    return names.isEmpty() ? "" : " The configs there: " + String.join(", ", names);
  }

  private static List<String> configsIn(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(path -> path.getFileName().toString())
          .filter(name -> name.endsWith(".txtpb"))
          .sorted()
          .toList();
    } catch (IOException e) {
      return List.of();
    }
  }

  /**
   * Parses text into a builder.
   *
   * @param source the text's name in messages
   * @return where in the text each field stands
   */
  static TextFormatParseInfoTree merge(String text, String source, Message.Builder builder) {
    Descriptor type = builder.getDescriptorForType();
    TextFormatParseInfoTree.Builder places = TextFormatParseInfoTree.builder();
    try {
      TextFormat.Parser.newBuilder()
          .setSingularOverwritePolicy(
              TextFormat.Parser.SingularOverwritePolicy.FORBID_SINGULAR_OVERWRITES)
          .setParseInfoTreeBuilder(places)
          .build()
          .merge(text, builder);
      return places.build();
    } catch (TextFormat.ParseException e) {
      throw new UserError(
          UserError.Kind.USAGE, new ParseMistake(text, source, type, e).message(), e);
    }
  }
}
