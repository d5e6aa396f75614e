package org.fdistill.cluster;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.fdistill.config.UserError;

/**
 * The processes that train together, and which of them this one is, as {@code TF_CONFIG} says it:
 * the convention of TensorFlow and of Kubeflow's TFJob. Worker 0 is the chief, or worker 0 of the
 * list where it has none; the others follow in the order of the list.
 *
 * @param addresses of all workers, {@code host:port}
 * @param index of this process
 */
public record Cluster(List<String> addresses, int index) {
  /** The environment variable. */
  public static final String VARIABLE = "TF_CONFIG";

  private static final String CHIEF = "chief";
  private static final String WORKER = "worker";
  private static final String FORM =
      "\n"
          + "Expected: {\"cluster\": {\"worker\": [\"host1:2222\", \"host2:2222\"]}, \"task\":"
          + " {\"type\": \"worker\", \"index\": 0}}.";

  /** Takes a copy. */
  public Cluster {
    addresses = List.copyOf(addresses);
  }

  /**
   * The cluster of an environment.
   *
   * @param text of {@code TF_CONFIG}; null where it is not set
   * @return empty where it names no cluster, or one of this process alone
   * @throws UserError of kind usage, where it names one in which this process cannot train
   */
  public static Optional<Cluster> of(String text) {
    if (text == null || text.isBlank()) {
      return Optional.empty();
    }
    JsonObject config = parse(text);
    if (!config.has("cluster")) {
      return Optional.empty();
    }
    JsonObject cluster = object(config, "cluster");
    List<String> chiefs = addresses(cluster, CHIEF);
    List<String> workers = addresses(cluster, WORKER);
    refuseParameterServers(cluster);
    if (chiefs.size() > 1) {
      throw wrong("cluster.chief has " + chiefs.size() + " addresses; there is one chief");
    }
    int index = index(object(config, "task"), chiefs.size(), workers.size());
    List<String> all = new ArrayList<>(chiefs);
    all.addAll(workers);
    requireDistinct(all);
    return all.size() < 2 ? Optional.empty() : Optional.of(new Cluster(all, index));
  }

  private static JsonObject parse(String text) {
    try {
      return JsonParser.parseString(text).getAsJsonObject();
    } catch (JsonParseException | IllegalStateException e) {
      throw new UserError(UserError.Kind.USAGE, VARIABLE + " is no JSON object: " + text + FORM, e);
    }
  }

  private static JsonObject object(JsonObject parent, String name) {
    JsonElement element = parent.get(name);
    if (element == null || !element.isJsonObject()) {
      throw wrong(name + " is missing, or no object");
    }
    return element.getAsJsonObject();
  }

  private static List<String> addresses(JsonObject cluster, String job) {
    JsonElement list = cluster.get(job);
    if (list == null || list.isJsonNull()) {
      return List.of();
    }
    if (!list.isJsonArray()) {
      throw wrong("cluster." + job + " is no list of addresses");
    }
    List<String> addresses = new ArrayList<>();
    for (JsonElement address : list.getAsJsonArray()) {
      if (!address.isJsonPrimitive() || !isAddress(address.getAsString())) {
        throw wrong("cluster." + job + " has " + address + ", which is no \"host:port\"");
      }
      addresses.add(address.getAsString());
    }
    return addresses;
  }

  private static boolean isAddress(String text) {
    if (!text.matches("[^\\s/]+:[0-9]{1,5}")) {
      return false;
    }
    int port = Integer.parseInt(text.substring(text.lastIndexOf(':') + 1));
    return port > 0 && port < 1 << 16;
  }

  private static void refuseParameterServers(JsonObject cluster) {
    if (cluster.has("ps")) {
      throw wrong(
          "cluster.ps names parameter servers; workers exchange gradients among themselves here."
              + " Leave ps out");
    }
  }

  private static int index(JsonObject task, int chiefs, int workers) {
    if (!task.has("type") || !task.get("type").isJsonPrimitive()) {
      throw wrong("task.type is missing");
    }
    String type = task.get("type").getAsString();
    int count =
        switch (type) {
          case CHIEF -> chiefs;
          case WORKER -> workers;
          case "evaluator" ->
              throw wrong(
                  "task.type is evaluator; the workers validate themselves, so a process for it"
                      + " alone would have nothing to do. Leave it out, and see fdistill evaluate");
          default -> throw wrong("task.type is " + type + ", not chief or worker");
        };
    int index = number(task);
    if (index < 0 || index >= count) {
      throw wrong("task is " + type + " " + index + ", but cluster." + type + " has " + count);
    }
    return type.equals(CHIEF) ? 0 : chiefs + index;
  }

  private static int number(JsonObject task) {
    JsonElement index = task.get("index");
    if (index == null) {
      throw wrong("task.index is missing");
    }
    if (!index.isJsonPrimitive() || !index.getAsString().matches("-?[0-9]{1,9}")) {
      throw wrong("task.index is " + index + ", which is no whole number");
    }
    return index.getAsInt();
  }

  private static void requireDistinct(List<String> addresses) {
    Set<String> seen = new HashSet<>();
    for (String address : addresses) {
      if (!seen.add(address)) {
        throw wrong("the address " + address + " stands twice in cluster");
      }
    }
  }

  private static UserError wrong(String what) {
    return UserError.usage(VARIABLE + ": " + what + "." + FORM);
  }

  /** W. */
  public int size() {
    return addresses.size();
  }

  /** How a worker is named to a person, such as {@code worker 1 (host2:2222)}. */
  public String name(int worker) {
    return "worker " + worker + " (" + addresses.get(worker) + ")";
  }
}
