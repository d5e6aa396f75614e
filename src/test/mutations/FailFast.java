import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.concurrent.TimeUnit;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.Launcher;
import org.junit.platform.launcher.TagFilter;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * Runs test classes one after the other, in the order of the command line, and ends at the first
 * failure with status 10 and its name; status 0 where none fails. Of the classes after {@code --}
 * only the quick tests are run.
 */
final class FailFast {
  private static final int FAILED = 10;

  private FailFast() {}

  public static void main(String[] classes) {
    Launcher launcher = LauncherFactory.create();
    long tests = 0;
    String[] excluded = {"gpu"};
    for (String name : classes) {
      if (name.equals("--")) {
        excluded = new String[] {"slow", "gpu"};
        continue;
      }
      long start = System.nanoTime();
      Halting listener = new Halting();
      launcher.execute(
          LauncherDiscoveryRequestBuilder.request()
              .selectors(selectClass(name))
              .filters(TagFilter.excludeTags(excluded))
              .build(),
          listener);
      tests += listener.tests;
      long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
      System.out.println("passed " + name + " " + millis + " ms");
    }
    System.out.println("tests " + tests);
    // Threads of TensorFlow may still be there.
    Runtime.getRuntime().halt(tests == 0 ? FAILED + 1 : 0);
  }

  private static final class Halting implements TestExecutionListener {
    private long tests;

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
      tests += test.isTest() ? 1 : 0;
      result
          .getThrowable()
          .filter(t -> result.getStatus() == TestExecutionResult.Status.FAILED)
          .ifPresent(
              problem -> {
                String first = String.valueOf(problem.getMessage()).strip().replaceAll("\\s+", " ");
                System.out.println("FAILED " + name(test) + ": " + first);
                System.out.flush();
                Runtime.getRuntime().halt(FAILED);
              });
    }

    private static String name(TestIdentifier test) {
      return test.getUniqueIdObject().getSegments().stream()
          .skip(1)
          .map(segment -> segment.getValue().replaceAll("^.*\\.", ""))
          .reduce((a, b) -> a + " " + b)
          .orElse(test.getDisplayName());
    }
  }
}
