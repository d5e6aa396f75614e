package org.fdistill.data.augment;

import java.util.Optional;
import org.tensorflow.Operand;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TInt32;

/**
 * How an image becomes a view of S by S pixels. Everything that belongs to one image, such as its
 * mask, is brought through the same geometry.
 *
 * @param box the part of the image that is decoded; empty: all of it
 * @param size that the part is scaled to: height, width [2]
 * @param offset of the view in the scaled part: row, column [2]; what the view covers beside the
 *     part is black padding
 * @param mirrored whether left and right are exchanged in the view, scalar
 */
public record Geometry(
    Optional<Box> box, Operand<TInt32> size, Operand<TInt32> offset, Operand<TBool> mirrored) {}
