/**
 * Python's pickles, read as data.
 *
 * <p>{@link org.fdistill.weights.pickle.Unpickler} runs the instructions of one pickle on a stack
 * of plain values. A pickle may name Python classes and functions; {@link
 * org.fdistill.weights.pickle.Globals} decides what stands in for each, and refuses all others.
 * {@link org.fdistill.weights.pickle.PlainClasses} and {@link
 * org.fdistill.weights.pickle.NumpyClasses} know the harmless ones that checkpoints hold beside
 * their weights.
 *
 * <p>Why an unpickler of our own: the one library for Java, net.razorvine:pickle, loses the order
 * of dicts, calls methods by reflection where a pickle sets the state of an object, and takes
 * memory for lengths before it looks whether so many bytes exist. Here every length is checked
 * against the bytes that are left, nothing recurses, and copies are counted ({@link
 * org.fdistill.weights.pickle.CopyLimit}), so that memory stays within a constant times the bytes
 * of the pickle.
 *
 * <p>Limits: protocols 2 to 5; no INST, OBJ, EXT or buffers outside of the pickle; whole numbers of
 * at most 255 bytes.
 */
package org.fdistill.weights.pickle;
