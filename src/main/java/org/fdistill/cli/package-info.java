/**
 * The command line: the one place that prints and exits.
 *
 * <p>{@link org.fdistill.cli.Main} finds the {@link org.fdistill.cli.Command}, reads its {@link
 * org.fdistill.cli.OptionSpec}s into {@link org.fdistill.cli.ParsedOptions}, runs it, and turns
 * what it throws into one message and an exit code: 0 done, 1 the run failed, 2 usage or config, 3
 * bad or missing input file. A new command is one class, listed in {@code Commands}; its help is
 * made from what the class says about itself. {@link org.fdistill.cli.Console} takes results to
 * standard output and everything else to standard error.
 */
package org.fdistill.cli;
