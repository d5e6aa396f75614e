package org.fdistill.diagnose;

import com.google.gson.JsonObject;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;

/** Something that is measured of one model in a pass over images. */
interface Measure {
  /** Its name in options and results. */
  String name();

  /**
   * Why it cannot be had of a model; empty where it can.
   *
   * @param images how many will be seen
   */
  String leftOut(Inside inside, long images);

  /** Adds what is summed of each batch. */
  void build(Ops tf, Inside inside, Sums sums);

  /**
   * The result, an entry a layer.
   *
   * @param images how many went into the sums
   */
  JsonObject read(Inside inside, Session session, Sums sums, long images);
}
