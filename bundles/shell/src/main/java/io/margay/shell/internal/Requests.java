package io.margay.shell.internal;

import io.margay.metadata.BrokerImage;
import io.margay.metadata.ClusterImage;
import io.margay.metadata.ClusterMetadata;
import io.margay.metadata.PartitionImage;
import io.margay.metadata.TopicImage;
import io.margay.model.BrokerId;
import io.margay.model.Endpoint;
import io.margay.model.TopicPartition;
import io.margay.protocol.Api;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.MetadataRequest;
import io.margay.protocol.message.MetadataResponse;
import io.margay.spi.client.LocalClient;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/** Sends requests to this broker and to others, and waits for the answers; turns what goes wrong into {@link ShellException}. Safe for all threads. */
final class Requests {
  /** How long a broker may take for what a command asks. */
  static final int TIMEOUT_MS = 30_000;
  /** What a request is given before the command gives up, ms. */
  private static final long WAIT_MS = TIMEOUT_MS + 10_000;
  private static final int CREATION_POLLS = 100;
  private static final long CREATION_POLL_MS = 10;

  private final LocalClient client;
  private final ClusterMetadata metadata;
  private final BrokerId self;
  private final RemoteBrokers remote;

  /**
   * @param client sends to this broker
   * @param self this broker
   * @param remote sends to others
   */
  Requests(LocalClient client, ClusterMetadata metadata, BrokerId self, RemoteBrokers remote) {
    this.client = client;
    this.metadata = metadata;
    this.self = self;
    this.remote = remote;
  }

  /** The same as another caller. */
  Requests as(CommandFunction.Io io) {
    return io.caller() == null ? this : new Requests(client.as(io.caller()), metadata, self, remote);
  }

  /** Whether requests can be sent to this broker: it is this one, or the client that reaches others is there. */
  boolean reaches(BrokerId broker) {
    return broker.equals(self) || remote.endpoint(image().brokers().get(broker)) != null;
  }

  /** The active brokers that requests can be sent to, this one among them. */
  List<BrokerId> reachable() {
    return Stream.concat(Stream.of(self), image().brokers().values().stream().filter(b -> !b.fenced()).map(BrokerImage::id)
        .filter(b -> !b.equals(self) && reaches(b))).toList();
  }

  /** The broker to ask about a partition: its leader, or this one, which then says what is wrong. */
  BrokerId leader(TopicPartition partition) {
    PartitionImage known = image().partition(partition);
    return known != null && !PartitionHealth.leaderless(known) && reaches(known.leader()) ? known.leader() : self;
  }

  /**
   * Sends to this broker.
   *
   * @return the answer
   * @throws InterruptedException when the user ended the command
   * @throws ShellException when there is no answer
   */
  <R extends Message> R send(Api api, Message request, R response) throws InterruptedException {
    return send(self, api, request, response);
  }

  /** As {@link #send(Api, Message, Message)}, to another broker. */
  <R extends Message> R send(BrokerId broker, Api api, Message request, R response) throws InterruptedException {
    return await(api, start(broker, api, request, response));
  }

  /** Sends without waiting; {@link #await} waits. */
  <R extends Message> CompletableFuture<R> start(BrokerId broker, Api api, Message request, R response) {
    if (broker.equals(self)) {
      return client.send(api, request, response).toCompletableFuture();
    }
    Endpoint endpoint = remote.endpoint(image().brokers().get(broker));
    return endpoint == null ? CompletableFuture.failedFuture(new ShellException("broker " + broker.value() + " cannot be reached "
        + "from here; run this there")) : remote.send(endpoint, api, request, response, WAIT_MS);
  }

  /** Waits for an answer, with the failures of {@link #send(Api, Message, Message)}. */
  <R> R await(Api api, CompletableFuture<R> answer) throws InterruptedException {
    try {
      return answer.get(WAIT_MS, TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new ShellException("the broker did not answer " + api.name() + " within " + WAIT_MS / 1000 + " seconds; see its log");
    } catch (ExecutionException | CompletionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new ShellException(api.name() + " failed: " + (cause.getMessage() == null ? cause.toString() : cause.getMessage()));
    }
  }

  ClusterImage image() {
    return metadata.image();
  }

  /** The first address of a broker, as host and port; null when it is not registered. */
  String address(int broker) {
    BrokerImage image = broker < 0 ? null : image().brokers().get(new BrokerId(broker));
    return image == null || image.endpoints().isEmpty() ? null
        : image.endpoints().get(0).host() + ":" + image.endpoints().get(0).port();
  }

  /** The broker with this id. */
  BrokerImage broker(int id) {
    BrokerImage broker = id < 0 ? null : image().brokers().get(new BrokerId(id));
    if (broker == null) {
      throw new ShellException("there is no broker " + id + "; broker:list shows the brokers");
    }
    return broker;
  }

  /** The topic of this name. */
  TopicImage topic(String name) {
    TopicImage topic = image().topic(name);
    if (topic == null) {
      throw new ShellException("there is no topic " + name + Near.hint(name, image().topics().keySet(), "topic:list"));
    }
    return topic;
  }

  /**
   * The topic of this name, which is created as for any producer when there is none and the broker's settings allow it.
   *
   * @throws InterruptedException when the user ended the command
   */
  TopicImage topicToWrite(String name) throws InterruptedException {
    if (image().topic(name) == null) {
      MetadataRequest request = new MetadataRequest().setAllowAutoTopicCreation(true)
          .setTopics(List.of(new MetadataRequest.MetadataRequestTopic().setName(name)));
      // the answer tells of the topic only when it is asked for again, so the image is watched
      send(MetadataRequest.API, request, new MetadataResponse());
      for (int i = 0; i < CREATION_POLLS && image().topic(name) == null; i++) {
        TimeUnit.MILLISECONDS.sleep(CREATION_POLL_MS);
      }
    }
    return topic(name);
  }

  /** Checks that the topic has the partition. */
  static void requirePartition(TopicImage topic, int partition) {
    if (partition < 0 || partition >= topic.partitions().size()) {
      throw new ShellException("topic " + topic.name() + " has no partition " + partition + "; it has 0 to "
          + (topic.partitions().size() - 1));
    }
  }

  /**
   * @param code an error code, 0 for none
   * @param message the broker's own words, or null
   * @param what what failed, such as "cannot create topic x"
   * @throws ShellException unless the code is 0
   */
  static void check(short code, String message, String what) {
    if (code != Errors.NONE.code()) {
      throw new ShellException(what + ": " + text(code, message));
    }
  }

  /** The error of an answer; the message may be null. */
  record Answer(short code, String message) { }

  /** As {@link #check(short, String, String)}, for what only the controller does; the message says where that is. */
  void checkController(short code, String message, String what) {
    Errors error = Errors.forCode(code);
    if (error == Errors.NOT_CONTROLLER || error == Errors.NOT_LEADER_OR_FOLLOWER) {
      int controller = image().controller().value();
      throw new ShellException(what + ": this node is not the controller; "
          + (controller < 0 ? "wait until one is elected, which needs more than half of the voters"
              : "run this on broker " + controller));
    }
    check(code, message, what);
  }

  /** What to show for an error code. */
  static String text(short code, String message) {
    Errors error = Errors.forCode(code);
    return (message == null || message.isBlank() ? error.message() : message) + " (" + error.name() + ")";
  }
}
