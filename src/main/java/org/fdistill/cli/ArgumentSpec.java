package org.fdistill.cli;

/**
 * An argument without a dash.
 *
 * @param name in capitals, such as CONFIG
 * @param help what it is
 */
public record ArgumentSpec(String name, String help) {}
