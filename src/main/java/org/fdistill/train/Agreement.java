package org.fdistill.train;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import org.fdistill.cluster.Workers;
import org.fdistill.config.TextProtos;
import org.fdistill.config.UserError;
import org.fdistill.data.DataIdentity;
import org.fdistill.proto.RunConfig;
import org.tensorflow.TensorFlow;

/** In what the processes of a run must be alike before they train. */
final class Agreement {
  private Agreement() {}

  /**
   * Compares every worker with the first.
   *
   * @param data what this worker learns from
   * @throws UserError of kind usage, in all workers, where one differs
   */
  static void require(Workers workers, RunConfig config, DataIdentity data) {
    Map<String, String> mine = new LinkedHashMap<>();
    String version = Agreement.class.getPackage().getImplementationVersion();
    mine.put("version of fdistill or TensorFlow", version + " " + TensorFlow.version());
    mine.put("seed", String.valueOf(config.getSeed()));
    mine.put("config", TextProtos.toText(config.toBuilder().clearCluster().build()));
    mine.put("training data set", data.examples() + " " + data.files() + " " + data.digest());
    double[][] all =
        workers.gather(mine.values().stream().mapToDouble(Agreement::digest).toArray());
    List<String> names = List.copyOf(mine.keySet());
    for (int w = 1; w < workers.count(); w++) {
      for (int i = 0; i < names.size(); i++) {
        if (all[w][i] != all[0][i]) {
          throw UserError.usage(
              String.format(
                  "%s has another %s than %s.%nGive all workers the same command, program and"
                      + " data.",
                  workers.name(w), names.get(i), workers.name(0)));
        }
      }
    }
  }

  /** An integer of 32 bits, which a double holds exactly. */
  private static double digest(String text) {
    CRC32C crc = new CRC32C();
    crc.update(text.getBytes(StandardCharsets.UTF_8));
    return crc.getValue();
  }
}
