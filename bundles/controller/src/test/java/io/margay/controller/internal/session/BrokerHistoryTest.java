package io.margay.controller.internal.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.controller.internal.session.BrokerHistory.Entry;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BrokerHistoryTest {
  @TempDir
  private Path directory;
  private BrokerHistory history;

  @BeforeEach
  void open() {
    history = new BrokerHistory(directory);
  }

  @Test
  void theNewestEntryIsRead() {
    assertThat(history.read()).isEqualTo(Entry.NONE);
    history.write(new Entry(7, "cluster"));
    history.write(new Entry(12, "cluster"));
    assertThat(new BrokerHistory(directory).read()).isEqualTo(new Entry(12, "cluster"));
  }

  @Test
  void damagedFilesCountAsMissing() throws Exception {
    for (byte[] content : new byte[][] {{}, new byte[10], "x\ncluster\n".getBytes(), new byte[5_000], {(byte) 0xff, (byte) 0xfe}}) {
      Files.write(directory.resolve("broker-epoch"), content);
      assertThat(history.read()).isEqualTo(Entry.NONE);
    }
  }

  @Test
  void anEpochAloneIsEnough() throws Exception {
    Files.writeString(directory.resolve("broker-epoch"), "5");
    assertThat(history.read()).isEqualTo(new Entry(5, ""));
  }
}
