/**
 * One bridge class to what TensorFlow Java keeps package-private. It works on the class path only:
 * a split package is no module.
 */
package org.tensorflow;
