package org.fdistill.convert;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.fdistill.config.NearestName;
import org.fdistill.config.UserError;

/** All families, and the one that a user names. */
final class Families {
  /** For {@code --arch}: find out. */
  private static final String AUTO = "auto";

  /**
   * What {@code --arch} says.
   *
   * @param family of the checkpoint
   * @param size that the checkpoint must have; empty where it tells its size itself
   */
  record Choice(Family family, Optional<Size> size) {}

  private Families() {}

  static List<Family> all() {
    List<Family> all = new ArrayList<>(VitFamilies.ALL);
    all.addAll(RotaryFamilies.ALL);
    all.addAll(SwinFamilies.ALL);
    return all;
  }

  /** The family of a name; one that exists. */
  static Family family(String name) {
    return all().stream().filter(family -> family.name().equals(name)).findFirst().orElseThrow();
  }

  /** What {@code --arch} asks for; nothing where the checkpoint shall tell. */
  static Optional<Choice> asked(String arch) {
    return arch.equals(AUTO) ? Optional.empty() : Optional.of(named(arch));
  }

  /**
   * The family, or the family and size, of a name.
   *
   * @throws UserError where there is none
   */
  static Choice named(String arch) {
    Map<String, Choice> choices = new LinkedHashMap<>();
    for (Family family : all()) {
      choices.put(family.name(), new Choice(family, Optional.empty()));
      family.sizes().forEach(s -> choices.put(s.arch(), new Choice(family, Optional.of(s))));
    }
    Choice choice = choices.get(arch);
    if (choice == null) {
      throw UserError.usage(
          "--arch "
              + arch
              + ": no such architecture."
              + NearestName.hint(arch, choices.keySet())
              + "\nExpected auto, one of "
              + String.join(", ", all().stream().map(Family::name).toList())
              + ", or a size of them: fdistill import-teacher --list shows all.");
    }
    return choice;
  }
}
