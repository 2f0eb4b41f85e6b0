package io.margay.server.internal;

import io.margay.benchmarks.BenchmarkBroker;
import io.margay.metadata.ClusterImage;
import io.margay.protocol.Api;
import io.margay.protocol.BufferRecords;
import io.margay.protocol.Message;
import io.margay.protocol.MessageReader;
import io.margay.protocol.MessageWriter;
import io.margay.protocol.message.FetchRequest.FetchPartition;
import io.margay.protocol.message.FetchRequest.FetchTopic;
import io.margay.protocol.message.FetchRequest;
import io.margay.protocol.message.ProduceRequest.PartitionProduceData;
import io.margay.protocol.message.ProduceRequest.TopicProduceData;
import io.margay.protocol.message.ProduceRequest;
import io.margay.protocol.message.ProduceResponse;
import io.margay.protocol.record.RecordBatchBuilder;
import io.margay.quotas.internal.BenchmarkQuotas;
import io.margay.replication.internal.fetch.FetchHandler;
import io.margay.replication.internal.produce.ProduceHandler;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.DefaultEventLoopGroup;
import io.netty.channel.FileRegion;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ImmediateEventExecutor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
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

/**
 * A whole request without the socket: the bytes of a frame go through frame decoder, connection, handler table, handler,
 * replication, log and storage engine to the page cache and back to the bytes of the answer. Copying the frame into a fresh
 * buffer, as reading it from a socket does, is part of what is measured.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
public class HotPathBenchmark {
  private static final int MAX_FRAME_BYTES = 1 << 20;
  private static final long MEMORY_BYTES = 64 << 20;
  private static final int RECORD_BYTES = 1000;
  private static final int RECORDS = 16;

  /** Whether there are quotas, and whether they limit the client, which never reaches them. */
  @Param({"none", "for others", "for all"})
  public String quotas;

  private BenchmarkBroker broker;
  private ProduceHandler produce;
  private FetchHandler fetch;
  private Server server;
  private EmbeddedChannel channel;
  private ByteBuf produce16KiB;
  private ByteBuf produceTiny;
  private ByteBuf fetchTail;
  private long produced;

  /** A channel whose client has an address. */
  private static final class ClientChannel extends EmbeddedChannel {
    @Override
    protected SocketAddress remoteAddress0() {
      return new InetSocketAddress(InetAddress.getLoopbackAddress(), 50_000);
    }
  }

  /** Nothing is bound in it. */
  private static final class NoRoom implements SocketRoom {
    @Override
    public ServerBootstrap bootstrap(int threads) {
      return new ServerBootstrap().group(new DefaultEventLoopGroup(threads));
    }

    @Override
    public ChannelGroup listeners() {
      return new DefaultChannelGroup(ImmediateEventExecutor.INSTANCE);
    }

    @Override
    public void open(Connections connections) {
      // no connection comes
    }

    @Override
    public void close() {
      // none is left
    }
  }

  @Setup
  public void start() throws IOException {
    broker = new BenchmarkBroker();
    produce = new ProduceHandler(broker.replication());
    fetch = new FetchHandler(broker.replication());
    // Never opened, so that it has no socket and no thread of its own.
    ConnectionLimits limits = new ConnectionLimits(() -> 10, listener -> 10, () -> 10, () -> Integer.MAX_VALUE);
    server = new Server(new ServerConfig("PLAINTEXT", new ServerConfig.Sockets(1, 50, -1, -1),
        new ServerConfig.Requests(MAX_FRAME_BYTES, MEMORY_BYTES, () -> 0, () -> 0), limits, () -> -1, () -> 1000, Security.NONE),
        () -> ClusterImage.EMPTY, new NoRoom());
    server.handlers().bind(produce);
    server.handlers().bind(fetch);
    if (!quotas.equals("none")) {
      server.limit(BenchmarkQuotas.with(quotas.equals("for all")));
    }
    server.markReady();
    channel = new ClientChannel();
    Connection connection = new Connection(server, "PLAINTEXT", "PLAINTEXT", channel);
    channel.pipeline().addLast(connection);
    connection.channelActive(channel.pipeline().context(connection));
    produce16KiB = produceFrame(RECORDS);
    produceTiny = produceFrame(1);
    checkProduces();
    produced = broker.logEndOffset();
    fetchTail = fetchFrame(broker.logEndOffset() - RECORDS);
    if (exchange(fetchTail) < RECORDS * RECORD_BYTES) {
      throw new IllegalStateException("the fetch does not find the batch at the end");
    }
  }

  private void checkProduces() {
    channel.writeInbound(produce16KiB.copy());
    ByteBuf answer = channel.readOutbound();
    ProduceResponse response = new ProduceResponse();
    // after size, correlation id and the header's empty tagged section
    response.read(new MessageReader(answer.skipBytes(9)), ProduceResponse.HIGHEST_VERSION);
    short errorCode = response.responses().get(0).partitionResponses().get(0).errorCode();
    answer.release();
    if (errorCode != 0) {
      throw new IllegalStateException("producing failed with the error code " + errorCode);
    }
  }

  private static ByteBuf produceFrame(int records) {
    byte[] value = new byte[records == 1 ? 10 : RECORD_BYTES];
    new Random(1).nextBytes(value);
    try (RecordBatchBuilder builder = new RecordBatchBuilder(UnpooledByteBufAllocator.DEFAULT)) {
      for (int i = 0; i < records; i++) {
        builder.append(System.currentTimeMillis(), null, value, List.of());
      }
      PartitionProduceData partition = new PartitionProduceData().setIndex(0).setRecords(new BufferRecords(builder.build()));
      TopicProduceData topic = new TopicProduceData().setTopicId(BenchmarkBroker.TOPIC_ID).setPartitionData(List.of(partition));
      ProduceRequest request = new ProduceRequest().setAcks((short) -1).setTimeoutMs(30_000).setTopicData(List.of(topic));
      return frame(ProduceRequest.API, request);
    }
  }

  private static ByteBuf fetchFrame(long offset) {
    FetchPartition partition = new FetchPartition().setPartition(0).setCurrentLeaderEpoch(-1).setFetchOffset(offset)
        .setLastFetchedEpoch(-1).setLogStartOffset(-1).setPartitionMaxBytes(1 << 20);
    FetchTopic topic = new FetchTopic().setTopicId(BenchmarkBroker.TOPIC_ID).setPartitions(List.of(partition));
    // Session epoch -1: a full fetch without a session.
    return frame(FetchRequest.API, new FetchRequest().setMaxWaitMs(500).setMinBytes(1).setMaxBytes(50 << 20).setSessionEpoch(-1)
        .setTopics(List.of(topic)));
  }

  private static ByteBuf frame(Api api, Message body) {
    ByteBuf frame = Unpooled.directBuffer();
    byte[] clientId = "benchmark".getBytes(StandardCharsets.UTF_8);
    frame.writeInt(0).writeShort(api.key()).writeShort(api.highest()).writeInt(1).writeShort(clientId.length).writeBytes(clientId)
        .writeByte(0);
    body.write(MessageWriter.copying(frame), api.highest());
    return frame.setInt(0, frame.readableBytes() - 4);
  }

  /** @return bytes of the answer; they go nowhere */
  private long exchange(ByteBuf frame) {
    // Appending writes offsets into the frame, so each request needs bytes of its own.
    channel.writeInbound(channel.alloc().directBuffer(frame.readableBytes()).writeBytes(frame, 0, frame.readableBytes()));
    long bytes = 0;
    for (Object part; (part = channel.readOutbound()) != null;) {
      bytes += part instanceof ByteBuf buffer ? buffer.readableBytes() : ((FileRegion) part).count();
      ReferenceCountUtil.release(part);
    }
    if (bytes == 0) {
      throw new IllegalStateException("there is no answer");
    }
    return bytes;
  }

  @TearDown
  public void stop() throws IOException {
    channel.close();
    channel.finishAndReleaseAll();
    server.close();
    fetch.close();
    produce.close();
    long appended = broker.logEndOffset();
    broker.close();
    for (ByteBuf frame : List.of(produce16KiB, produceTiny, fetchTail)) {
      frame.release();
    }
    if (appended != produced) {
      throw new IllegalStateException("the figures are of errors: produced=" + produced + " appended=" + appended);
    }
  }

  /** Produce with acks=all of one batch of 16 records of 1000 bytes. */
  @Benchmark
  public long produce16KiB() {
    produced += RECORDS;
    return exchange(produce16KiB);
  }

  /** Produce with acks=all of one record of 10 bytes. */
  @Benchmark
  public long produceOneRecord() {
    produced++;
    return exchange(produceTiny);
  }

  /** Fetch of the last batch, 16 KB, up to the file region that sendfile would get. */
  @Benchmark
  public long fetchTail() {
    return exchange(fetchTail);
  }
}
