/**
 * Pictures of figures, drawn by XChart (Apache-2.0) without a screen: {@link
 * org.fdistill.plot.DiagnosisPlots} writes those of a diagnosis as PNG files.
 *
 * <p>Limits: fonts are the Java runtime's; one without any draws none, and pictures are left out.
 */
package org.fdistill.plot;
