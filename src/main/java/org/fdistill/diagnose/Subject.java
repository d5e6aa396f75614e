package org.fdistill.diagnose;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import org.fdistill.graph.Variables;
import org.fdistill.proto.EvalCropConfig;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TUint8;

/** A frozen network that is looked into. */
public interface Subject {
  /** Its name in files and plots, which no other of the same diagnosis has. */
  String label();

  /** Where it comes from: a checkpoint's folder or a SavedModel's. */
  String origin();

  /** By what it is known again when a diagnosis goes on: digest of its files. */
  String identity();

  /** S: the side of the images that it takes, in pixels. */
  int imageSize();

  /** From an image file to S by S pixels. */
  EvalCropConfig evalCrop();

  /** Tokens before the patches; empty where nothing says how many. */
  OptionalInt prefixTokens();

  /**
   * From pixels to the network's output.
   *
   * @param tf of the graph
   * @param variables of the graph, for networks that make some
   * @param images [B, S, S, 3], 0 to 255; B unknown
   * @return what depends on all of its blocks
   */
  Operand<?> build(Ops tf, Variables variables, Operand<TUint8> images);

  /**
   * Adds what brings the weights in.
   *
   * @param tf of the graph
   * @param variables that the network made
   * @return restores them; works by names
   */
  Consumer<Session> weights(Ops tf, Variables variables);

  /** The run that trained it, where its task can validate it; empty where there is none. */
  Optional<Trained> trained();
}
