package org.fdistill.export;

import java.nio.file.Path;

/**
 * A SavedModel that was written.
 *
 * @param path of the version
 * @param isNew whether there was none like it
 * @param parameters numbers in its variables
 * @param difference the largest between its answers and those of the weights that it was made from,
 *     of the largest value of the output
 */
public record Exported(Path path, boolean isNew, long parameters, float difference) {}
