package org.fdistill.train;

/** Positions from {@code from} until before {@code to}. */
record Span(long from, long to) {}
