package org.fdistill;

import static com.tngtech.archunit.base.DescribedPredicate.alwaysTrue;
import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.equivalentTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.library.GeneralCodingRules;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.fdistill.cli.Main;
import org.fdistill.model.Backbones;
import org.fdistill.proto.RunConfig;
import org.fdistill.task.Task;
import org.fdistill.task.Tasks;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorflow.GraphBridge;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Session;

/** The arrows between the packages. A new package gets a row in {@link #ARROWS}. */
class ArchitectureTest {
  private static final String ROOT = "org.fdistill.";
  private static final String MESSAGES = "org.fdistill.proto..";
  private static final String FILES = "org.fdistill.files..";

  /** What each package may use besides itself, the generated messages and the file helpers. */
  private static final Map<String, Set<String>> ARROWS =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry(
                  "bench",
                  Set.of(
                      "train",
                      "cluster",
                      "task",
                      "optim",
                      "export",
                      "model",
                      "data",
                      "eval",
                      "checkpoint",
                      "graph",
                      "config")),
              Map.entry(
                  "plan",
                  Set.of(
                      "bench",
                      "train",
                      "task",
                      "cache",
                      "optim",
                      "data",
                      "checkpoint",
                      "graph",
                      "config")),
              Map.entry(
                  "train",
                  Set.of(
                      "task",
                      "cluster",
                      "model",
                      "optim",
                      "checkpoint",
                      "eval",
                      "graph",
                      "config",
                      "data")),
              Map.entry(
                  "report",
                  Set.of(
                      "diagnose",
                      "train",
                      "task",
                      "data",
                      "checkpoint",
                      "model",
                      "graph",
                      "config")),
              Map.entry(
                  "task",
                  Set.of(
                      "cache", "model", "teacher", "nn", "optim", "data", "eval", "graph",
                      "config")),
              Map.entry("cache", Set.of("teacher", "model", "data", "graph", "config")),
              Map.entry(
                  "export",
                  Set.of(
                      "task", "model", "data", "checkpoint", "graph", "eval", "teacher", "config")),
              Map.entry(
                  "diagnose",
                  Set.of(
                      "train",
                      "task",
                      "teacher",
                      "model",
                      "data",
                      "eval",
                      "checkpoint",
                      "graph",
                      "config")),
              Map.entry("teacher", Set.of("model", "graph", "config")),
              Map.entry("model", Set.of("nn", "graph", "config")),
              Map.entry("cluster", Set.of("graph", "config")),
              Map.entry("nn", Set.of("graph", "config")),
              Map.entry("optim", Set.of("graph", "config")),
              Map.entry("checkpoint", Set.of("data", "eval", "resample", "graph", "config")),
              Map.entry("resample", Set.of("config")),
              Map.entry("data", Set.of("graph", "config")),
              Map.entry("graph", Set.of("config")),
              Map.entry("optim.schedule", Set.of()),
              Map.entry("eval", Set.of()),
              Map.entry("weights", Set.of("config")),
              Map.entry(
                  "convert",
                  Set.of(
                      "weights",
                      "resample",
                      "export",
                      "teacher",
                      "checkpoint",
                      "model",
                      "nn",
                      "graph",
                      "config",
                      "data")),
              Map.entry("config", Set.of()),
              Map.entry("plot", Set.of()),
              Map.entry("files", Set.of())));

  /**
   * What asks a config which task it has, or for a task's own part: getTaskCase, hasDistill, ...
   */
  private static final Pattern TASK_FIELDS =
      Pattern.compile(
          RunConfig.getDescriptor().getOneofs().get(0).getFields().stream()
              .map(field -> field.getJsonName())
              .map(name -> Character.toUpperCase(name.charAt(0)) + name.substring(1))
              .collect(Collectors.joining("|", "getTaskCase|(has|get)(", ")")));

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .importUrl(Main.class.getProtectionDomain().getCodeSource().getLocation());

  static Set<String> restrictedPackages() {
    return ARROWS.keySet();
  }

  @ParameterizedTest
  @MethodSource("restrictedPackages")
  void aPackageUsesOnlyThoseItsArrowsPointTo(String name) {
    String[] allowed =
        Stream.concat(Stream.of(name), ARROWS.get(name).stream())
            .map(used -> ROOT + used + "..")
            .toArray(String[]::new);
    classes()
        .that()
        .resideInAPackage(ROOT + name + "..")
        .should()
        .onlyDependOnClassesThat(
            resideOutsideOfPackage("org.fdistill..")
                .or(resideInAnyPackage(allowed))
                .or(resideInAnyPackage(MESSAGES, FILES)))
        .check(CLASSES);
  }

  @Test
  void everyPackageHasItsArrows() {
    Set<String> topLevel =
        CLASSES.stream()
            .map(type -> type.getPackageName())
            .filter(name -> name.startsWith(ROOT))
            .map(name -> name.substring(ROOT.length()).replaceFirst("\\..*", ""))
            .collect(Collectors.toCollection(TreeSet::new));
    topLevel.removeAll(Set.of("cli", "proto"));
    Set<String> rows = new TreeSet<>(ARROWS.keySet());
    rows.remove("optim.schedule");
    assertThat(rows).isEqualTo(topLevel);
  }

  @Test
  void noPackagesFormACycle() {
    slices().matching(ROOT + "(*)..").should().beFreeOfCycles().check(CLASSES);
    // A registry stands beside the interface that it makes instances of, and names them all.
    slices()
        .matching(ROOT + "(**)")
        .should()
        .beFreeOfCycles()
        .ignoreDependency(equivalentTo(Backbones.class), alwaysTrue())
        .ignoreDependency(equivalentTo(Tasks.class), alwaysTrue())
        .check(CLASSES);
  }

  @Test
  void whatIsPureArithmeticKnowsNoTensorFlow() {
    noClasses()
        .that()
        .resideInAnyPackage(
            ROOT + "config..",
            ROOT + "eval..",
            ROOT + "files..",
            ROOT + "optim.schedule..",
            ROOT + "resample..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.tensorflow..")
        .check(CLASSES);
  }

  /** What depends on the task is asked of the task. */
  @Test
  void onlyTasksTellsTasksApart() {
    DescribedPredicate<JavaCall<?>> tellsApart =
        DescribedPredicate.describe(
            "tells the tasks of a config apart",
            call ->
                call.getTargetOwner().getName().startsWith("org.fdistill.proto.RunConfig")
                    && TASK_FIELDS.matcher(call.getName()).matches());
    noClasses()
        .that()
        .resideOutsideOfPackages(ROOT + "task", ROOT + "proto")
        .and()
        .areNotAssignableTo(Task.class)
        .should()
        .callMethodWhere(tellsApart)
        .check(CLASSES);
  }

  @Test
  void onlyTheCommandLinePrints() {
    noClasses()
        .that()
        .resideOutsideOfPackage(ROOT + "cli..")
        .should(GeneralCodingRules.ACCESS_STANDARD_STREAMS)
        .check(CLASSES);
  }

  @Test
  void onlyTheCommandLineExits() {
    noClasses()
        .that()
        .resideOutsideOfPackage(ROOT + "cli..")
        .should()
        .callMethod(System.class, "exit", int.class)
        .orShould()
        .callMethod(Runtime.class, "exit", int.class)
        .orShould()
        .callMethod(Runtime.class, "halt", int.class)
        .check(CLASSES);
  }

  /**
   * Locale.ROOT holds for all that is formatted, since Main sets it once and nobody asks for
   * another.
   */
  @Test
  void onlyMainChoosesTheLocale() {
    noClasses()
        .that()
        .doNotBelongToAnyOf(Main.class)
        .should()
        .callMethodWhere(
            target(owner(equivalentTo(Locale.class)))
                .and(target(name("setDefault").or(name("getDefault")))))
        .check(CLASSES);
  }

  /** What precedes a process's first session is then forgotten nowhere. */
  @Test
  void sessionsAreOpenedInOnePlace() {
    noClasses()
        .that()
        .resideOutsideOfPackage(ROOT + "graph")
        .and()
        .areNotAssignableTo(GraphBridge.class)
        .should()
        .callConstructorWhere(target(owner(equivalentTo(Session.class))))
        .orShould()
        .callMethodWhere(
            target(owner(equivalentTo(SavedModelBundle.class))).and(target(name("load"))))
        .check(CLASSES);
  }

  @Test
  void tensorFlowsPackageHoldsTheBridgeAlone() {
    classes()
        .that()
        .resideInAPackage("org.tensorflow..")
        .and()
        .doNotHaveSimpleName("package-info")
        .should()
        .be(GraphBridge.class)
        .check(CLASSES);
  }
}
