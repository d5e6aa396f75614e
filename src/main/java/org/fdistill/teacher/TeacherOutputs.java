package org.fdistill.teacher;

import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;

/**
 * What a teacher makes of a batch; no gradient flows back into it. Letters: B batch, N tokens, C
 * width of the teacher, G grid side.
 *
 * @param tokens [B, N, C], prefix tokens first, then patches row by row
 * @param prefixTokens tokens before the patches, such as a class token
 * @param grid G, so that N = prefixTokens + G²
 */
public record TeacherOutputs(Operand<TFloat32> tokens, int prefixTokens, int grid) {}
