package io.margay.storage.file.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.model.Clock;
import io.margay.spi.storage.LogStore;
import io.margay.spi.storage.StoreConfig;
import io.margay.spi.storage.TestBatches;
import io.netty.buffer.ByteBuf;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A process that appends is killed without warning; what it reported as appended must be there. */
class KillTest extends FileEngineFixture {
  private static final StoreConfig CONFIG = new StoreConfig(3 << 20, 4096, 10 << 20, false);
  private static final int ROUNDS = 3;
  private static final int LINES = 400;

  @Test
  void nothingReportedIsMissing() throws Exception {
    stop(engine);
    long reported = 0;
    for (int round = 0; round < ROUNDS; round++) {
      reported = runAndKill(LINES + round * 150, reported);
      try (FileStorageEngine recovered = start(home, Disk.REAL); LogStore store = recovered.open(ID, CONFIG)) {
        assertThat(store.wasClean()).isFalse();
        assertThat(store.endOffset()).isGreaterThanOrEqualTo(reported);
        verifyContent(store);
      }
      // The marks of this good end must not hide what the next kill leaves: the child removes them at its start.
    }
    engine = start(home);
  }

  private long runAndKill(int lines, long before) throws IOException, InterruptedException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    Process child = new ProcessBuilder(java, "-cp", System.getProperty("java.class.path"), Appender.class.getName(),
        home.toString())
        .redirectError(ProcessBuilder.Redirect.INHERIT).start();
    long last = before;
    try (BufferedReader reader = new BufferedReader(new InputStreamReader(child.getInputStream()))) {
      String line = reader.readLine();
      for (int i = 0; line != null && i < lines; i++) {
        last = Long.parseLong(line);
        line = reader.readLine();
      }
      // Not Process.destroyForcibly: it closes the stream as well, and with it what was reported.
      child.toHandle().destroyForcibly();
      while (line != null) {
        // A line that the kill cut short counts for less than the whole number did, and so is harmless.
        last = Math.max(last, Long.parseLong(line));
        line = reader.readLine();
      }
    } finally {
      child.destroyForcibly();
    }
    assertThat(child.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(last).isGreaterThan(before);
    return last;
  }

  private static void verifyContent(LogStore store) throws IOException {
    long offset = 0;
    while (offset < store.endOffset()) {
      ByteBuf bytes = bytes(store.read(offset, 1 << 20, Long.MAX_VALUE, true));
      while (bytes.isReadable()) {
        ByteBuf expected = Appender.batch(offset);
        assertThat(bytes.readSlice(expected.readableBytes())).isEqualTo(expected);
        offset += 3;
      }
    }
  }

  /** The process that is killed. */
  static final class Appender {
    private Appender() {
    }

    static ByteBuf batch(long base) {
      return TestBatches.batch(base, 3, base, 1000 + (int) (base % 20_000));
    }

    public static void main(String[] args) throws IOException {
      FileStorageEngine engine = new FileStorageEngine(List.of(Path.of(args[0])), Disk.REAL, (what, cause) -> { }, Clock.SYSTEM);
      LogStore store = engine.open(ID, CONFIG);
      StringBuilder line = new StringBuilder();
      while (true) {
        long base = store.endOffset();
        store.append(batch(base), base, base + 3, base);
        line.setLength(0);
        line.append(base + 3).append('\n');
        System.out.write(line.toString().getBytes());
        System.out.flush();
      }
    }
  }
}
