package io.margay.server.internal;

import io.margay.model.LineLimit;
import io.margay.protocol.Message;
import io.margay.protocol.message.SaslAuthenticateResponse;
import io.margay.spi.handler.Principal;
import io.margay.spi.quota.ClientQuota;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A request that came over a connection. The fields below {@link #connection} belong to the connection's event loop. */
final class NetworkRequest extends RoutedRequest {
  private static final Logger LOG = LoggerFactory.getLogger(NetworkRequest.class);

  private final Connection connection;
  private final String clientId;
  /** The frame, released when the request is answered. */
  final ByteBuf frame;
  /** What the frame took from the budget. */
  final int takenBytes;
  final HandlerTable.Entry entry;
  final boolean pipelined;
  /** The encoded answer once it is there; empty for none. */
  List<Object> parts;
  String closeReason;
  int throttleMs;
  /** Since when the event loop works for it, as far as that is measured; 0 when it does not. */
  long beganNanos;
  /** Whether its frame is a token of a login and nothing else, and so is its answer. Set before it is routed. */
  boolean bare;
  /** Whether the answer was counted as one that waits for those before it. */
  boolean held;

  NetworkRequest(Connection connection, HandlerTable.Entry entry, short version, int correlationId, String clientId, ByteBuf frame,
      int takenBytes) {
    super(entry.api(), version, correlationId, frame, System.nanoTime());
    this.connection = connection;
    this.entry = entry;
    this.clientId = clientId;
    this.frame = frame;
    this.takenBytes = takenBytes;
    this.pipelined = HandlerTable.pipelined(entry);
    if (entry.exempt() || !connection.session().proven()) {
      unlimited();
    }
  }

  @Override
  public boolean fetches(long bytes) {
    ClientQuota quota = connection.quota().of(this);
    if (quota == ClientQuota.NONE) {
      return true;
    }
    int ms = quota.countsWork() ? quota.worked(takeWork()) : 0;
    ms = ms > 0 ? ms : quota.fetched(bytes);
    noteQuota(ms);
    return ms == 0;
  }

  @Override
  public long mostFetchBytes() {
    return connection.quota().of(this).mostFetchBytes();
  }

  @Override
  public boolean mutates(long partitions, boolean strict) {
    int ms = connection.quota().of(this).mutated(partitions, strict);
    noteQuota(Math.abs(ms));
    return ms >= 0;
  }

  @Override
  void resume() {
    connection.resume(this);
  }

  @Override
  Decisions decisions() {
    return connection.session().decisions();
  }

  @Override
  void handBack() {
    if (!connection.unread(this)) {
      respondNothing();
    }
  }

  @Override
  void parked() {
    connection.hold(this);
  }

  @Override
  void later(long delay, TimeUnit unit, Runnable task) {
    connection.eventLoop().schedule(task, delay, unit);
  }

  @Override
  void finish(Message response, int throttle, String reason) {
    connection.answered(this, response, throttle, reason);
  }

  /** Takes its answer; null for none. It holds nothing but its frame then. */
  void end(Message response, int throttle, String reason, LineLimit lines) {
    closeReason = reason;
    throttleMs = connection.quota().settle(this, response, throttle);
    parts = response == null ? List.of() : encode(response, lines);
    connection.quota().end(this);
    endLease();
    endReservation();
  }

  /** @return the frame of a response; empty when it cannot be encoded, and then the connection is to be closed */
  private List<Object> encode(Message response, LineLimit lines) {
    try {
      if (bare) {
        return BareTokens.encode((SaslAuthenticateResponse) response, allocator());
      }
      short encoded = version() == ApiVersionsHandler.UNSUPPORTED ? 0 : version();
      return ResponseEncoder.encode(api(), encoded, correlationId(), response, allocator());
    } catch (Throwable e) { // also when there is no direct memory: what the request holds must be given back
      if (lines.pass("encode " + api().name()) != LineLimit.HELD) {
        LOG.error("Encoding an answer failed apiKey={} version={}", api().name(), version(), e);
      }
      closeReason = "its answer cannot be encoded";
      return List.of();
    }
  }

  /** The connection has gone. */
  void cancel(LineLimit lines) {
    try {
      runOnCancel();
    } catch (Throwable e) { // the other requests have to be cancelled, too
      if (lines.pass("cancel " + api().name()) != LineLimit.HELD) {
        LOG.error("Cancelling a request failed apiKey={}", api().name(), e);
      }
    }
  }

  @Override
  Denial takeWork(long bytes) {
    return connection.work().take(bytes);
  }

  @Override
  void giveWork(long bytes) {
    connection.work().give(bytes);
  }

  @Override
  void counted(long bytes) {
    connection.work().count(bytes);
  }

  @Override
  RequestMemory memory() {
    return connection.work().memory();
  }

  @Override
  public String clientId() {
    return clientId;
  }

  @Override
  public InetAddress clientAddress() {
    return connection.clientAddress();
  }

  @Override
  public int clientPort() {
    return connection.channel().remoteAddress() instanceof InetSocketAddress remote ? remote.getPort() : 0;
  }

  @Override
  void software(String name, String version) {
    Software.remember(connection.channel(), name, version);
  }

  @Override
  public String softwareName() {
    return Software.name(connection.channel());
  }

  @Override
  public String softwareVersion() {
    return Software.version(connection.channel());
  }

  @Override
  byte[] saslToken() {
    return bare ? ByteBufUtil.getBytes(frame) : super.saslToken();
  }

  @Override
  ClientSession session() {
    return connection.session();
  }

  @Override
  public Principal principal() {
    return connection.session().principal();
  }

  @Override
  public String listener() {
    return connection.listener();
  }

  @Override
  public ByteBufAllocator allocator() {
    return connection.allocator();
  }

  @Override
  public boolean onDisconnect(String key, Runnable task) {
    return Farewells.set(connection.channel(), key, task);
  }

  @Override
  public Executor executor() {
    return connection.quota().measuring(this, connection.eventLoop());
  }

  @Override
  public boolean cancelled() {
    return connection.gone();
  }
}
