/**
 * What {@code fdistill doctor} looks at. {@link org.fdistill.cli.doctor.Machine} examines Java and
 * the machine, {@link org.fdistill.cli.doctor.Runtimes} TensorFlow and the GPU; each gives {@link
 * org.fdistill.cli.doctor.Finding}s with advice. Nothing here changes anything.
 */
package org.fdistill.cli.doctor;
