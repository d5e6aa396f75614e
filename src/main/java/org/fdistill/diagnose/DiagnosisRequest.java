package org.fdistill.diagnose;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What to measure of what.
 *
 * @param subjects models, each with a label of its own
 * @param images that every model sees
 * @param measures names of {@link Diagnosis#measures}
 * @param attention names of the nodes that give attention, in models where any matches; null to
 *     find them
 * @param landscape where to look in loss landscapes
 * @param out the folder of the results
 */
public record DiagnosisRequest(
    List<Subject> subjects,
    Images images,
    Set<String> measures,
    Pattern attention,
    LandscapeOptions landscape,
    Path out) {
  /** Takes copies. */
  public DiagnosisRequest {
    subjects = List.copyOf(subjects);
    measures = Set.copyOf(measures);
  }

  String pattern() {
    return attention == null ? "" : attention.pattern();
  }

  /** The file that names images that cannot be read. */
  public Path unreadable() {
    return out.resolve("unreadable-images.txt");
  }
}
