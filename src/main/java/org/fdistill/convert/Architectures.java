package org.fdistill.convert;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.fdistill.config.UserError;
import org.fdistill.proto.BackboneConfig;
import org.fdistill.weights.WeightArchive;

/** What can be imported, and what a checkpoint may be. */
public final class Architectures {
  private Architectures() {}

  /**
   * One size of a family.
   *
   * @param family for {@code --arch}
   * @param title of the family
   * @param licence of the published weights
   * @param arch for {@code --arch}
   * @param imageSize S in pixels
   * @param patch P in pixels
   * @param width C, of the first stage
   * @param depth blocks, stage by stage
   * @param heads stage by stage
   * @param window of a Swin transformer; empty for a ViT
   */
  public record Entry(
      String family,
      String title,
      String licence,
      String arch,
      int imageSize,
      int patch,
      int width,
      String depth,
      String heads,
      String window) {}

  /** Everything that can be imported. */
  public static List<Entry> list() {
    List<Entry> entries = new ArrayList<>();
    for (Family family : Families.all()) {
      family.sizes().forEach(size -> entries.add(entry(family, size)));
    }
    return entries;
  }

  private static Entry entry(Family family, Size size) {
    return new Entry(
        family.name(),
        family.title(),
        family.licence(),
        size.arch(),
        size.imageSize(),
        size.patch(),
        size.width(),
        text(size.depths()),
        text(size.heads()),
        size.window() == 0 ? "" : Integer.toString(size.window()));
  }

  private static String text(List<Integer> stages) {
    return String.join(",", stages.stream().map(Object::toString).toList());
  }

  /** Whether a path looks like a folder of Hugging Face's hub. */
  public static boolean isHubFolder(Path path) {
    return CheckpointFiles.isFolder(path);
  }

  /** The file of weights of a path: itself, or the one in a folder of the hub. */
  public static Path weights(Path path) {
    return CheckpointFiles.find(path).weights();
  }

  /**
   * What a checkpoint may be, in one line.
   *
   * @param path that it was opened from
   */
  public static String guess(Path path, WeightArchive archive) {
    try {
      SourceCheckpoint checkpoint =
          SourceCheckpoint.of(archive, CheckpointFiles.find(path).published());
      List<Resolution> candidates = Resolution.candidates(checkpoint, "");
      return switch (candidates.size()) {
        case 0 -> "none that import-teacher knows";
        case 1 -> describe(candidates.get(0), checkpoint.published());
        default ->
            "one of " + String.join(", ", candidates.stream().map(c -> c.family().name()).toList());
      };
    } catch (UserError e) {
      return "none: " + e.getMessage().lines().findFirst().orElse("");
    }
  }

  private static String describe(Resolution resolution, Published published) {
    String title = ": " + resolution.family().title();
    try {
      ArchitectureReader reader = new ArchitectureReader(resolution, published);
      BackboneConfig model = reader.describe();
      return reader.name(model) + title + "; " + ArchitectureReader.text(model);
    } catch (UserError e) {
      return resolution.family().name() + title + "; not importable as it is: " + e.getMessage();
    }
  }
}
