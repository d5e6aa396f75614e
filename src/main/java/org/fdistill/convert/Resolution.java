package org.fdistill.convert;

import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.fdistill.config.UserError;

/**
 * Which family a checkpoint belongs to, and which of its networks is taken.
 *
 * @param family of the checkpoint
 * @param size that the user named; empty where the checkpoint tells
 * @param tensors of the network, under our names
 * @param others prefixes of the networks that were not taken, though the user named none
 * @param certain whether the checkpoint itself or what lies beside it tells the family
 */
record Resolution(
    Family family,
    Optional<Size> size,
    NamedTensors tensors,
    List<String> others,
    boolean certain) {
  /** Where a file holds several networks and its family has no say: as timm's loader chooses. */
  private static final List<String> OF_TIMM = List.of("state_dict_ema/.*", "model_ema/.*", ".*");

  private static final int LISTED = 4;

  /** The first depthwise convolution, of timm's, of Meta's and of Hugging Face's. */
  private static final Pattern CONVNEXT =
      Pattern.compile(
          "(.*\\.)?stages\\.0\\.(blocks\\.0\\.conv_dw|0\\.dwconv"
              + "|layers\\.0\\.(depthwise_conv|dwconv))\\.weight");

  /**
   * Finds the family and the network.
   *
   * @param asked what it must be; nothing: its names tell
   * @param key prefix of the network in the checkpoint; empty: the family's usual one
   * @throws UserError where no family or several fit
   */
  static Resolution of(SourceCheckpoint checkpoint, Optional<Families.Choice> asked, String key) {
    if (asked.isPresent()) {
      return find(checkpoint, asked.get(), key)
          .orElseThrow(() -> unknown(checkpoint, List.of(asked.get().family()), key));
    }
    List<Resolution> candidates = candidates(checkpoint, key);
    if (candidates.size() > 1) {
      throw UserError.input(
          "The names of its tensors fit several architectures, which differ in normalisation or"
              + " activation: "
              + String.join(", ", candidates.stream().map(c -> c.family().name()).toList())
              + ".\nSay which one it is with --arch.");
    }
    return candidates.stream()
        .findFirst()
        .orElseThrow(() -> unknown(checkpoint, published(checkpoint), key));
  }

  /** The families that a checkpoint may belong to: one, where it can be told. */
  static List<Resolution> candidates(SourceCheckpoint checkpoint, String key) {
    List<Resolution> readable =
        published(checkpoint).stream()
            .map(family -> new Families.Choice(family, Optional.empty()))
            .flatMap(choice -> find(checkpoint, choice, key).stream())
            .toList();
    List<Resolution> certain = readable.stream().filter(Resolution::certain).toList();
    return certain.isEmpty() ? readable : certain;
  }

  /** The family that is published beside the weights; all where nothing is. */
  private static List<Family> published(SourceCheckpoint checkpoint) {
    return checkpoint
        .published()
        .family()
        .map(Families::family)
        .map(List::of)
        .orElse(Families.all());
  }

  /** A family's network in a checkpoint, under the first prefix that the family prefers. */
  private static Optional<Resolution> find(
      SourceCheckpoint checkpoint, Families.Choice choice, String key) {
    Family family = choice.family();
    Map<String, Dialect> networks = networks(checkpoint, family, key);
    List<String> preferred =
        key.isEmpty()
            ? Stream.concat(family.preferred().stream(), OF_TIMM.stream()).toList()
            : List.of(".*");
    return preferred.stream()
        .flatMap(regex -> networks.keySet().stream().filter(prefix -> prefix.matches(regex)))
        .findFirst()
        .map(
            prefix -> {
              NamedTensors tensors =
                  NamedTensors.of(checkpoint.tensors(), networks.get(prefix), prefix);
              List<String> others =
                  networks.keySet().stream()
                      .filter(p -> key.isEmpty() && !p.equals(prefix))
                      .toList();
              return new Resolution(
                  family, choice.size(), tensors, others, certain(checkpoint, family, tensors));
            });
  }

  /** The prefixes of all networks that a family's dialects read. */
  private static Map<String, Dialect> networks(
      SourceCheckpoint checkpoint, Family family, String key) {
    Map<String, Dialect> networks = new LinkedHashMap<>();
    for (Dialect dialect : family.dialects()) {
      for (String prefix : dialect.prefixes(checkpoint.tensors().keySet())) {
        if (under(prefix, key)) {
          networks.putIfAbsent(prefix, dialect);
        }
      }
    }
    return networks;
  }

  private static boolean under(String prefix, String key) {
    String parent = SourceCheckpoint.unwrapped(key + ".").replaceAll("[./]+$", "");
    return parent.isEmpty() || prefix.startsWith(parent + "/") || prefix.startsWith(parent + ".");
  }

  private static boolean certain(SourceCheckpoint checkpoint, Family family, NamedTensors tensors) {
    boolean openAi = family.name().equals("clip") && checkpoint.isScripted();
    return checkpoint.published().family().isPresent()
        || openAi
        || family.recognition().test(tensors);
  }

  private static UserError unknown(SourceCheckpoint checkpoint, List<Family> families, String key) {
    Set<String> names = checkpoint.tensors().keySet();
    String expected =
        families.size() == 1
            ? "Expected a network of the family " + families.get(0).name()
            : "Expected a network of one of the families of fdistill import-teacher --list";
    return UserError.input(
        "No network that can be read%s among its tensors, such as %s.%s%s\n%s; fdistill inspect shows all its tensors."
            .formatted(
                key.isEmpty() ? "" : " under --key " + key,
                some(names),
                closest(names, families),
                hint(names),
                expected));
  }

  private static String some(Collection<String> names) {
    return String.join(", ", names.stream().limit(LISTED).toList())
        + (names.size() > LISTED ? ", ... (" + names.size() + ")" : "");
  }

  /** What is odd about names that are partly those of a dialect: the one with the fewest odd. */
  private static String closest(Set<String> names, List<Family> families) {
    return families.stream()
        .flatMap(family -> family.dialects().stream())
        .distinct()
        .flatMap(dialect -> Attempt.at(dialect, names))
        .min(Comparator.comparingInt(attempt -> attempt.odd().size()))
        .map(Attempt::text)
        .orElse("");
  }

  /**
   * Names that have a dialect's anchor, but not all that it requires.
   *
   * @param missing what is required
   * @param odd names beside the anchor that no rule knows
   */
  private record Attempt(Dialect dialect, List<String> missing, List<String> odd) {
    static Stream<Attempt> at(Dialect dialect, Set<String> names) {
      Set<String> spelled = dialect.spelled(names);
      return dialect.anchored(spelled).stream()
          .filter(prefix -> !dialect.missing(prefix, spelled).isEmpty())
          .limit(LISTED)
          .map(
              prefix ->
                  new Attempt(
                      dialect,
                      dialect.missing(prefix, spelled),
                      spelled.stream()
                          .filter(name -> name.startsWith(prefix))
                          .map(name -> name.substring(prefix.length()))
                          .filter(name -> dialect.rules().of(name).isEmpty())
                          .toList()));
    }

    String text() {
      return "\nClosest are the names of %s, but %s is missing%s."
          .formatted(
              dialect.name(),
              String.join(" and ", missing),
              odd.isEmpty() ? "" : "; odd are " + some(odd));
    }
  }

  /** Networks that people try and that are none of ours. */
  private static String hint(Set<String> names) {
    Set<String> hints = new LinkedHashSet<>();
    for (String name : names) {
      if (name.endsWith("patch_embed.proj.0.weight")) {
        hints.add("a convolutional stem before its blocks (MoCo v3's vit_conv), not patches");
      } else if (name.endsWith("layer1.0.conv1.weight")) {
        hints.add("a ResNet");
      } else if (CONVNEXT.matcher(name).matches()) {
        hints.add("a ConvNeXt, as the smaller networks of DINOv3");
      } else if (name.endsWith("attn.q_norm.weight")) {
        hints.add("norms of queries and keys");
      } else if (name.contains(".lora_A.")) {
        hints.add("adapters beside its weights (merge them first: PEFT's merge_and_unload)");
      }
    }
    return hints.isEmpty() ? "" : "\nIt has " + String.join(", and ", hints) + ".";
  }
}
