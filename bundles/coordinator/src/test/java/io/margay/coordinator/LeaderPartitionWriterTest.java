package io.margay.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.model.LeaderEpoch;
import io.margay.model.TopicIdPartition;
import io.margay.model.TopicPartition;
import io.margay.protocol.BufferRecords;
import io.margay.protocol.Errors;
import io.margay.protocol.record.CompressionType;
import io.margay.protocol.record.CorruptRecordException;
import io.margay.protocol.record.RecordBatchBuilder;
import io.margay.protocol.record.RecordBatchFormat;
import io.margay.spi.log.PartitionLog;
import io.margay.spi.partition.LeaderPartition;
import io.margay.spi.storage.LogSlice;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Loading from a log in which not everything can be read. */
class LeaderPartitionWriterTest {
  /** Batches in memory; each read returns all of a segment from an offset on. */
  private static final class Partition implements LeaderPartition {
    private long unreadable = -1;
    private final List<byte[]> batches = new ArrayList<>();
    private final List<Long> baseOffsets = new ArrayList<>();
    private final List<Long> segments = new ArrayList<>(List.of(0L));
    private long end;

    long add(CompressionType compression, boolean control, byte[]... keys) {
      try (RecordBatchBuilder builder = new RecordBatchBuilder(UnpooledByteBufAllocator.DEFAULT)) {
        builder.baseOffset(end).compression(compression).control(control);
        if (control) {
          builder.transactional(true).producer(7, (short) 0, -1);
        }
        for (byte[] key : keys) {
          builder.append(5, key, new byte[] {1}, List.of());
        }
        ByteBuf batch = builder.build();
        byte[] bytes = new byte[batch.readableBytes()];
        batch.readBytes(bytes);
        batch.release();
        batches.add(bytes);
        baseOffsets.add(end);
        end += keys.length;
        return end - keys.length;
      }
    }

    @Override
    public LogSlice read(long offset, int maxBytes, long endOffset, boolean atLeastOne) throws IOException {
      if (offset == unreadable) {
        throw new CorruptRecordException("no batch at offset " + offset);
      }
      ByteBuf all = Unpooled.buffer();
      for (int i = 0; i < batches.size(); i++) {
        if (baseOffsets.get(i) >= offset && (nextSegment(offset) < 0 || baseOffsets.get(i) < nextSegment(offset))) {
          all.writeBytes(batches.get(i));
        }
      }
      return new LogSlice(new BufferRecords(all), offset);
    }

    @Override
    public boolean isHot(long offset) {
      return true;
    }

    @Override
    public List<PartitionLog.AbortedTransaction> abortedTransactions(long fromOffset, long toOffset) {
      throw new UnsupportedOperationException();
    }

    @Override
    public PartitionLog.FoundOffset findByTimestamp(long timestamp) {
      throw new UnsupportedOperationException();
    }

    @Override
    public long nextSegment(long offset) {
      return segments.stream().filter(base -> base > offset).findFirst().orElse(-1L);
    }

    @Override
    public PartitionLog.Appended appendMirrored(ByteBuf records, long fetchOffset, String source) {
      throw new UnsupportedOperationException();
    }

    @Override
    public boolean endMirrorAt(long offset, String source) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void advanceMirrorStart(long offset, String source) {
      throw new UnsupportedOperationException();
    }

    @Override
    public String mirrorSource() {
      return null;
    }

    @Override
    public TopicIdPartition id() {
      return new TopicIdPartition(new UUID(1, 1), new TopicPartition("__consumer_offsets", 3));
    }

    @Override
    public LeaderEpoch leaderEpoch() {
      return new LeaderEpoch(0);
    }

    @Override
    public PartitionLog.Appended append(ByteBuf records, PartitionLog.Origin origin) {
      throw new UnsupportedOperationException();
    }

    @Override
    public boolean whenResumed(Runnable task) {
      return false;
    }

    @Override
    public boolean cancelResume(Runnable task) {
      return false;
    }

    @Override
    public void whenCommitted(long nextOffset, int timeoutMs, Consumer<Errors> done) {
      throw new UnsupportedOperationException();
    }

    @Override
    public long logStartOffset() {
      return 0;
    }

    @Override
    public long highWatermark() {
      return end;
    }

    @Override
    public long logEndOffset() {
      return end;
    }

    @Override
    public long lastStableOffset() {
      return end;
    }
  }

