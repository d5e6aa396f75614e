package org.fdistill.weights;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.fdistill.config.Printable;

/**
 * Joins the files of a checkpoint that was split: the index of Hugging Face, a JSON whose {@code
 * weight_map} names the file of each tensor. The tables of all shards are read, their numbers on
 * demand.
 */
final class ShardedArchive {
  private final SourceFile index;
  private final Map<String, String> weightMap = new LinkedHashMap<>();
  private final Map<String, WeightArchive> shards = new LinkedHashMap<>();

  private ShardedArchive(SourceFile index) {
    this.index = index;
  }

  /**
   * Reads an index and its shards.
   *
   * @param json the index's text
   * @param open opens a shard
   */
  static WeightArchive read(SourceFile index, String json, Function<Path, WeightArchive> open) {
    ShardedArchive reader = new ShardedArchive(index);
    reader.parse(json);
    try {
      return reader.join(open);
    } catch (RuntimeException e) {
      reader.closeShards();
      throw e;
    }
  }

  private void parse(String json) {
    try (JsonReader in = new JsonReader(new StringReader(json))) {
      in.setStrictness(Strictness.STRICT);
      in.beginObject();
      while (in.hasNext()) {
        if (in.nextName().equals("weight_map")) {
          readMap(in);
        } else {
          in.skipValue();
        }
      }
      in.endObject();
    } catch (IOException | IllegalStateException | NumberFormatException e) {
      throw index.damaged("it starts as JSON, but is not whole");
    }
    if (weightMap.isEmpty()) {
      throw index.refused(
          "it is JSON without a weight_map, so no index of weights",
          "Name the file of weights itself, such as model.safetensors.");
    }
  }

  private void readMap(JsonReader in) throws IOException {
    in.beginObject();
    while (in.hasNext()) {
      String name = in.nextName();
      if (weightMap.put(name, in.nextString()) != null) {
        throw index.damaged("tensor %s is in its weight_map twice".formatted(name));
      }
    }
    in.endObject();
  }

  private WeightArchive join(Function<Path, WeightArchive> open) {
    Map<String, String> attributes = new LinkedHashMap<>();
    for (String shard : new LinkedHashSet<>(weightMap.values())) {
      WeightArchive archive = open.apply(shardPath(shard));
      shards.put(shard, archive);
      attributes.putAll(archive.attributes());
    }
    String format =
        "%s, files: %d".formatted(shards.values().iterator().next().format(), shards.size());
    return new OpenArchive(format, tensors(), attributes, this::closeShards);
  }

  /** Shards lie beside their index; a path that leads elsewhere is not followed. */
  private Path shardPath(String shard) {
    boolean plain =
        !shard.isEmpty() && !shard.equals(".") && !shard.equals("..") && !shard.contains("\0");
    Path path = plain ? Path.of(shard) : null;
    if (path == null || path.getNameCount() != 1 || path.isAbsolute()) {
      throw index.refused(
          "its weight_map names %s, which is no file beside it".formatted(shard),
          "Put the files into one folder and name them without folders.");
    }
    return index.path().resolveSibling(path);
  }

  private Map<String, StoredTensor> tensors() {
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    Set<String> missing = new TreeSet<>();
    weightMap.forEach(
        (name, shard) -> {
          StoredTensor tensor = shards.get(shard).tensors().get(Printable.line(name));
          if (tensor == null) {
            missing.add(name + " in " + shard);
          } else {
            tensors.put(name, tensor);
          }
        });
    if (!missing.isEmpty()) {
      throw index.refused(
          "its files lack tensors that it names: " + String.join(", ", missing),
          "Download all of them again, of one version.");
    }
    return tensors;
  }

  private void closeShards() {
    List<WeightArchive> open = new ArrayList<>(shards.values());
    shards.clear();
    open.forEach(WeightArchive::close);
    index.close();
  }
}
