package io.margay.mirror.internal;

import io.margay.metadata.BrokerImage;
import io.margay.metadata.ClusterImage;
import io.margay.metadata.ClusterSettings;
import io.margay.metadata.ConfigResource;
import io.margay.metadata.PartitionImage;
import io.margay.metadata.TopicImage;
import io.margay.metadata.TopicsImage;
import io.margay.model.BrokerId;
import io.margay.model.Endpoint;
import io.margay.model.LeaderEpoch;
import io.margay.model.TopicPartition;
import io.margay.model.acl.Acl;
import io.margay.model.acl.AclOperation;
import io.margay.model.acl.AclPermission;
import io.margay.model.acl.PatternType;
import io.margay.model.acl.ResourceType;
import io.margay.protocol.Api;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.CreateAclsRequest;
import io.margay.protocol.message.CreateAclsResponse;
import io.margay.protocol.message.DeleteAclsRequest;
import io.margay.protocol.message.DeleteAclsResponse;
import io.margay.protocol.message.DescribeAclsResponse;
import io.margay.protocol.message.DescribeConfigsRequest;
import io.margay.protocol.message.DescribeConfigsResponse;
import io.margay.protocol.message.FindCoordinatorResponse;
import io.margay.protocol.message.IncrementalAlterConfigsRequest;
import io.margay.protocol.message.IncrementalAlterConfigsResponse;
import io.margay.protocol.message.ListGroupsRequest;
import io.margay.protocol.message.ListGroupsResponse;
import io.margay.protocol.message.ListOffsetsRequest;
import io.margay.protocol.message.ListOffsetsResponse;
import io.margay.protocol.message.MetadataResponse;
import io.margay.protocol.message.OffsetCommitRequest;
import io.margay.protocol.message.OffsetCommitResponse;
import io.margay.protocol.message.OffsetFetchResponse;
import io.margay.spi.client.LocalClient;
import io.margay.spi.client.RemoteClient;
import io.margay.spi.client.RemoteConnection;
import io.margay.spi.config.FakeSettings;
import io.margay.spi.controller.Controller;
import io.margay.spi.lease.NamedServices;
import io.margay.spi.security.AuthorizerSettings;
import io.margay.spi.time.ManualTime;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/** A source of two brokers, each topic with one partition on each of them, and a target that does at once what it is asked for. */
final class FakeClusters implements RemoteClient, LocalClient {
  private static final int TARGET_PORT = 9;
  /** Topics of the source, by name. */
  final TreeMap<String, UUID> topics = new TreeMap<>();
  final TreeSet<Acl> sourceAcls = new TreeSet<>();
  /** Brokers of the source that cannot be reached. */
  final Set<Integer> down = new HashSet<>();
  final Map<String, TopicImage> mirrors = new HashMap<>();
  final Map<ConfigResource, Map<String, String>> configs = new HashMap<>();
  final TreeSet<Acl> acls = new TreeSet<>();
  /** The names of what the target was asked for. */
  final List<String> asked = new ArrayList<>();
  /** The brokers of the source that were asked for their groups. */
  final Set<Integer> listedGroups = new TreeSet<>();
  /** What the group {@code readers} has committed at the source; there is no such group while it is empty. */
  final Map<TopicPartition, Long> committed = new HashMap<>();
  /** What it has here. */
  final Map<TopicPartition, Long> carried = new HashMap<>();
  /** Whether the target makes no ACLs that deny. */
  boolean refusesDenials;
  final ManualTime time = new ManualTime();

  MirrorContext context() {
    FakeSettings settings = new FakeSettings().nodeId(new BrokerId(1)).with(AuthorizerSettings.AUTHORIZER_CLASS_NAME.name(), "acl");
    Controller controller = (Controller) Proxy.newProxyInstance(Controller.class.getClassLoader(), new Class<?>[] {Controller.class},
        (proxy, method, args) -> method.getName().equals("createTopic") ? create((String) args[0], (int) args[1], args[3]) : null);
    return new MirrorContext(this::image, settings, controller, this, new LinkLoop.Ports(time, time, () -> this), Map.of(),
        new NamedServices<>("partitioner", 0));
  }

