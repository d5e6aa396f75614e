package org.fdistill.convert;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.fdistill.config.UserError;
import org.fdistill.weights.WeightArchive;

/**
 * Which family a checkpoint belongs to, and which of its networks is taken.
 *
 * @param family of the checkpoint
 * @param size that the user named; empty where the checkpoint tells
 * @param tensors of the network, under our names
 */
record Resolution(Family family, Optional<Size> size, NamedTensors tensors) {
  /**
   * Decides.
   *
   * @param archive the checkpoint
   * @param published what lies beside it
   * @param arch a name for {@code --arch}
   * @param key prefix of the network in the checkpoint; empty: the family's usual one
   * @throws UserError where no layout or several fit
   */
  static Resolution of(WeightArchive archive, Published published, String arch, String key) {
    if (!arch.equals(Families.AUTO)) {
      Families.Choice choice = Families.named(arch);
      return new Resolution(choice.family(), choice.size(), tensors(archive, choice.family(), key));
    }
    List<Family> candidates = candidates(archive, published, key);
    if (candidates.size() != 1) {
      throw undecided(archive, candidates, key);
    }
    Family family = candidates.get(0);
    return new Resolution(family, Optional.empty(), tensors(archive, family, key));
  }

  /** The families that a checkpoint may belong to: one, where it can be told. */
  static List<Family> candidates(WeightArchive archive, Published published, String key) {
    if (published.family().isPresent()) {
      return List.of(Families.family(published.family().get()));
    }
    List<Family> readable = new ArrayList<>();
    List<Family> certain = new ArrayList<>();
    for (Family family : Families.all()) {
      Optional<NamedTensors> tensors = find(archive, family, key);
      if (tensors.isPresent()) {
        readable.add(family);
        boolean openAi = family.name().equals("clip") && archive.format().contains("TorchScript");
        if (openAi || family.recognition().test(tensors.get())) {
          certain.add(family);
        }
      }
    }
    return certain.size() == 1 || readable.isEmpty() ? certain : readable;
  }

  private static UserError undecided(WeightArchive archive, List<Family> candidates, String key) {
    if (candidates.isEmpty()) {
      return unknown(archive, Families.all(), key);
    }
    return UserError.input(
        "The names of its tensors fit several architectures, which differ in normalisation or"
            + " activation: "
            + String.join(", ", candidates.stream().map(Family::name).toList())
            + ".\nSay which one it is with --arch.");
  }

  private static NamedTensors tensors(WeightArchive archive, Family family, String key) {
    return find(archive, family, key).orElseThrow(() -> unknown(archive, List.of(family), key));
  }

  /** A family's network in a checkpoint, under the first prefix that the family prefers. */
  private static Optional<NamedTensors> find(WeightArchive archive, Family family, String key) {
    Set<String> names = archive.tensors().keySet();
    for (String preferred : key.isEmpty() ? family.preferred() : List.of(".*")) {
      for (Dialect dialect : family.dialects()) {
        for (String prefix : dialect.prefixes(names)) {
          if (prefix.matches(preferred) && under(prefix, key)) {
            return Optional.of(NamedTensors.of(archive, dialect, prefix));
          }
        }
      }
    }
    return Optional.empty();
  }

  private static boolean under(String prefix, String key) {
    return key.isEmpty()
        || prefix.equals(key)
        || prefix.startsWith(key + "/")
        || prefix.startsWith(key + ".");
  }

  private static UserError unknown(WeightArchive archive, List<Family> families, String key) {
    Set<String> names = archive.tensors().keySet();
    String expected =
        families.size() == 1
            ? "Expected a network of the family " + families.get(0).name()
            : "Expected a network of one of the families of fdistill import-teacher --list";
    return UserError.input(
        "No network that can be read"
            + (key.isEmpty() ? "" : " under --key " + key)
            + " among its "
            + names.size()
            + " tensors, such as "
            + String.join(", ", names.stream().limit(4).toList())
            + "."
            + hint(names)
            + "\n"
            + expected
            + "; fdistill inspect shows all its tensors.");
  }

  /** Networks that people try and that are none of ours. */
  private static String hint(Set<String> names) {
    Set<String> hints = new LinkedHashSet<>();
    for (String name : names) {
      if (name.endsWith("patch_embed.proj.0.weight")) {
        hints.add("a convolutional stem before its blocks (MoCo v3's vit_conv), not patches");
      } else if (name.endsWith("layer1.0.conv1.weight")) {
        hints.add("a ResNet");
      } else if (name.endsWith("stages.0.blocks.0.conv_dw.weight")) {
        hints.add("a ConvNeXt");
      } else if (name.endsWith("attn.q_norm.weight")) {
        hints.add("norms of queries and keys");
      }
    }
    return hints.isEmpty() ? "" : "\nIt has " + String.join(", and ", hints) + ".";
  }
}
