package io.margay.consensus.local.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.model.Clock;
import io.margay.spi.consensus.ClusterIdentity;
import io.margay.spi.consensus.StateMachine;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A process that proposes without end is killed, again and again: what it had told as committed is there, in order. */
@Timeout(120)
class KilledProcessTest {
  private static final int KILLS = 3;
  private static final int COMMITTED_BEFORE_KILL = 400;
  private static final ClusterIdentity IDENTITY = new ClusterIdentity("AAAAAAAAAAAAAAAAAAAAAA", 1);
  private static final LocalMetadataLog.Limits LIMITS = new LocalMetadataLog.Limits(100, 1 << 20, 1 << 20, 150);

  /** Keeps the commands, which are numbers from 0 on; its snapshot is how many there are. */
  private static final class Counter implements StateMachine {
    private final List<String> wrong = new ArrayList<>();
    private int count;

    @Override
    public byte[] apply(long index, long timestampMs, byte[] command) {
      String text = new String(command, StandardCharsets.UTF_8);
      if (index != count || !text.equals(Integer.toString(count))) {
        wrong.add(text + " at " + index + " after " + count);
      }
      return Integer.toString(count++).getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public byte[] snapshot() {
      return Integer.toString(count).getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void restore(long index, byte[] snapshot) {
      count = Integer.parseInt(new String(snapshot, StandardCharsets.UTF_8));
    }

    @Override
    public void onLeader(int leaderId, boolean self) { }
  }

  private static LocalMetadataLog open(Path directory) throws IOException {
    return LocalMetadataLog.open(directory, IDENTITY, LIMITS, Clock.SYSTEM, (what, cause) -> { });
  }

  /** The process that is killed: proposes numbers, and prints each when it is committed. */
  public static void main(String[] args) throws IOException {
    LocalMetadataLog log = open(Path.of(args[0]));
    Counter counter = new Counter();
    log.attach(counter);
    for (int i = counter.count; true; i++) {
      log.propose(Integer.toString(i).getBytes(StandardCharsets.UTF_8)).toCompletableFuture().join();
      System.out.println(i);
    }
  }

  @Test
  void keepsWhatItHadToldOf(@TempDir Path directory) throws Exception {
    for (int kill = 0; kill < KILLS; kill++) {
      int told = runAndKill(directory);
      LocalMetadataLog log = open(directory);
      Counter counter = new Counter();
      log.attach(counter);
      log.close();
      assertThat(counter.wrong).isEmpty();
      assertThat(counter.count).isGreaterThan(told);
    }
  }

  private static int runAndKill(Path directory) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(ProcessHandle.current().info().command().orElse("java"), "-cp",
        System.getProperty("java.class.path"), KilledProcessTest.class.getName(), directory.toString())
        .redirectError(ProcessBuilder.Redirect.DISCARD).start();
    int last = -1;
    try (BufferedReader out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (int lines = 0; lines < COMMITTED_BEFORE_KILL; lines++) {
        last = Integer.parseInt(out.readLine());
      }
    } finally {
      process.destroyForcibly();
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    }
    return last;
  }
}
