package org.fdistill.train;

import java.util.Map;
import java.util.Optional;
import org.fdistill.eval.ClassTable;

/**
 * What came of a validation.
 *
 * @param values by name
 * @param classes the measures of each class, where the task has such
 */
public record Validated(Map<String, Double> values, Optional<ClassTable> classes) {}
