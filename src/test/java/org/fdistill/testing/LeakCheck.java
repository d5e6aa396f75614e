package org.fdistill.testing;

import java.util.Map;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

/**
 * Fails a test class that leaves open what it opened of TensorFlow: a graph, session, tensor or
 * function. It holds for every class, by {@code META-INF/services} and {@code
 * junit-platform.properties}. Run the class's tests one by one to find the one that leaks.
 */
public final class LeakCheck implements BeforeAllCallback, AfterAllCallback {
  private static final int LAST_LOOK = 20;
  private static final int MILLISECONDS_BETWEEN_LOOKS = 100;

  @Override
  public void beforeAll(ExtensionContext context) {
    store(context).put(LeakCheck.class, OpenResources.now());
  }

  @Override
  public void afterAll(ExtensionContext context) throws InterruptedException {
    OpenResources before = store(context).get(LeakCheck.class, OpenResources.class);
    Map<String, Integer> leaks = OpenResources.now().without(before);
    // A thread of the class may be about to close what it holds.
    for (int look = 1; look < LAST_LOOK && !leaks.isEmpty(); look++) {
      Thread.sleep(MILLISECONDS_BETWEEN_LOOKS);
      leaks = OpenResources.now().without(before);
    }
    if (!leaks.isEmpty()) {
      throw new AssertionError(
          context.getDisplayName() + " left open, by kind: " + leaks + ". Close each of them.");
    }
  }

  private static ExtensionContext.Store store(ExtensionContext context) {
    return context.getStore(Namespace.create(LeakCheck.class, context.getUniqueId()));
  }
}