  @SuppressWarnings("unchecked")
  private CompletionStage<Errors> create(String name, int partitions, Object its) {
    BrokerId one = new BrokerId(1);
    List<PartitionImage> all = new ArrayList<>();
    for (int i = 0; i < partitions; i++) {
      all.add(new PartitionImage(i, List.of(one), List.of(one), one, new LeaderEpoch(0), 0));
    }
    mirrors.put(name, new TopicImage(name, new UUID(9, mirrors.size()), false, all));
    configs.put(ConfigResource.topic(name), new HashMap<>((Map<String, String>) its));
    return CompletableFuture.completedFuture(Errors.NONE);
  }

  private ClusterImage image() {
    BrokerId one = new BrokerId(1);
    return new ClusterImage("target", 1, one, new TreeMap<>(Map.of(one,
        new BrokerImage(one, 1, List.of(new Endpoint("PLAINTEXT", "PLAINTEXT", "target", TARGET_PORT)), null, false))),
        TopicsImage.of(mirrors), new ClusterSettings(configs, Map.of(), List.copyOf(acls)));
  }

  @Override
  public <R extends Message> CompletionStage<R> send(Api api, Message request, R response) {
    asked.add(api.name());
    if (request instanceof IncrementalAlterConfigsRequest alter) {
      alter.resources().forEach(r -> {
        Map<String, String> its = configs.computeIfAbsent(ConfigResource.topic(r.resourceName()), t -> new HashMap<>());
        r.configs().forEach(c -> {
          if (c.configOperation() == 0) {
            its.put(c.name(), c.value());
          } else {
            its.remove(c.name());
          }
        });
        ((IncrementalAlterConfigsResponse) response).responses().add(
            new IncrementalAlterConfigsResponse.AlterConfigsResourceResponse().setResourceName(r.resourceName()));
      });
    } else if (request instanceof CreateAclsRequest create) {
      create.creations().forEach(c -> {
        Acl acl = acl(c.resourceName(), c.principal(), c.host(), c.operation(), c.permissionType());
        boolean refused = refusesDenials && acl.permission() == AclPermission.DENY;
        if (!refused) {
          acls.add(acl);
        }
        ((CreateAclsResponse) response).results().add(new CreateAclsResponse.AclCreationResult().setErrorCode(
            refused ? Errors.POLICY_VIOLATION.code() : 0));
      });
    } else if (request instanceof DeleteAclsRequest delete) {
      delete.filters().forEach(f -> {
        acls.remove(acl(f.resourceNameFilter(), f.principalFilter(), f.hostFilter(), f.operation(), f.permissionType()));
        ((DeleteAclsResponse) response).filterResults().add(new DeleteAclsResponse.DeleteAclsFilterResult());
      });
    }
    return CompletableFuture.completedFuture(response);
  }

  private static Acl acl(String topic, String principal, String host, byte operation, byte permission) {
    return new Acl(ResourceType.TOPIC, PatternType.LITERAL, topic, principal, host, AclOperation.forCode(operation),
        AclPermission.forCode(permission));
  }

  @Override
  public CompletionStage<RemoteConnection> connect(Target target) {
    return down.contains(target.port()) ? CompletableFuture.failedFuture(new IOException("broker " + target.port() + " is down"))
        : CompletableFuture.completedFuture(new Connection(target.port()));
  }

