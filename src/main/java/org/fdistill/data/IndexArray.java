package org.fdistill.data;

import java.util.function.Supplier;
import org.tensorflow.types.family.TType;

/**
 * A vector that a source needs at run time, such as the paths of all files. It is fed when a
 * pipeline starts and never becomes part of the graph.
 *
 * @param name part of the placeholder's name
 * @param type its element type
 * @param values makes the tensor to feed, [any length]; the caller closes it
 */
public record IndexArray(String name, Class<? extends TType> type, Supplier<TType> values) {}
