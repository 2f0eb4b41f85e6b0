package io.margay.protocol;

import io.margay.protocol.message.FetchResponse;
import io.margay.protocol.message.FetchResponse.FetchableTopicResponse;
import io.margay.protocol.message.FetchResponse.PartitionData;
import io.margay.protocol.message.ProduceRequest;
import io.margay.protocol.message.ProduceRequest.PartitionProduceData;
import io.margay.protocol.message.ProduceRequest.TopicProduceData;
import io.margay.protocol.message.ProduceResponse;
import io.margay.protocol.message.ProduceResponse.PartitionProduceResponse;
import io.margay.protocol.message.ProduceResponse.TopicProduceResponse;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** What it costs to decode and encode the messages of produce and fetch, with one topic of one partition. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
public class MessageBenchmark {
  private static final int RECORDS_BYTES = 16 << 10;
  private static final UUID TOPIC_ID = new UUID(1, 2);
  private static final ByteBufAllocator ALLOCATOR = ByteBufAllocator.DEFAULT;

  private final ByteBuf records = Unpooled.directBuffer(RECORDS_BYTES).writeZero(RECORDS_BYTES);

  /** A request with 16 KiB of records, in one version. */
  @State(Scope.Thread)
  public static class EncodedProduce {
    @Param({"9", "10", "11", "12", "13"})
    public short version;
    private ByteBuf body;

    @Setup
    public void encode() {
      ByteBuf zeros = Unpooled.buffer(RECORDS_BYTES).writeZero(RECORDS_BYTES);
      // The version says which of the two names the topic.
      TopicProduceData topic = version >= 13 ? new TopicProduceData().setTopicId(TOPIC_ID)
          : new TopicProduceData().setName("topic");
      topic.setPartitionData(List.of(new PartitionProduceData().setIndex(3).setRecords(BufferRecords.view(zeros))));
      ProduceRequest request = new ProduceRequest().setAcks((short) -1).setTimeoutMs(30_000).setTopicData(List.of(topic));
      body = ALLOCATOR.buffer();
      request.write(MessageWriter.copying(body), version);
    }

    @TearDown
    public void release() {
      body.release();
    }
  }

  @TearDown
  public void release() {
    records.release();
  }

  /** The records stay where they are. */
  @Benchmark
  public ProduceRequest decodeProduceRequest(EncodedProduce encoded) {
    ProduceRequest request = new ProduceRequest();
    request.read(new MessageReader(encoded.body), encoded.version);
    return request;
  }

  /** Builds and encodes an answer, frame and header included. */
  @Benchmark
  public int encodeProduceResponse() {
    PartitionProduceResponse partition = new PartitionProduceResponse().setIndex(3).setBaseOffset(1_000_000)
        .setLogAppendTimeMs(-1);
    TopicProduceResponse topic = new TopicProduceResponse().setTopicId(TOPIC_ID).setPartitionResponses(List.of(partition));
    return encode(new ProduceResponse().setResponses(List.of(topic)), ProduceResponse.HIGHEST_VERSION);
  }

  /** Builds an answer and encodes what stands before and after its records, which are passed on as they are. */
  @Benchmark
  public int encodeFetchResponseHeader() {
    PartitionData partition = new PartitionData().setPartitionIndex(3).setHighWatermark(1_000_000).setLastStableOffset(1_000_000)
        .setLogStartOffset(0).setRecords(BufferRecords.view(records));
    FetchableTopicResponse topic = new FetchableTopicResponse().setTopicId(TOPIC_ID).setPartitions(List.of(partition));
    return encode(new FetchResponse().setSessionId(17).setResponses(List.of(topic)), FetchResponse.HIGHEST_VERSION);
  }

  private static int encode(Message response, short version) {
    MessageWriter out = new MessageWriter(ALLOCATOR.directBuffer(256));
    out.reserveFrameSize();
    out.writeInt(42);
    out.writeUnsignedVarint(0);
    response.write(out, version);
    out.patchFrameSize();
    int size = out.size();
    out.finish().forEach(MessageWriter::releasePart);
    return size;
  }
}
