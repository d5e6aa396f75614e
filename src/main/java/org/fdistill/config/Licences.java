package org.fdistill.config;

import java.util.List;
import java.util.regex.Pattern;

/**
 * Licences of published weights, and what their texts say of a student that learned from such
 * weights. Only the texts are told here: what they mean in a country is for a lawyer to say.
 */
public final class Licences {
  /** Apache License, version 2.0. */
  public static final String APACHE = "Apache-2.0";

  /** The MIT licence. */
  public static final String MIT = "MIT";

  /** Creative Commons Attribution-NonCommercial 4.0. */
  public static final String CC_BY_NC = "CC-BY-NC-4.0 (no commercial use)";

  /** Meta's licence of DINOv3. */
  public static final String DINOV3 = "DINOv3 License";

  /** Of families whose weights were published by many, under licences of their own. */
  private static final String VARIES = "differs from weights to weights";

  /**
   * What a text says of models that learned from what it covers.
   *
   * @param name how the licence is recognised, in whatever text names it
   * @param students a sentence
   */
  private record Terms(Pattern name, String students) {
    Terms(String name, String students) {
      this(Pattern.compile(name, Pattern.CASE_INSENSITIVE), students);
    }
  }

  private static final List<Terms> TERMS =
      List.of(
          new Terms(
              VARIES,
              "Whether it binds a distilled student is for the licence of these very weights to say:"
                  + " look for it where they come from, and state it with --licence or in"
                  + " teacher.txtpb."),
          new Terms(
              "\\bcc[- ]by[- ]nc\\b",
              "It lets the weights be used, and what is adapted from them be shared, for"
                  + " non-commercial purposes only; whether a distilled student is adapted material"
                  + " its text does not say. Take the student for bound to it unless you know"
                  + " better."),
          new Terms(
              "\\bdinov3\\b",
              "It lets derivative works of the weights be distributed under its own terms only, with a"
                  + " copy of it, and forbids some uses, military ones among them; whether a distilled"
                  + " student is such a work its text does not say. Take the student for bound to it"
                  + " unless you know better."),
          new Terms(
              "\\bapache[- ]2(\\.0)?\\b",
              "It asks for its text and notices in copies and derivative works of the weights, and"
                  + " allows commercial use; of models that learned from their outputs its text says"
                  + " nothing."),
          new Terms(
              "\\bMIT\\b",
              "It asks for its notice in copies of the weights, and allows commercial use; of models"
                  + " that learned from their outputs its text says nothing."));

  private Licences() {}

  /**
   * The licence of a family of which no one licence is right.
   *
   * @param known what is known of some of them, such as {@code Google's own are Apache-2.0}
   */
  public static String varies(String known) {
    return VARIES + " (" + known + ")";
  }

  /**
   * Whether a licence binds a distilled student, as far as its text says: a sentence or two.
   *
   * @param licence a name or any text that contains one; empty: not stated
   */
  public static String ofStudents(String licence) {
    return TERMS.stream()
        .filter(terms -> terms.name().matcher(licence).find())
        .findFirst()
        .map(Terms::students)
        .orElse(
            licence.isBlank()
                ? "Whether it binds a distilled student is not known: look for it where the weights"
                    + " come from."
                : "Whether it binds a distilled student fdistill does not know: read it.");
  }
}
