package org.fdistill.export;

import java.util.List;
import org.fdistill.proto.RunConfig;

/**
 * What goes into a SavedModel and beside it.
 *
 * @param network its graph
 * @param weights its variables
 * @param config kept beside it; its name is the model's, and it is repeated in the model card
 * @param licence of the weights, as its description as a teacher states it; empty: not stated
 * @param title what the model is, for the model card
 * @param sections of the model card, after how to call the model
 */
public record ModelContent(
    ExportedNetwork network,
    WeightSource weights,
    RunConfig config,
    String licence,
    String title,
    List<Section> sections) {
  /** Takes a copy. */
  public ModelContent {
    sections = List.copyOf(sections);
  }

  /**
   * A section of a model card.
   *
   * @param title its heading
   * @param lines Markdown
   */
  public record Section(String title, List<String> lines) {
    /** Takes a copy. */
    public Section {
      lines = List.copyOf(lines);
    }
  }
}
