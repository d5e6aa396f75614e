/**
 * The report of runs: one HTML file that opens anywhere, without a network.
 *
 * <pre>{@code
 * RunReport.write(List.of(Path.of("runs/a"), Path.of("runs/b")), Path.of("report.html"));
 * }</pre>
 *
 * <p>{@link org.fdistill.report.RunReport} reads what the folders hold and nothing else, so that a
 * run that is going on or was killed has a report as well. Long curves are summed up before they go
 * into the page ({@code Series}); what differs from the defaults is found by {@link
 * org.fdistill.config.ConfigFields}. {@code Html} escapes all text, and the page's own policy
 * forbids it to load or run anything else.
 *
 * <p>{@link org.fdistill.report.DiagnosisReport} does the same with the folder of a diagnosis.
 *
 * <p>Plots are drawn by uPlot (MIT), which is in the resources with its licence.
 */
package org.fdistill.report;
