package io.margay.spi.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.netty.buffer.ByteBuf;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * A process that writes to several logs at the same time is killed without warning, again and again, at a random moment. What it
 * reported must be there: all batches that were appended, without a gap, byte for byte. Meanwhile segments are replaced by others
 * with the same content. For engines that promise to be durable.
 *
 * <p>An engine's tests extend this class and say how it is started and stopped; the class needs a constructor without parameters,
 * because the process that is killed makes one too. {@code -Dstorage.kills} says how often, {@code -Dstorage.seed} repeats a run.
 */
public abstract class StorageEngineKillContract extends StorageEngineFixture {
  private static final int KILLS = Integer.getInteger("storage.kills", 20);
  private static final int LOGS = 6;
  private static final int WRITERS = 3;
  private static final StoreConfig CONFIG = new StoreConfig(200_000, 4096, 10 << 20, false);

  @Test
  void whatWasReportedIsThereAfterEachKill() throws Exception {
    assumeThat(engine.promise()).isEqualTo(StorageEngine.Promise.DURABLE);
    stop(engine);
    long seed = Long.getLong("storage.seed", System.nanoTime());
    Random random = new Random(seed);
    long[] reported = new long[LOGS];
    long[] drops = new long[LOGS];
    try {
      for (int kill = 0; kill < KILLS; kill++) {
        String when = "kill " + kill + ", seed " + seed;
        runAndKill(50 + random.nextInt(600), random.nextLong(), reported, drops, when);
        StorageEngine survivor = start(home);
        try {
          for (int log = 0; log < LOGS; log++) {
            verify(survivor, log, reported, drops[log], when);
          }
        } finally {
          stop(survivor);
        }
      }
    } finally {
      engine = start(home);
    }
    System.out.println(getClass().getSimpleName() + " kills=" + KILLS + " appended=" + java.util.Arrays.toString(reported)
        + " seed=" + seed);
  }

  private void runAndKill(int lines, long seed, long[] reported, long[] drops, String when)
      throws IOException, InterruptedException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    Process child = new ProcessBuilder(java, "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"),
        Writer.class.getName(), getClass().getName(), home.toString(), Long.toString(seed))
        .redirectError(ProcessBuilder.Redirect.INHERIT).start();
    int count = 0;
    try (BufferedReader reader = new BufferedReader(new InputStreamReader(child.getInputStream()))) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        note(line, reported, drops);
        if (++count == lines) {
          // Not Process.destroyForcibly: it closes the stream as well, and with it what was reported.
          child.toHandle().destroyForcibly();
        }
      }
    } finally {
      child.destroyForcibly();
    }
    assertThat(child.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(count).as("the process wrote until it was killed, " + when).isGreaterThanOrEqualTo(lines);
  }

  /** A line is "append LOG END ;" or "drop LOG OFFSET ;"; one that the kill cut short is none. */
  private static void note(String line, long[] reported, long[] drops) {
    String[] words = line.split(" ");
    if (words.length == 4) {
      long[] where = words[0].equals("drop") ? drops : reported;
      int log = Integer.parseInt(words[1]);
      where[log] = Math.max(where[log], Long.parseLong(words[2]));
    }
  }

  private static void verify(StorageEngine engine, int log, long[] reported, long drop, String when) throws IOException {
    try (LogStore store = engine.open(id("kill", log), CONFIG)) {
      String what = "log " + log + ", " + when;
      assertThat(store.endOffset()).as("end of " + what).isGreaterThanOrEqualTo(reported[log]);
      assertThat(store.startOffset()).as("start of " + what).isLessThanOrEqualTo(drop);
      long offset = store.startOffset();
      while (offset < store.endOffset()) {
        ByteBuf bytes = bytes(store.read(offset, 1 << 20, Long.MAX_VALUE, true));
        assertThat(bytes.isReadable()).as("something at " + offset + " of " + what).isTrue();
        while (bytes.isReadable()) {
          ByteBuf expected = batch(log, offset);
          assertThat(bytes.readSlice(Math.min(bytes.readableBytes(), expected.readableBytes())))
              .as("batch at " + offset + " of " + what).isEqualTo(expected);
          offset += 3;
        }
      }
      assertThat(offset).as("end of " + what).isEqualTo(store.endOffset());
      byte[] blob = store.readBlob("note");
      assertThat(blob == null || blob.length == 8).as("whole small file of " + what).isTrue();
      reported[log] = store.endOffset();
    }
  }

  private static ByteBuf batch(int log, long base) {
    return TestBatches.batch(base, 3, base + log, 100 + (int) ((base * 7 + log * 1000L) % (base % 30 == 0 ? 70_000 : 3000)));
  }

  /** The process that is killed. */
  static final class Writer {
    private Writer() {
    }

    public static void main(String[] args) throws Exception {
      var constructor = Class.forName(args[0]).getDeclaredConstructor();
      constructor.setAccessible(true);
      StorageEngineKillContract test = (StorageEngineKillContract) constructor.newInstance();
      StorageEngine engine = test.start(Path.of(args[1]));
      LogStore[] stores = new LogStore[LOGS];
      for (int log = 0; log < LOGS; log++) {
        stores[log] = engine.open(id("kill", log), CONFIG);
      }
      for (int writer = 0; writer < WRITERS; writer++) {
        int own = writer;
        new Thread(() -> write(stores, own, new Random(Long.parseLong(args[2]) + own))).start();
      }
      new Thread(() -> replace(stores, new Random(Long.parseLong(args[2]) - 1))).start();
    }

    /** Beside the writers, except where they change segments, too. */
    private static void replace(LogStore[] stores, Random random) {
      try {
        while (true) {
          int log = random.nextInt(LOGS);
          LogStore store = stores[log];
          synchronized (store) {
            List<SegmentInfo> segments = store.segments();
            if (segments.size() > 2) {
              SegmentInfo first = segments.get(0);
              List<ByteBuf> same = new ArrayList<>();
              for (long base = first.baseOffset(); base < first.nextOffset(); base += 3) {
                same.add(batch(log, base));
              }
              try (LogStore.Replacement replacement = store.prepareReplacement(first.baseOffset(), first.nextOffset(), same)) {
                replacement.commit();
              }
            }
          }
        }
      } catch (IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
    }

    /** Each log belongs to one thread. */
    private static void write(LogStore[] stores, int own, Random random) {
      try {
        while (true) {
          int log = own + WRITERS * random.nextInt(LOGS / WRITERS);
          LogStore store = stores[log];
          long base = store.endOffset();
          store.append(batch(log, base), base, base + 3, base + log);
          int dice = random.nextInt(200);
          if (dice >= 195) {
            synchronized (store) {
              store.truncateTo(base);
            }
            store.append(batch(log, base), base, base + 3, base + log);
          }
          report("append " + log + " " + (base + 3));
          if (dice < 4) {
            store.flush();
          } else if (dice < 6) {
            store.roll();
          } else if (dice < 8) {
            long drop = base - random.nextInt(2000);
            report("drop " + log + " " + Math.max(0, drop));
            synchronized (store) {
              store.dropHead(drop);
            }
          } else if (dice < 12) {
            store.writeBlob("note", new byte[8], dice == 8);
          }
        }
      } catch (IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
    }

    private static void report(String line) {
      byte[] bytes = (line + " ;\n").getBytes();
      synchronized (Writer.class) {
        System.out.write(bytes, 0, bytes.length);
        System.out.flush();
      }
    }
  }
}
