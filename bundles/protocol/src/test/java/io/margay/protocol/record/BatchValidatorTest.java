package io.margay.protocol.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.margay.protocol.record.BatchRules.Origin;
import io.margay.protocol.record.InvalidRecordBatchException.Reason;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BatchValidatorTest {
  private static final long NOW = 1_700_000_000_000L;
  private static final BatchRules CLIENT = Samples.rules(Origin.CLIENT, 1 << 20);
  private static final BatchRules DEEP = CLIENT.withDeep(true);

  private final BatchValidator validator = new BatchValidator(Samples.SCRATCHES);

  private static RecordBatchBuilder builder() {
    return new RecordBatchBuilder(Samples.HEAP);
  }

  private static ByteBuf valid(CompressionType compression) {
    return builder().compression(compression).append(NOW, new byte[4], new byte[100], List.of())
        .append(NOW + 5, new byte[4], null, List.of(new RecordHeader("h", new byte[2])))
        .append(NOW + 1, new byte[4], null, List.of()).build();
  }

  private static void fixCrc(ByteBuf bytes) {
    bytes.setInt(RecordBatchFormat.CRC_OFFSET, (int) new RecordBatch().wrap(bytes, 0).computeCrc());
  }

  private InvalidRecordBatchException refuse(ByteBuf bytes, BatchRules rules) {
    return catchThrowableOfType(InvalidRecordBatchException.class,
        () -> validator.validate(bytes, 0, bytes.readableBytes(), rules, NOW));
  }

  private void assertRefused(CompressionType compression, Consumer<ByteBuf> change, Reason reason, String message) {
    ByteBuf bytes = valid(compression);
    change.accept(bytes);
    fixCrc(bytes);
    InvalidRecordBatchException refused = refuse(bytes, DEEP);
    assertThat(refused).hasMessageContaining(message);
    assertThat(refused.reason()).isEqualTo(reason);
  }

  @ParameterizedTest
  @EnumSource(CompressionType.class)
  void acceptsValidBatchesAndFindsTheMaxTimestamp(CompressionType compression) {
    ByteBuf bytes = valid(compression);
    BatchValidator.Result result = validator.validate(bytes, 0, bytes.readableBytes(), DEEP, NOW);
    assertThat(result.maxTimestamp()).isEqualTo(NOW + 5);
    result = validator.validate(bytes, 0, bytes.readableBytes(), CLIENT, NOW);
    assertThat(result.maxTimestamp()).isEqualTo(NOW + 5);
  }

  @Test
  void refusesWrongHeaders() {
    for (CompressionType c : List.of(CompressionType.NONE, CompressionType.LZ4)) {
      assertRefused(c, b -> b.setByte(16, 0), Reason.UNSUPPORTED_FOR_MESSAGE_FORMAT, "magic is 0");
      assertRefused(c, b -> b.setByte(16, 1), Reason.UNSUPPORTED_FOR_MESSAGE_FORMAT, "magic is 1");
      assertRefused(c, b -> b.setByte(16, 3), Reason.CORRUPT_MESSAGE, "magic is 3");
      assertRefused(c, b -> b.setByte(22, 5), Reason.UNSUPPORTED_COMPRESSION_TYPE, "attributes 5");
      assertRefused(c, b -> b.setByte(22, b.getByte(22) | 0x20), Reason.INVALID_RECORD, "control");
      assertRefused(c, b -> b.setByte(22, b.getByte(22) | 0x40), Reason.INVALID_RECORD, "delete horizon");
      assertRefused(c, b -> b.setByte(22, b.getByte(22) | 0x08), Reason.INVALID_TIMESTAMP, "LOG_APPEND_TIME");
      assertRefused(c, b -> b.setByte(22, b.getByte(22) | 0x10), Reason.INVALID_RECORD, "no producer id");
      assertRefused(c, b -> b.setLong(0, 1), Reason.INVALID_RECORD, "base offset is 1");
      assertRefused(c, b -> b.setInt(57, 0), Reason.INVALID_RECORD, "record count is 0");
      assertRefused(c, b -> b.setInt(57, -1), Reason.INVALID_RECORD, "record count is -1");
      assertRefused(c, b -> b.setInt(23, 9), Reason.INVALID_RECORD, "last offset delta is 9, expected 2");
      assertRefused(c, b -> b.setLong(43, 8), Reason.INVALID_RECORD, "producer epoch is -1");
      assertRefused(c, b -> b.setLong(43, 8).setShort(51, 0), Reason.INVALID_RECORD, "base sequence is -1");
    }
  }

  @Test
  void refusesWrongSizesAndChecksums() {
    ByteBuf bytes = valid(CompressionType.NONE);
    bytes.setByte(70, bytes.getByte(70) ^ 1);
    assertThat(refuse(bytes, CLIENT)).isInstanceOf(CorruptRecordException.class).hasMessageContaining("checksum");
    ByteBuf good = valid(CompressionType.NONE);
    for (int length = 0; length < good.readableBytes(); length++) {
      int cut = length;
      assertThat(catchThrowableOfType(InvalidRecordBatchException.class, () -> validator.validate(good, 0, cut, CLIENT, NOW))
          .reason()).isEqualTo(Reason.CORRUPT_MESSAGE);
    }
    good.writeByte(1);
    assertThat(refuse(good, CLIENT).reason()).isEqualTo(Reason.INVALID_RECORD);
    for (int length : new int[] {Integer.MIN_VALUE, -1, 0, 48, Integer.MAX_VALUE}) {
      good.setInt(8, length);
      assertThat(refuse(good, CLIENT)).isInstanceOf(CorruptRecordException.class).hasMessageContaining("announces");
    }
  }

  @Test
  void refusesWrongRecords() {
    for (CompressionType c : CompressionType.values()) {
      ByteBuf surplus = valid(c);
      surplus.setInt(57, 2).setInt(23, 1);
      fixCrc(surplus);
      InvalidRecordBatchException refused = refuse(surplus, DEEP);
      assertThat(refused).hasMessageContaining("follow the last of 2");
      assertThat(refused.reason()).isEqualTo(Reason.INVALID_RECORD);
      ByteBuf missing = valid(c);
      missing.setInt(57, 4).setInt(23, 3);
      fixCrc(missing);
      assertThat(refuse(missing, DEEP).reason()).isEqualTo(Reason.INVALID_RECORD);
      ByteBuf gap = builder().compression(c).append(NOW, new byte[1], null, List.of())
          .appendAt(2, NOW, new byte[1], null, List.of()).build();
      gap.setInt(23, 1);
      fixCrc(gap);
      refused = refuse(gap, DEEP);
      assertThat(refused).hasMessageContaining("offset delta of the record is 2, expected 1");
      assertThat(refused.recordIndex()).isEqualTo(1);
      ByteBuf noKey = builder().compression(c).append(NOW, new byte[1], null, List.of())
          .append(NOW, null, new byte[1], List.of()).build();
      assertThat(refuse(noKey, DEEP)).isNull();
      refused = refuse(noKey, CLIENT.withRequireKeys(true));
      assertThat(refused.reason()).isEqualTo(Reason.INVALID_RECORD);
      assertThat(refused.recordIndex()).isEqualTo(1);
    }
  }

  @Test
  void timestampLimitsHoldForEachRecordAndForHeadersThatAreNotWalked() {
    BatchRules limits = CLIENT.withTimestampLimits(1000, 10);
    for (CompressionType c : CompressionType.values()) {
      for (BatchRules rules : List.of(limits, limits.withDeep(true))) {
        assertThat(refuse(timestamps(c, NOW - 1000, NOW + 10, -1), rules)).isNull();
        assertThat(refuse(timestamps(c, NOW, NOW + 11, NOW), rules).reason()).isEqualTo(Reason.INVALID_TIMESTAMP);
        assertThat(refuse(timestamps(c, NOW - 1001, NOW, NOW), rules).reason()).isEqualTo(Reason.INVALID_TIMESTAMP);
        assertThat(refuse(timestamps(c, -1, -1, -1), rules)).isNull();
      }
      assertThat(refuse(timestamps(c, 0, Long.MAX_VALUE, NOW), DEEP)).isNull();
      ByteBuf wrongMax = valid(c);
      wrongMax.setLong(35, Long.MAX_VALUE);
      fixCrc(wrongMax);
      assertThat(validator.validate(wrongMax, 0, wrongMax.readableBytes(), limits.withDeep(true), NOW).maxTimestamp())
          .isEqualTo(NOW + 5);
    }
  }

  private static ByteBuf timestamps(CompressionType c, long first, long second, long third) {
    return builder().compression(c).append(first, new byte[1], null, List.of()).append(second, new byte[1], null, List.of())
        .append(third, new byte[1], null, List.of()).build();
  }

  @Test
  void timesBefore1970AreAcceptedUnlessTheyAreLimited() {
    for (CompressionType c : CompressionType.values()) {
      for (BatchRules rules : List.of(CLIENT, DEEP)) {
        ByteBuf old = timestamps(c, -86_400_000_000L, -2, Long.MIN_VALUE + NOW + 1);
        assertThat(refuse(old, rules)).isNull();
        // Kafka's highest timestamp of a batch is never below -1.
        assertThat(validator.validate(old, 0, old.readableBytes(), rules, NOW).maxTimestamp()).isEqualTo(-1);
      }
      assertThat(refuse(timestamps(c, -2, NOW, NOW), DEEP.withTimestampLimits(NOW, 10)).faults())
          .extracting(InvalidRecordBatchException.Fault::recordIndex).containsExactly(0);
    }
  }

  @Test
  void allRecordsAtFaultAreNamedUpToTheLimit() {
    for (CompressionType c : CompressionType.values()) {
      RecordBatchBuilder builder = builder().compression(c);
      for (int i = 0; i < 2_000; i++) {
        builder.append(NOW, i % 10 == 3 ? null : new byte[1], new byte[1], List.of());
      }
      ByteBuf batch = builder.build();
      InvalidRecordBatchException refused = refuse(batch, CLIENT.withRequireKeys(true));
      assertThat(refused.reason()).isEqualTo(Reason.INVALID_RECORD);
      assertThat(refused.recordIndex()).isEqualTo(3);
      assertThat(refused.faults()).hasSize(100);
      for (int i = 0; i < 100; i++) {
        assertThat(refused.faults().get(i).recordIndex()).isEqualTo(10 * i + 3);
      }
    }
  }

  @Test
  void wrongTimestampOutweighsMissingKeys() {
    ByteBuf batch = builder().append(NOW, (byte[]) null, null, List.of()).append(NOW + 11, new byte[1], null, List.of()).build();
    InvalidRecordBatchException refused = refuse(batch, CLIENT.withRequireKeys(true).withTimestampLimits(1000, 10));
    assertThat(refused.reason()).isEqualTo(Reason.INVALID_TIMESTAMP);
    assertThat(refused.faults()).hasSize(2);
  }

  @ParameterizedTest
  @EnumSource(value = CompressionType.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
  void decompressedSizesAreLimited(CompressionType c) {
    RecordBatchBuilder builder = builder().compression(c);
    for (int i = 0; i < 100; i++) {
      builder.append(NOW, new byte[1], new byte[10_000], List.of());
    }
    ByteBuf batch = builder.build();
    assertThat(refuse(batch, rules(1_002_000, 11_000))).isNull();
    assertThat(refuse(batch, rules(1_000_000, 11_000)).reason()).isEqualTo(Reason.MESSAGE_TOO_LARGE);
    InvalidRecordBatchException refused = refuse(batch, rules(1_002_000, 9_000));
    assertThat(refused.reason()).isEqualTo(Reason.INVALID_RECORD);
    assertThat(refused).hasMessageContaining("more than the 9000 allowed");
  }

  private static BatchRules rules(long maxBatch, int maxRecord) {
    return BatchRules.of(Origin.CLIENT, new BatchRules.Limits(maxBatch, maxRecord, 1)).withDeep(true);
  }

  @Test
  void otherOriginsMayDoMore() {
    ByteBuf marker = ControlRecords.buildEndTransaction(Samples.HEAP, 9, NOW, 1, 5, (short) 0,
        new ControlRecords.EndTransactionMarker(ControlRecordType.COMMIT, 3));
    assertThat(refuse(marker, Samples.rules(Origin.COORDINATOR, 100))).isNull();
    assertThat(refuse(marker, Samples.rules(Origin.REPLICATION, 100))).isNull();
    for (CompressionType c : CompressionType.values()) {
      ByteBuf compacted = builder().compression(c).baseOffset(50).logAppendTime(5).appendAt(51, 1, new byte[1], null, List.of())
          .appendAt(55, 1, (byte[]) null, null, List.of()).overrideLastOffset(60).build();
      assertThat(refuse(compacted, Samples.rules(Origin.REPLICATION, 1000).withDeep(true))).isNull();
      assertThat(refuse(compacted, Samples.rules(Origin.COORDINATOR, 1000)).reason()).isEqualTo(Reason.INVALID_RECORD);
    }
  }

  @Test
  void validatingUncompressedRecordsAllocatesNothing() {
    assertAllocatesNothing(CompressionType.NONE);
  }

  @ParameterizedTest
  @EnumSource(value = CompressionType.class, names = {"GZIP", "LZ4", "ZSTD"})
  void validatingCompressedRecordsAllocatesNothing(CompressionType compression) {
    assertAllocatesNothing(compression);
  }

  private void assertAllocatesNothing(CompressionType compression) {
    ByteBuf bytes = PooledByteBufAllocator.DEFAULT.directBuffer().writeBytes(valid(compression));
    int size = bytes.readableBytes();
    for (int i = 0; i < 20_000; i++) {
      validator.validate(bytes, 0, size, DEEP, NOW);
    }
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    threads.getCurrentThreadAllocatedBytes();
    long before = threads.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < 1_000; i++) {
      validator.validate(bytes, 0, size, DEEP, NOW);
    }
    // A thousand batches: what is allocated per batch would show as 16 kB and more.
    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(4_096);
    bytes.release();
  }
}