  private void answer(int broker, Message request, Message response) {
    if (request instanceof ListGroupsRequest) {
      listedGroups.add(broker);
      if (broker == 1 && !committed.isEmpty()) {
        ((ListGroupsResponse) response).groups().add(new ListGroupsResponse.ListedGroup().setGroupId("readers").setGroupType("classic"));
      }
    } else if (response instanceof FindCoordinatorResponse found) {
      found.setNodeId(1);
      found.coordinators().add(new FindCoordinatorResponse.Coordinator().setKey("readers").setNodeId(1).setHost("target").setPort(TARGET_PORT));
    } else if (response instanceof OffsetFetchResponse offsets) {
      OffsetFetchResponse.OffsetFetchResponseGroup group = new OffsetFetchResponse.OffsetFetchResponseGroup().setGroupId("readers");
      (broker == TARGET_PORT ? carried : committed).forEach((tp, offset) -> {
        OffsetFetchResponse.OffsetFetchResponseTopics topic = new OffsetFetchResponse.OffsetFetchResponseTopics().setName(tp.topic());
        topic.partitions().add(new OffsetFetchResponse.OffsetFetchResponsePartitions().setPartitionIndex(tp.partition()).setCommittedOffset(offset));
        group.topics().add(topic);
      });
      offsets.groups().add(group);
    } else if (request instanceof OffsetCommitRequest commit) {
      commit.topics().forEach(t -> {
        OffsetCommitResponse.OffsetCommitResponseTopic topic = new OffsetCommitResponse.OffsetCommitResponseTopic().setName(t.name());
        t.partitions().forEach(p -> {
          carried.put(new TopicPartition(t.name(), p.partitionIndex()), p.committedOffset());
          topic.partitions().add(new OffsetCommitResponse.OffsetCommitResponsePartition().setPartitionIndex(p.partitionIndex()));
        });
        ((OffsetCommitResponse) response).topics().add(topic);
      });
    } else if (response instanceof MetadataResponse metadata && broker == TARGET_PORT) {
      metadata.brokers().add(new MetadataResponse.MetadataResponseBroker().setNodeId(1).setHost("target").setPort(TARGET_PORT));
      mirrors.forEach((name, image) -> {
        MetadataResponse.MetadataResponseTopic topic = new MetadataResponse.MetadataResponseTopic().setName(name).setTopicId(image.id());
        image.partitions().forEach(p -> topic.partitions().add(new MetadataResponse.MetadataResponsePartition().setPartitionIndex(p.index())
            .setLeaderId(1)));
        metadata.topics().add(topic);
      });
    } else if (response instanceof MetadataResponse metadata) {
      for (int id : new int[] {1, 2}) {
        metadata.brokers().add(new MetadataResponse.MetadataResponseBroker().setNodeId(id).setHost("source").setPort(id));
      }
      topics.forEach((name, id) -> {
        MetadataResponse.MetadataResponseTopic topic = new MetadataResponse.MetadataResponseTopic().setName(name).setTopicId(id);
        topic.partitions().add(new MetadataResponse.MetadataResponsePartition().setPartitionIndex(0).setLeaderId(1));
        topic.partitions().add(new MetadataResponse.MetadataResponsePartition().setPartitionIndex(1).setLeaderId(2));
        metadata.topics().add(topic);
      });
    } else if (request instanceof DescribeConfigsRequest describe) {
      describe.resources().forEach(r -> ((DescribeConfigsResponse) response).results().add(
          new DescribeConfigsResponse.DescribeConfigsResult().setResourceName(r.resourceName())));
    } else if (request instanceof ListOffsetsRequest offsets) {
      offsets.topics().forEach(t -> {
        ListOffsetsResponse.ListOffsetsTopicResponse topic = new ListOffsetsResponse.ListOffsetsTopicResponse().setName(t.name());
        t.partitions().forEach(p -> topic.partitions().add(new ListOffsetsResponse.ListOffsetsPartitionResponse()
            .setPartitionIndex(p.partitionIndex()).setOffset(7)));
        ((ListOffsetsResponse) response).topics().add(topic);
      });
    } else if (response instanceof DescribeAclsResponse describe) {
      for (Acl acl : sourceAcls) {
        DescribeAclsResponse.DescribeAclsResource resource = new DescribeAclsResponse.DescribeAclsResource()
            .setResourceType(acl.type().code()).setResourceName(acl.name()).setPatternType(acl.pattern().code());
        resource.acls().add(new DescribeAclsResponse.AclDescription().setPrincipal(acl.principal()).setHost(acl.host())
            .setOperation(acl.operation().code()).setPermissionType(acl.permission().code()));
        describe.resources().add(resource);
      }
    }
  }

  private final class Connection implements RemoteConnection {
    private final int broker;

    Connection(int broker) {
      this.broker = broker;
    }

    @Override
    public short version(Api api) {
      return api.highest();
    }

    @Override
    public <R extends Message> CompletionStage<Reply<R>> send(Api api, short version, Message request, R response, long timeoutMs) {
      if (down.contains(broker)) {
        return CompletableFuture.failedFuture(new IOException("broker " + broker + " is down"));
      }
      answer(broker, request, response);
      return CompletableFuture.completedFuture(new Reply<>() {
        @Override
        public R message() {
          return response;
        }

        @Override
        public void close() {
          // nothing is pooled
        }
      });
    }

    @Override
    public Executor executor() {
      return Runnable::run;
    }

    @Override
    public CompletionStage<Void> closed() {
      return new CompletableFuture<>();
    }

    @Override
    public void close() {
      // nothing to close
    }
  }
}