  /** Keeps keys as text and refuses those that begin with "poison". */
  private static final class Texts implements ShardState {
    private final List<String> seen = new ArrayList<>();

    @Override
    public void replay(long producerId, CoordinatorRecord record) {
      String text = new String(record.key(), StandardCharsets.UTF_8);
      if (text.startsWith("poison")) {
        throw new IllegalArgumentException(text);
      }
      seen.add(text);
    }

    @Override
    public void replayMarker(long producerId, boolean committed) {
      seen.add(producerId + (committed ? " committed" : " aborted"));
    }

    @Override
    public Result<Void> onLoaded(long nowMs) {
      return Result.of(null);
    }

    @Override
    public void onUnloaded() {
      seen.clear();
    }
  }

  private final Partition partition = new Partition();
  private final Texts texts = new Texts();

  private long load() throws IOException {
    return new LeaderPartitionWriter(partition, CompressionType.NONE, 1 << 20).load(texts);
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void aRecordThatTheStateRefusesIsSkipped() throws IOException {
    partition.add(CompressionType.NONE, false, text("a"), text("poison"), text("b"));
    partition.add(CompressionType.LZ4, false, text("poison"), text("c"));
    assertThat(load()).isEqualTo(5);
    assertThat(texts.seen).containsExactly("a", "b", "c");
  }

  @Test
  void aDamagedBatchIsSkipped() throws IOException {
    partition.add(CompressionType.NONE, false, text("a"));
    partition.add(CompressionType.NONE, false, text("lost"));
    byte[] damaged = partition.batches.get(1);
    damaged[damaged.length - 3] ^= 1;
    partition.add(CompressionType.NONE, false, text("b"));
    assertThat(load()).isEqualTo(3);
    assertThat(texts.seen).containsExactly("a", "b");
  }

  private void batchesOf(String... keys) {
    for (String key : keys) {
      partition.add(CompressionType.NONE, false, text(key));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"length 0", "length -1", "length 7fffffff", "length 400", "magic 7", "all"})
  void aBatchWithADestroyedHeaderIsSkippedAndTheRestIsLoaded(String how) throws IOException {
    batchesOf("a", "lost", "b", "c");
    destroy(partition.batches.get(1), how);
    assertThat(load()).isEqualTo(4);
    assertThat(texts.seen).containsExactly("a", "b", "c");
  }

  @ParameterizedTest
  @ValueSource(strings = {"length 0", "length 7fffffff", "magic 7", "all"})
  void whatFollowsADestroyedHeaderInAnotherSegmentIsLoaded(String how) throws IOException {
    batchesOf("a", "lost");
    partition.segments.add(2L);
    batchesOf("b", "lost");
    destroy(partition.batches.get(1), how);
    destroy(partition.batches.get(3), how);
    assertThat(load()).isEqualTo(4);
    assertThat(texts.seen).containsExactly("a", "b");
  }

  @Test
  void aSegmentThatCannotBeReadFromAnOffsetIsSkipped() throws IOException {
    batchesOf("lost");
    partition.segments.add(1L);
    batchesOf("a");
    partition.unreadable = 0;
    assertThat(load()).isEqualTo(2);
    assertThat(texts.seen).containsExactly("a");
  }

  private static void destroy(byte[] batch, String how) {
    ByteBuf bytes = Unpooled.wrappedBuffer(batch);
    switch (how.split(" ")[0]) {
      case "length" -> bytes.setInt(RecordBatchFormat.LENGTH_OFFSET, (int) Long.parseLong(how.split(" ")[1], 16));
      case "magic" -> bytes.setByte(RecordBatchFormat.MAGIC_OFFSET, 7);
      default -> bytes.setZero(0, batch.length);
    }
  }

  @Test
  void aBatchThatUnpacksToTooMuchIsSkipped() throws IOException {
    partition.add(CompressionType.ZSTD, false, text("a"), new byte[20 << 20], text("lost"));
    partition.add(CompressionType.NONE, false, text("b"));
    assertThat(load()).isEqualTo(4);
    assertThat(texts.seen).containsExactly("a", "b");
  }

  @Test
  void aControlRecordWithoutATypeIsSkipped() throws IOException {
    partition.add(CompressionType.NONE, true, new byte[] {0});
    partition.add(CompressionType.NONE, true, new byte[] {0, 0, 0, 1});
    assertThat(load()).isEqualTo(2);
    assertThat(texts.seen).containsExactly("7 committed");
  }
}
