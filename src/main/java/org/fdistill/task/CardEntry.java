package org.fdistill.task;

import java.util.List;
import java.util.Map;

/**
 * What a model card says of the task that a model was trained with.
 *
 * @param title what the model is, such as An image classifier
 * @param licence of the weights as far as the task tells; empty: not stated
 * @param sections Markdown lines by heading
 */
public record CardEntry(String title, String licence, Map<String, List<String>> sections) {}
