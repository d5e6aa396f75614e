package org.fdistill.cache;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.fdistill.config.UserError;
import org.fdistill.files.FileTrouble;
import org.fdistill.graph.SavedModelFolder;

/** By which a SavedModel is known again: SHA-256 of what its outputs follow from. */
final class ModelDigest {
  private static final int BLOCK = 1 << 20;
  private static final List<String> FOLDERS = List.of("assets", "variables");

  private ModelDigest() {}

  /**
   * Reads graph, weights and assets of a model.
   *
   * @param model the folder that holds saved_model.pb
   * @return in hexadecimal
   * @throws UserError of kind input, where a file cannot be read
   */
  static String of(Path model) {
    try {
      MessageDigest digest = sha256();
      for (Path file : files(model)) {
        String name = model.relativize(file) + "\0" + Files.size(file) + "\0";
        digest.update(name.getBytes(StandardCharsets.UTF_8));
        add(digest, file);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (IOException e) {
      throw new UserError(
          UserError.Kind.INPUT,
          "SavedModel " + model + ": " + FileTrouble.of(e).located() + ".",
          e);
    }
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new LinkageError("every JVM has SHA-256", e);
    }
  }

  private static List<Path> files(Path model) throws IOException {
    List<Path> files = new ArrayList<>(List.of(model.resolve(SavedModelFolder.FILE)));
    for (String name : FOLDERS) {
      Path folder = model.resolve(name);
      if (Files.isDirectory(folder)) {
        try (Stream<Path> below = Files.walk(folder)) {
          below.filter(Files::isRegularFile).sorted().forEach(files::add);
        }
      }
    }
    return files;
  }

  private static void add(MessageDigest digest, Path file) throws IOException {
    ByteBuffer block = ByteBuffer.allocate(BLOCK);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      while (channel.read(block) >= 0) {
        digest.update(block.flip());
        block.clear();
      }
    }
  }
}
