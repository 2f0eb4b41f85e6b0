package io.margay.spi.handler;

import io.margay.model.acl.AclOperation;
import io.margay.model.acl.ResourceType;
import io.margay.protocol.Api;
import io.margay.protocol.Message;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.net.InetAddress;
import java.util.concurrent.Executor;
import org.osgi.annotation.versioning.ProviderType;

/**
 * One request in progress. It owns the buffer that the request arrived in: {@link #body}, and every slice that was decoded from it,
 * is valid until the request is answered. Exactly one of {@link #respond}, {@link #respondNothing} and {@link #close} is called, by
 * any thread; a second call is ignored and logged as a bug.
 */
@ProviderType
public interface Request {
  /** @return the requested API */
  Api api();

  /** @return the version, among those that the handler serves */
  short version();

  /** @return the correlation id that the client chose */
  int correlationId();

  /** @return the client id; empty when the client sends none */
  String clientId();

  /** @return the identity of the client; never null */
  Principal principal();

  /**
   * Whether the client may do something to a resource. Always true where no authorizer is configured, and for requests from inside the
   * process. Cheap and without allocation when the same was asked before on this connection. Any thread.
   *
   * @param operation what
   * @param type the kind of resource
   * @param name its name, not null; it need not exist
   * @return whether it is allowed
   */
  boolean allowed(AclOperation operation, ResourceType type, String name);

  /**
   * Whether there may be a resource of a kind to which the client may do something. Any thread.
   *
   * @param operation what
   * @param type the kind of resource
   * @return whether it is allowed for at least one name
   */
  boolean allowedForAny(AclOperation operation, ResourceType type);

  /**
   * What the client may do to a resource, as answers show it.
   *
   * @param type the kind of resource
   * @param name its name, not null
   * @return the sum of the {@link AclOperation#bit bits} of those of the kind's operations that are allowed
   */
  default int allowedOperations(ResourceType type, String name) {
    int bits = 0;
    for (AclOperation operation : type.operations()) {
      bits |= allowed(operation, type, name) ? operation.bit() : 0;
    }
    return bits;
  }

  /** @return the address of the client; the loopback address for requests from inside the process */
  InetAddress clientAddress();

  /** @return the port that the client sends from; 0 for requests from inside the process */
  default int clientPort() {
    return 0;
  }

  /** @return the name that the client's software gave in ApiVersions, such as apache-kafka-java; empty when it gave none */
  default String softwareName() {
    return "";
  }

  /** @return the version that the client's software gave in ApiVersions; empty when it gave none */
  default String softwareVersion() {
    return "";
  }

  /** @return name of the listener, such as PLAINTEXT */
  String listener();

  /** @return {@link System#nanoTime} when the last byte of the request arrived */
  long receivedNanos();

  /** @return the body, positioned at its first byte; borrowed, valid until the request is answered */
  ByteBuf body();

  /** @return the allocator to use for answers */
  ByteBufAllocator allocator();

  /** @return an executor that runs tasks on the connection's event loop, and drops them when the connection is closed */
  Executor executor();

  /** @return whether the connection is closed, so that an answer is useless */
  boolean cancelled();

  /**
   * Registers a task that runs, on any thread, when the connection closes before the request is answered.
   *
   * @param task the task; it replaces an earlier one
   */
  void onCancel(Runnable task);

  /**
   * Registers a task that runs, on any thread, when the connection closes, also when this request was answered long before.
   *
   * @param key a later task with the same key replaces this one
   * @param task the task, which must not block; null for none any more
   * @return false when the connection has too many already, or the request came over none: the task never runs then
   */
  default boolean onDisconnect(String key, Runnable task) {
    return false;
  }

  /**
   * Reserves memory of the process's request budget for what this request keeps beyond its frame until it is answered: the items of
   * a waiting fetch, scratch space, an answer that is being built. May be called several times; the sum is released when the
   * request is answered or its connection closes. Any thread.
   *
   * @param bytes how many more, {@code >= 0}
   * @return false when the share of the connection or the whole budget is spent, or the request has ended; nothing is reserved
   *     then, and the handler answers with an error instead of keeping more
   */
  boolean reserve(long bytes);

  /**
   * Counts records that are about to be sent to a consumer.
   *
   * @param bytes their size
   * @return whether they may be sent; else the answer must have no records, and the server tells the client to wait
   */
  default boolean fetches(long bytes) {
    return true;
  }

  /** @return how many bytes of records the answer to a consumer should have at most, because of its quota */
  default long mostFetchBytes() {
    return Long.MAX_VALUE;
  }

  /**
   * Counts partitions that are about to be created or deleted for a client. When it has a quota and exceeds it, the server tells it to wait.
   *
   * @param partitions how many
   * @param strict whether a client that has exceeded its quota is refused, with THROTTLING_QUOTA_EXCEEDED; else it only waits
   * @return whether they may be created or deleted
   */
  default boolean mutates(long partitions, boolean strict) {
    return true;
  }

  /**
   * Says that another thread than the event loop has worked for this request, for the quota of its client.
   *
   * @param nanos for how long
   */
  default void worked(long nanos) {
    // nobody counts
  }

  /** Says that this request is one of another broker, for which no quota counts. Before it is answered. */
  default void unlimited() {
    // nobody counts
  }

  /**
   * Decodes the body.
   *
   * @param into a new message of the API's request type
   * @param <T> its type
   * @return {@code into}
   * @throws io.margay.protocol.MalformedMessageException when the bytes are not such a message; the server answers when the handler
   *     does not catch it
   */
  <T extends Message> T read(T into);

  /**
   * Answers. The message is encoded at once; records in it are released after they have been sent.
   *
   * @param response a message of the API's response type
   */
  void respond(Message response);

  /**
   * Answers, and stops reading requests from the connection for a time.
   *
   * @param response a message of the API's response type
   * @param throttleMs milliseconds, {@code >= 0}
   */
  void respond(Message response, int throttleMs);

  /** Ends the request without an answer, as for a produce request with acks=0. */
  void respondNothing();

  /**
   * Ends the request by closing the connection after the answers of the requests before it.
   *
   * @param why one sentence for the log
   */
  void close(String why);
}
