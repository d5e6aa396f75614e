/** Files of weights that other tools write: safetensors, PyTorch and NumPy. */
package org.fdistill.weights;
