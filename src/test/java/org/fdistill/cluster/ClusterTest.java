package org.fdistill.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.fdistill.config.UserError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClusterTest {
  private static String config(String cluster, String task) {
    return "{\"cluster\": {" + cluster + "}, \"task\": {" + task + "}}";
  }

  private static final String TWO = "\"worker\": [\"a:1\", \"b:2\"]";

  @Test
  void workersStandInTheOrderOfTheList() {
    Cluster cluster = Cluster.of(config(TWO, "\"type\": \"worker\", \"index\": 1")).orElseThrow();
    assertThat(cluster).isEqualTo(new Cluster(List.of("a:1", "b:2"), 1));
    assertThat(cluster.name(0)).isEqualTo("worker 0 (a:1)");
  }

  @Test
  void aChiefComesBeforeTheWorkers() {
    String jobs = "\"chief\": [\"c:9\"], " + TWO;
    assertThat(Cluster.of(config(jobs, "\"type\": \"worker\", \"index\": 1")))
        .contains(new Cluster(List.of("c:9", "a:1", "b:2"), 2));
    assertThat(Cluster.of(config(jobs, "\"type\": \"chief\", \"index\": 0")))
        .contains(new Cluster(List.of("c:9", "a:1", "b:2"), 0));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "{}",
        "{\"cluster\": {\"worker\": [\"a:1\"]}, \"task\": {\"type\": \"worker\", \"index\": 0}}"
      })
  void oneProcessAloneIsNoCluster(String text) {
    assertThat(Cluster.of(text)).isEmpty();
    assertThat(Cluster.of(null)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"worker\": [\"a:1\", \"b:2\"] | \"type\": \"evaluator\", \"index\": 0 | evaluator",
        "\"worker\": [\"a:1\", \"b:2\"] | \"type\": \"worker\", \"index\": 2    | worker 2",
        "\"worker\": [\"a:1\", \"b:2\"] | \"type\": \"worker\", \"index\": \"x\" | task.index",
        "\"worker\": [\"a:1\", \"b:2\"] | \"type\": \"worker\", \"index\": 0.5   | whole number",
        "\"worker\": [\"a:1\", \"b:2\"] | \"type\": \"worker\", \"index\": null  | whole number",
        "\"worker\": [\"a:1\", \"b:2\"] | \"type\": \"worker\", \"index\": -1    | worker -1",
        "\"worker\": [\"a:1\", \"b:2\"] | \"type\": \"worker\"                  | index is missing",
        "\"worker\": [\"a:1\", \"b:2\"] | \"type\": \"ps\", \"index\": 0        | task.type is ps",
        "\"worker\": [\"a:70000\", \"b:2\"] | \"type\": \"worker\", \"index\": 0 | a:70000",
        "\"worker\": [\"a:0\", \"b:2\"] | \"type\": \"worker\", \"index\": 0     | a:0",
        "\"worker\": [\"a:1\", \"b:2\"] | \"type\": \"chief\", \"index\": 0     | chief has 0",
        "\"worker\": [\"a:1\", \"b:2\"] | \"index\": 0                         | task.type",
        "\"worker\": [\"a:1\", \"a:1\"] | \"type\": \"worker\", \"index\": 0    | a:1 stands twice",
        "\"worker\": [\"a\", \"b:2\"]   | \"type\": \"worker\", \"index\": 0    | \"a\"",
        "\"worker\": \"a:1\"           | \"type\": \"worker\", \"index\": 0    | no list",
        "\"ps\": [\"p:1\"], \"worker\": [\"a:1\"] | \"type\": \"worker\", \"index\": 0 |"
            + " cluster.ps",
        "\"chief\": [\"a:1\", \"b:2\"] | \"type\": \"chief\", \"index\": 0 | one chief"
      })
  void whatIsWrongIsNamed(String cluster, String task, String named) {
    assertThatThrownBy(() -> Cluster.of(config(cluster, task)))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("TF_CONFIG")
        .hasMessageContaining(named)
        .hasMessageContaining("Expected");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "no json",
        "[1]",
        "{\"cluster\": {\"worker\": [\"a:1\", \"b:1\"]}}",
        "{\"cluster\": null}"
      })
  void whatIsNoConfigIsRefused(String text) {
    assertThatThrownBy(() -> Cluster.of(text)).isInstanceOf(UserError.class);
  }
}
