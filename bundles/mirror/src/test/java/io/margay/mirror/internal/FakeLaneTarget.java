package io.margay.mirror.internal;

import io.margay.protocol.record.BatchCursor;
import io.margay.protocol.record.RecordReader;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** A target in memory that keeps what a transaction wrote together, and checks sequences as a broker does. */
final class FakeLaneTarget implements LaneTarget {
  final TreeMap<Integer, List<String>> records = new TreeMap<>();
  private final TreeMap<Integer, Integer> sequences = new TreeMap<>();
  private short epoch = -1;
  long position = -1;
  int transactions;
  int begins;
  boolean others;
  Runnable written = () -> { };
  /** How the next transaction fails, once: before it is committed, or after. */
  String fails;

  @Override
  public Session begin(LaneId lane) {
    begins++;
    sequences.clear();
    return new Session(5, ++epoch, position);
  }

  @Override
  public long position(LaneId lane) {
    return position;
  }

  @Override
  public boolean isNew(LaneId lane) {
    return records.isEmpty() || others;
  }

  @Override
  public void write(LaneId lane, Session session, SortedMap<Integer, ArrayDeque<ByteBuf>> batches, long next) throws IOException {
    if (session.producerEpoch() != epoch) {
      throw new IOException("INVALID_PRODUCER_EPOCH");
    }
    String how = fails;
    fails = null;
    if ("before".equals(how)) {
      throw new IOException("the connection was lost before the commit");
    }
    for (Map.Entry<Integer, ArrayDeque<ByteBuf>> each : batches.entrySet()) {
      for (ByteBuf batch : each.getValue()) {
        append(each.getKey(), batch);
      }
    }
    transactions++;
    position = next;
    written.run();
    if ("after".equals(how)) {
      throw new IOException("the answer to the commit was lost");
    }
  }

  private void append(int partition, ByteBuf bytes) throws IOException {
    BatchCursor cursor = new BatchCursor().wrap(bytes, bytes.readerIndex(), bytes.readableBytes());
    while (cursor.next()) {
      if (cursor.batch().baseSequence() != sequences.getOrDefault(partition, 0) || !cursor.batch().isTransactional()
          || cursor.batch().producerId() != 5) {
        throw new IOException("OUT_OF_ORDER_SEQUENCE_NUMBER");
      }
      sequences.put(partition, cursor.batch().lastSequence() + 1);
      try (RecordReader reader = RecordReader.open(cursor.batch(), 1 << 20)) {
        reader.forEachRemaining(r -> records.computeIfAbsent(partition, p -> new ArrayList<>())
            .add(new String(r.keyBytes()) + "=" + new String(r.valueBytes()) + "@" + r.timestamp() + r.headers().size()));
      }
    }
  }

  List<String> all() {
    return records.values().stream().flatMap(List::stream).sorted().toList();
  }
}
