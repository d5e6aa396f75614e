package org.fdistill.cli.doctor;

/**
 * One thing that was looked at.
 *
 * @param topic such as Java or Memory
 * @param state what was found
 * @param advice what to do about it; empty where all is well
 * @param fatal whether nothing works until it is mended
 */
public record Finding(String topic, String state, String advice, boolean fatal) {
  /** All is well. */
  public static Finding good(String topic, String state) {
    return new Finding(topic, state, "", false);
  }

  /** It works, but not as it could. */
  public static Finding advice(String topic, String state, String advice) {
    return new Finding(topic, state, advice, false);
  }

  /** It does not work. */
  public static Finding fatal(String topic, String state, String advice) {
    return new Finding(topic, state, advice, true);
  }

  /** "ok", "note" or "FAIL". */
  public String verdict() {
    if (advice.isEmpty()) {
      return "ok";
    }
    return fatal ? "FAIL" : "note";
  }
}
