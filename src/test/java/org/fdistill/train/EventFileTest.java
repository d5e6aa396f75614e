package org.fdistill.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.fdistill.testing.TfRecords;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.proto.Event;
import org.tensorflow.proto.SessionLog;

class EventFileTest {
  @TempDir Path folder;

  @Test
  void scalarsAndRestartsAreRecordsOfEvents() throws IOException {
    try (EventFile file = new EventFile(folder, 25)) {
      file.scalars(30, Map.of("train/loss", 0.5));
    }
    List<Event> events = events();
    assertThat(events).hasSize(3);
    assertThat(events.get(0).getFileVersion()).isEqualTo("brain.Event:2");
    assertThat(events.get(1).getSessionLog().getStatus()).isEqualTo(SessionLog.SessionStatus.START);
    assertThat(events.get(1).getStep()).isEqualTo(26);
    assertThat(events.get(2).getStep()).isEqualTo(30);
    assertThat(events.get(2).getSummary().getValue(0).getTag()).isEqualTo("train/loss");
    assertThat(events.get(2).getSummary().getValue(0).getSimpleValue()).isEqualTo(0.5f);
  }

  @Test
  void twoFilesOfOneSecondHaveTwoNames() throws IOException {
    try (EventFile first = new EventFile(folder, 0);
        EventFile second = new EventFile(folder, 0)) {
      first.scalars(1, Map.of("a", 1.0));
      second.scalars(1, Map.of("a", 1.0));
    }
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).hasSize(2);
    }
  }

  private List<Event> events() throws IOException {
    List<Event> events = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      Path file = files.findFirst().orElseThrow();
      for (byte[] record : TfRecords.of(file)) {
        events.add(Event.parseFrom(record));
      }
    }
    return events;
  }
}
