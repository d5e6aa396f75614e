package org.fdistill.train;

import java.nio.file.Path;
import java.util.Map;

/**
 * How a run ended.
 *
 * @param outcome finished, stopped, or nothing left to do
 * @param step optimiser steps done
 * @param validation values of the last validation, by name; empty where there was none
 * @param checkpoint folder of the newest checkpoint
 */
public record RunResult(
    Outcome outcome, long step, Map<String, Double> validation, Path checkpoint) {
  /** How a run can end without an error. */
  public enum Outcome {
    /** All steps are done. */
    FINISHED,
    /** A stop was requested; the same command goes on. */
    STOPPED,
    /** The folder's run was finished before. */
    ALREADY_FINISHED
  }
}
