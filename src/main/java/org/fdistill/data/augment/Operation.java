package org.fdistill.data.augment;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TUint8;

/** RandAugment's operations, those of timm's increasing set. */
enum Operation {
  AUTO_CONTRAST,
  EQUALIZE,
  INVERT,
  ROTATE,
  POSTERIZE,
  SOLARIZE,
  SOLARIZE_ADD,
  COLOUR,
  CONTRAST,
  BRIGHTNESS,
  SHARPNESS,
  SHEAR_X,
  SHEAR_Y,
  TRANSLATE_X,
  TRANSLATE_Y;

  private static final double DEGREES = 30;
  private static final double SHEAR = 0.3;
  private static final double TRANSLATION = 0.45;
  private static final int BITS = 4;
  private static final int THRESHOLD = 256;
  private static final double ADDEND = 110;

  /**
   * Applies this operation.
   *
   * @param image [H, W, 3], of static shape
   */
  Operand<TUint8> apply(Ops tf, Operand<TUint8> image, Level level, Affine affine) {
    return switch (this) {
      case AUTO_CONTRAST -> ValueTables.autoContrast(tf, image);
      case EQUALIZE -> ValueTables.equalize(tf, image);
      case INVERT -> ValueTables.invert(tf, image);
      case ROTATE -> affine.rotate(tf, image, level.signed(DEGREES));
      case POSTERIZE -> ValueTables.posterize(tf, image, level.falling(BITS));
      case SOLARIZE -> ValueTables.solarize(tf, image, level.falling(THRESHOLD));
      case SOLARIZE_ADD -> ValueTables.solarizeAdd(tf, image, level.whole(ADDEND));
      case COLOUR -> Enhancement.colour(tf, image, level.factor());
      case CONTRAST -> Enhancement.contrast(tf, image, level.factor());
      case BRIGHTNESS -> Enhancement.brightness(tf, image, level.factor());
      case SHARPNESS -> Enhancement.sharpness(tf, image, level.factor());
      case SHEAR_X -> affine.shearX(tf, image, level.signed(SHEAR));
      case SHEAR_Y -> affine.shearY(tf, image, level.signed(SHEAR));
      case TRANSLATE_X -> affine.translateX(tf, image, level.signed(TRANSLATION));
      case TRANSLATE_Y -> affine.translateY(tf, image, level.signed(TRANSLATION));
    };
  }
}
