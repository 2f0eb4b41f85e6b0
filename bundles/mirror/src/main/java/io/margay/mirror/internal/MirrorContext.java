package io.margay.mirror.internal;

import io.margay.metadata.BrokerImage;
import io.margay.metadata.ClusterImage;
import io.margay.metadata.ClusterMetadata;
import io.margay.metadata.ConfigResource;
import io.margay.mirror.internal.LinkConfig.Address;
import io.margay.model.Endpoint;
import io.margay.model.TopicPartition;
import io.margay.protocol.Api;
import io.margay.protocol.Message;
import io.margay.spi.client.Access;
import io.margay.spi.client.LocalClient;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.controller.Controller;
import io.margay.spi.log.LogSettings;
import io.margay.spi.lease.NamedServices;
import io.margay.spi.partition.LeaderPartition;
import io.margay.spi.partitioner.Partitioner;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * What all links of this node share. Safe for all threads.
 *
 * @param metadata knows the cluster
 * @param settings this node's settings
 * @param controller creates topics
 * @param local sends requests to the handlers of this node
 * @param ports time, and connections
 * @param leaderships the partitions that this node leads
 * @param partitioners the partitioners that are installed
 */
record MirrorContext(ClusterMetadata metadata, NodeSettings settings, Controller controller, LocalClient local, LinkLoop.Ports ports,
    Map<TopicPartition, LeaderPartition> leaderships, NamedServices<Partitioner> partitioners) {
  private static final long WAIT_MS = 30_000;

  ClusterImage image() {
    return metadata.image();
  }

  /** Whether this node does what is done once for the cluster. */
  boolean leadsCluster() {
    return image().controller().equals(settings.nodeId());
  }

  /** Where a topic comes from; null when it is no mirror. */
  MirrorSource sourceOf(String topic) {
    return MirrorSource.of(image().config(ConfigResource.topic(topic)).get(LogSettings.MARGAY_MIRROR_SOURCE.name()));
  }

  /** Where a topic comes from whose records a link partitions again; null when it is no such topic. */
  MirrorSource repartitionedFrom(String topic) {
    return MirrorSource.of(image().config(ConfigResource.topic(topic)).get(MirrorSettings.REPARTITIONED.name()));
  }

  /** How the brokers of this cluster reach each other. */
  Access ownAccess() {
    String listener = settings.interBrokerListener();
    return settings.listeners().stream().filter(own -> own.listener().equals(listener)).findFirst().map(Access::of).orElse(Access.PLAINTEXT);
  }

  /** Addresses of the brokers of this cluster, where brokers reach each other. */
  List<Address> ownBrokers() {
    List<Address> addresses = new ArrayList<>();
    String listener = settings.interBrokerListener();
    for (BrokerImage broker : image().brokers().values()) {
      Endpoint endpoint = broker.endpoint(listener);
      Endpoint used = endpoint != null || broker.endpoints().isEmpty() ? endpoint : broker.endpoints().get(0);
      if (used != null && !broker.fenced()) {
        addresses.add(new Address(used.host(), used.port()));
      }
    }
    return addresses;
  }

  /** Asks this node, and waits. */
  <R extends Message> R ask(Api api, Message request, R response) throws IOException, InterruptedException {
    try {
      return local.send(api, request, response).toCompletableFuture().get(WAIT_MS, TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new IOException("this broker did not answer " + api.name() + " within " + WAIT_MS + " ms", e);
    } catch (ExecutionException | CompletionException e) {
      throw new IOException(api.name() + " failed: " + e.getCause(), e);
    }
  }
}
