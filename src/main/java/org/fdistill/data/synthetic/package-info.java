/**
 * The data set of the quick start and of tests: small photographs, so to speak, of ten shapes, made
 * from a seed by {@link org.fdistill.data.synthetic.SyntheticShapes}.
 *
 * <p>Each image is a scene: a textured and cluttered background, one brighter shape with a texture
 * of its own, turned by up to 30 degrees, sheared and seen at an angle, under a gradient of light,
 * with noise. All shapes have the same mean area, and no colour or texture belongs to a class. The
 * five nearest neighbours by raw pixels find the class of one image in four among 1000 known ones,
 * and of somewhat more than one in three among 5000; chance is one in ten. Beside the JPEG stands a
 * mask of the shape. The images are no benchmark: they show that training works.
 */
package org.fdistill.data.synthetic;
