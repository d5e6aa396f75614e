package org.fdistill.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import org.fdistill.config.UserError;

/**
 * A path with a name: {@code NAME=PATH}, or the path alone, which is named by its folder.
 *
 * @param name letters, digits, dots, dashes and underscores
 */
record NamedPath(String name, String path) {
  private static final String NAME = "[A-Za-z0-9][A-Za-z0-9._-]*";

  /** Reads an option's value. */
  static NamedPath of(String text) {
    int equals = text.indexOf('=');
    boolean whole = Files.exists(Path.of(text));
    boolean named = equals > 0 && text.substring(0, equals).matches(NAME) && !whole;
    if (equals > 0 && !named && !whole && Files.exists(Path.of(text.substring(equals + 1)))) {
      throw UserError.usage(
          ("--model %s: '%s' is no name.\n"
                  + "A name has letters a to z, digits, dots, dashes and underscores, as in"
                  + " before=savedmodels/dino.")
              .formatted(text, text.substring(0, equals)));
    }
    String path = named ? text.substring(equals + 1) : text;
    if (path.isBlank()) {
      throw UserError.usage("--model " + text + ": the path is empty.");
    }
    return new NamedPath(named ? text.substring(0, equals) : folderName(Path.of(path)), path);
  }

  /** Of a numbered version, an export or a checkpoint that of the folder that it belongs to. */
  private static String folderName(Path path) {
    Path at = path.toAbsolutePath().normalize();
    while (at.getParent() != null
        && at.getParent().getFileName() != null
        && at.getFileName().toString().matches("\\d+|export|step-\\d+|checkpoints")) {
      at = at.getParent();
    }
    String name = at.getFileName() == null ? "model" : at.getFileName().toString();
    String plain = name.replaceAll("[^A-Za-z0-9._-]", "_");
    return plain.matches(NAME) ? plain : "model" + plain;
  }
}
