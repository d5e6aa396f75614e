package org.fdistill.bench;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Divides time among what goes on in it. Ops that run side by side hold each other up: were the
 * time of each counted in full, what runs alone would seem cheap beside what does not.
 */
final class SharedTime {
  private SharedTime() {}

  /** From a start to an end, in one unit. */
  record Span(long start, long end) {}

  /**
   * The time of each span, a moment that lies in k of them counting as 1/k of it for each.
   *
   * @return in the spans' order and unit; they add up to the time that lies in any of them
   */
  static double[] of(List<Span> spans) {
    double[] shared = new double[spans.size()];
    Set<Integer> running = new LinkedHashSet<>();
    long now = Long.MIN_VALUE;
    for (Event event : events(spans)) {
      double each = (double) (event.time - now) / running.size();
      running.forEach(span -> shared[span] += each);
      now = event.time;
      if (event.starts) {
        running.add(event.span);
      } else {
        running.remove(event.span);
      }
    }
    return shared;
  }

  private record Event(long time, boolean starts, int span) {}

  private static List<Event> events(List<Span> spans) {
    List<Event> events = new ArrayList<>();
    for (int i = 0; i < spans.size(); i++) {
      events.add(new Event(spans.get(i).start, true, i));
      events.add(new Event(spans.get(i).end, false, i));
    }
    // Of one time the starts come first, so that nothing ends before it started.
    events.sort(Comparator.comparingLong(Event::time).thenComparing(event -> !event.starts));
    return events;
  }
}
