package org.fdistill.data;

import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TUint8;
import org.tensorflow.types.family.TType;

/**
 * A named part of an example and of a batch. Fields of one name are the same field.
 *
 * @param name in the graph and in messages
 * @param type of its elements
 */
public record Field<T extends TType>(String name, Class<T> type) {
  /** Pixels, RGB from 0 to 255: [S, S, 3] of an example. */
  public static final Field<TUint8> IMAGE = new Field<>("image", TUint8.class);

  /** As the image, in the student's version where it has one of its own: [S, S, 3]. */
  public static final Field<TUint8> STUDENT_IMAGE = new Field<>("student_image", TUint8.class);

  /** Numbers of the patches that a student sees, row by row of the grid, ascending [K]. */
  public static final Field<TInt32> KEPT_PATCHES = new Field<>("kept_patches", TInt32.class);

  /** The class, a scalar of an example; -1 where it has none. */
  public static final Field<TInt64> LABEL = new Field<>("label", TInt64.class);

  /** How many rows and columns of a view are image; the others are padding [2]. */
  public static final Field<TInt32> EXTENT = new Field<>("extent", TInt32.class);

  /** How the image becomes its view ({@link org.fdistill.data.augment.Geometry#asVector}). */
  public static final Field<TInt32> GEOMETRY = new Field<>("geometry", TInt32.class);

  /** Rectangles of random erasing [C, 4]. */
  static final Field<TInt32> ERASED = new Field<>("erased", TInt32.class);

  /** How the batch is mixed whose first example this is [6]. */
  static final Field<TFloat32> MIX = new Field<>("mix", TFloat32.class);

  /** The number of an example in its source, a scalar; the pipeline gives it to views that ask. */
  public static final Field<TInt64> EXAMPLE = new Field<>("example", TInt64.class);

  /**
   * The class of each pixel: [S, S] of an example, or as large as the image; 255 where it has none.
   */
  public static final Field<TUint8> MASK = new Field<>("mask", TUint8.class);

  /**
   * The largest number in a mask as it is stored, 255 left out, a scalar; -1 where there is none.
   */
  public static final Field<TInt64> LARGEST_CLASS = new Field<>("largest_class", TInt64.class);

  /**
   * Where an example stands in the order of all epochs, a scalar; the pipeline adds it to every
   * batch.
   */
  public static final Field<TInt64> POSITION = new Field<>("position", TInt64.class);
}
