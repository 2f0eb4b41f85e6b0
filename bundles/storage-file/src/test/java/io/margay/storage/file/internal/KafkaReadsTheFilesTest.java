package io.margay.storage.file.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.spi.storage.LogStore;
import io.margay.spi.storage.StoreConfig;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.FileRecords;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;

class KafkaReadsTheFilesTest extends FileEngineFixture {
  private static final StoreConfig DENSE = new StoreConfig(1 << 20, 100, 10 << 20, false);

  @Test
  void kafkaFindsTheSameBatchesAndTheIndexesPointAtThem() throws IOException {
    long offset = 0;
    try (LogStore store = engine.open(ID, DENSE)) {
      for (int i = 0; i < 40; i++) {
        Compression compression = i % 2 == 0 ? Compression.NONE : Compression.gzip().build();
        MemoryRecords records = MemoryRecords.withRecords(offset, compression, new SimpleRecord(1000 + i, ("k" + i).getBytes(),
            new byte[i]),
            new SimpleRecord(900 + i, null, ("v" + i).getBytes()));
        store.append(Unpooled.wrappedBuffer(records.buffer()), offset, offset + 2, 1000 + i);
        offset += 2;
      }
    }
    List<String> values = new ArrayList<>();
    List<RecordBatch> batches = new ArrayList<>();
    try (FileRecords records = FileRecords.open(file(0, ".log").toFile(), false)) {
      for (RecordBatch batch : records.batches()) {
        batch.ensureValid();
        batches.add(batch);
        for (Record record : batch) {
          values.add(record.offset() + "=" + record.timestamp());
        }
      }
      assertThat(batches).hasSize(40);
      assertThat(values).hasSize(80).startsWith("0=1000", "1=900", "2=1001").endsWith("78=1039", "79=939");
      ByteBuffer index = ByteBuffer.wrap(Files.readAllBytes(file(0, ".index")));
      assertThat(index.remaining()).isPositive();
      while (index.hasRemaining()) {
        int relativeOffset = index.getInt();
        // As DumpLogSegments checks it: the entry is the last offset of the batch at its position.
        FileRecords slice = records.slice(index.getInt(), records.sizeInBytes());
        assertThat(slice.batches().iterator().next().lastOffset()).isEqualTo(relativeOffset);
      }
    }
    ByteBuffer times = ByteBuffer.wrap(Files.readAllBytes(file(0, ".timeindex")));
    long lastTime = -1;
    while (times.hasRemaining()) {
      lastTime = times.getLong();
      int relativeOffset = times.getInt();
      assertThat(batches.get(relativeOffset / 2).maxTimestamp()).isEqualTo(lastTime);
    }
    assertThat(lastTime).isEqualTo(1039);
  }
}
