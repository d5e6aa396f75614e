package org.fdistill.model.segment;

import org.fdistill.graph.LayerScope;
import org.fdistill.graph.Precision;
import org.fdistill.nn.BatchNorm;
import org.fdistill.nn.Convolution;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * Convolution without a bias, batch norm ({@code norm}), ReLU: what both heads are made of.
 *
 * @param side of the kernel
 * @param outputs channels of the result
 */
record ConvolutionUnit(int side, int outputs) {
  /**
   * Builds the three.
   *
   * @param map [B, G, G, C]
   * @return [B, G, G, outputs]
   */
  Operand<TFloat32> apply(LayerScope scope, Operand<TFloat32> map) {
    Ops tf = scope.tf();
    int inputs = (int) map.shape().get(3);
    Convolution convolution = Convolution.beforeNorm(side, inputs, outputs);
    Operand<TFloat32> y = Precision.full(tf, convolution.apply(scope, map));
    return tf.nn.relu(new BatchNorm(outputs).apply(scope.at("norm"), y));
  }
}
